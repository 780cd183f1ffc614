/** `node dist/boot.cjs sample …`: writes sample data. */

import { runSample } from './sample/command.ts'

process.exitCode = await runSample(process.argv.slice(3), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
})
