import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { readCommands } from './commands.ts'
import { readColour } from './config.ts'
import type { App } from './core/app.ts'
import type { ExitStatus } from './core/errors.ts'
import { commandOfQuery } from './core/warehouse/query-command.ts'
import { readLibrary } from './library.ts'
import { sayLine } from './line.ts'
import { thisMachine } from './platform.ts'
import { bashCompletion } from './terminal/completion.ts'

/** One command line in the terminal: `sparkify <command line>`. */
async function main(argv: readonly string[]): Promise<ExitStatus> {
  if (argv[0] === '--version') return printVersion()
  if (argv[0] === 'completion') return printCompletion(argv[1])
  return sayLine(argv, {
    platform: thisMachine,
    streams: { input: process.stdin, out: process.stdout, err: process.stderr, colour: readColour() },
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

async function printVersion(): Promise<ExitStatus> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  process.stdout.write(`${z.object({ version: z.string() }).parse(JSON.parse(text)).version}\n`)
  return 0
}

async function printCompletion(shell: string | undefined): Promise<ExitStatus> {
  if (shell !== 'bash') {
    process.stderr.write('✗ There is completion for bash only.\nType: eval "$(sparkify completion bash)"\n')
    return 2
  }
  const { queries } = await readLibrary(new URL('../sql/', import.meta.url))
  process.stdout.write(bashCompletion([...(await readCommands()), ...queries.map(commandOfQuery)]))
  return 0
}

process.exitCode = await main(process.argv.slice(3))
