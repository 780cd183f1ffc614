/** `node dist/boot.cjs sample …`: writes sample data. */

import { printable } from './core/clean.ts'
import { runSample } from './sample/command.ts'

process.exitCode = await runSample(process.argv.slice(3), {
  out: (text) => process.stdout.write(printable(text)),
  err: (text) => process.stderr.write(printable(text)),
})
