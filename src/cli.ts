import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { App } from './core/app.ts'
import type { ExitStatus } from './core/errors.ts'
import { sayLine } from './line.ts'
import { thisMachine } from './platform.ts'

/** One command line in the terminal: `npm run -s sparkify -- <command line>`. */
async function main(argv: readonly string[]): Promise<ExitStatus> {
  if (argv[0] === '--version') return tellVersion()
  return sayLine(argv, {
    platform: thisMachine,
    streams: { input: process.stdin, out: process.stdout, err: process.stderr },
    begun: interruptible,
    replaced: () => process.exit(1),
  })
}

/** A run is stopped in order and says so; while a question waits for its answer there is nothing to stop. */
function interruptible(app: App, asker: string): void {
  const interrupt = (signal: NodeJS.Signals): void => {
    if (app.cancelAll(asker) === 0) process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
}

async function tellVersion(): Promise<ExitStatus> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  process.stdout.write(`${z.object({ version: z.string() }).parse(JSON.parse(text)).version}\n`)
  return 0
}

process.exitCode = await main(process.argv.slice(3))
