import { printable } from './core/format.ts'
import { runSample } from './sample/command.ts'

/** `node dist/boot.cjs sample …`: writes sample data. */

process.exitCode = await runSample(process.argv.slice(3), {
  out: (text) => process.stdout.write(printable(text)),
  err: (text) => process.stderr.write(printable(text)),
})
