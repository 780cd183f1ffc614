import { userInfo } from 'node:os'
import { join } from 'node:path'
import { compose } from './compose.ts'
import { loadEnvFile, readConfig } from './config.ts'
import { type ExitStatus, OpsError } from './core/errors.ts'
import { failureAnswer } from './core/run/failure.ts'
import { localDirectory } from './local-people.ts'
import { withLocalPeople } from './machine/directory.ts'
import { openLog } from './machine/log.ts'
import { readTerminalArguments } from './terminal/arguments.ts'
import { runLine, show } from './terminal/session.ts'

/** One command line in the terminal: `npm run -s sparkify -- <command line>`. */
async function main(argv: readonly string[]): Promise<ExitStatus> {
  const said = readTerminalArguments(argv)
  const streams = { input: process.stdin, out: process.stdout, err: process.stderr }
  try {
    loadEnvFile()
    const config = readConfig()
    const log = openLog({ kind: 'file', path: join(config.home, 'terminal.log') }, [])
    const core = await compose(config, {
      kind: 'terminal',
      directory: withLocalPeople(localDirectory(config)),
      probes: () => [],
      outbox: {
        post: () => Promise.reject(noSlackHere()),
        tell: () => Promise.reject(noSlackHere()),
        resolve: async (place) => place,
        obstacle: async () => null,
      },
      log,
      onReplaced: () => process.exit(1),
    })
    const { username } = userInfo()
    const interrupt = (signal: NodeJS.Signals): void => {
      // A run is stopped in order and says so; while a question waits for its answer there is nothing to stop.
      if (core.app.cancelAll(username) === 0) process.exit(signal === 'SIGINT' ? 130 : 143)
    }
    process.on('SIGINT', interrupt)
    process.on('SIGTERM', interrupt)
    try {
      return await runLine(core.app, said, { kind: 'local', id: username, name: username }, streams)
    } finally {
      await core.close()
    }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return show(failureAnswer(error, null, { info() {}, warn() {}, error() {} }), said.json, streams)
  }
}

/** The terminal is no face of Slack's: what is said there is posted by nobody. */
function noSlackHere(): OpsError {
  return new OpsError('slack', 'The terminal cannot post in Slack. Nothing was done.', 'Say it in Slack, or save csv.')
}

process.exitCode = await main(process.argv.slice(3))
