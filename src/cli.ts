import { loadEnvFile } from './config.ts'
import type { App } from './core/app.ts'
import { sayLine } from './line.ts'

/*
 * One command line in the terminal: `npm run -s sparkify -- <command line>`.
 */

/** A run is stopped in order and says so; while a question waits for its answer there is nothing to stop. */
function interruptible(app: App, asker: string): void {
  const interrupt = (signal: NodeJS.Signals): void => {
    if (app.cancelAll(asker) === 0) process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
}

loadEnvFile()
process.exitCode = await sayLine(process.argv.slice(3), {
  streams: { input: process.stdin, out: process.stdout, err: process.stderr },
  begun: interruptible,
  replaced: () => process.exit(1),
})
