import { readCommands } from './commands.ts'
import { loadEnvFile, readColour, readConfig } from './config.ts'
import { commandOfQuery } from './core/answers/query-command.ts'
import type { App } from './core/app.ts'
import { isoDay } from './core/day.ts'
import { type ExitStatus, exitStatusOf, OpsError } from './core/errors.ts'
import { readLibrary } from './library.ts'
import { runCommandLine } from './line.ts'
import { programVersion, thisMachine } from './platform.ts'
import { bashCompletion } from './terminal/completion.ts'

/** One command line in the terminal: `sparkify <command line>`. */
async function main(argv: readonly string[]): Promise<ExitStatus> {
  if (argv[0] === '--version') return printVersion()
  if (argv[0] === 'completion') return printCompletion(argv[1])
  if (argv[0] === 'backup' || argv[0] === 'restore') return archive(argv[0], argv.slice(1))
  if (argv[0] === 'mcp') return agents()
  return runCommandLine(argv, {
    platform: thisMachine,
    streams: { input: process.stdin, out: process.stdout, err: process.stderr, colour: readColour() },
    begun: interruptible,
    replaced: () => process.exit(1),
  })
}

/** Cancels the runs in order; while a plan waits for confirmation there are none. */
function interruptible(app: App, asker: string): void {
  const interrupt = (signal: NodeJS.Signals): void => {
    if (app.cancelAll(asker) === 0) process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
}

async function printVersion(): Promise<ExitStatus> {
  process.stdout.write(`${await programVersion()}\n`)
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

/** `mcp`: the commands as tools for an agent, over the standard streams until it closes them. */
async function agents(): Promise<ExitStatus> {
  const { serveAgents } = await import('./agents.ts')
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  return plainly(async () => {
    loadEnvFile()
    const { stdin: input, stdout: output } = process
    await serveAgents(readConfig(), thisMachine, { input, output, stop: stop.signal, replaced: () => process.exit(1) })
  })
}

/** `backup [FILE]` and `restore FILE [--yes]`, which work on the data folder and not in it: no app is composed for them. */
async function archive(command: 'backup' | 'restore', args: readonly string[]): Promise<ExitStatus> {
  const { makeBackup, restoreBackup } = await import('./backup.ts')
  const files = args.filter((word) => word !== '--yes')
  const now = thisMachine.clock.now()
  const [file = command === 'backup' ? `sparkify-${isoDay(now)}.tar.gz` : null] = files
  return plainly(async () => {
    if (file === null || files.length > 1 || file.startsWith('-')) {
      throw new OpsError(
        'bad_argument',
        `${command} takes one file.`,
        'Type: sparkify backup [FILE], or sparkify restore FILE [--yes]',
      )
    }
    loadEnvFile()
    const config = readConfig()
    const work =
      command === 'backup' ? makeBackup(config, file, now) : restoreBackup(config, file, args.includes('--yes'))
    process.stdout.write(`✓ ${await work}\n`)
  })
}

/** Exit status 0, or that of the expected failure, which is printed. */
async function plainly(work: () => Promise<void>): Promise<ExitStatus> {
  try {
    await work()
    return 0
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    process.stderr.write(`✗ ${error.message}\n${error.remedy}\n`)
    return exitStatusOf(error.code)
  }
}

process.exitCode = await main(process.argv.slice(3))
