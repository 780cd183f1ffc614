import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Core, compose } from './compose.ts'
import { type Config, loadEnvFile, readConfig, secretsOf } from './config.ts'
import type { App } from './core/app.ts'
import { type ExitStatus, OpsError } from './core/errors.ts'
import type { Log } from './core/ports/log.ts'
import { failureAnswer } from './core/runner/answers.ts'
import { localDirectory, withLocalPeople } from './local-people.ts'
import { prepareDataDir } from './machine/data-dir.ts'
import { openLog } from './machine/log.ts'
import { setProxies } from './machine/proxies.ts'
import type { Platform } from './platform.ts'
import { readTerminalArguments, requireWholeLine } from './terminal/arguments.ts'
import { runLine, type Streams, show } from './terminal/session.ts'
import { slackInTerminal } from './terminal-slack.ts'

/**
 * What is around a line: the machine, the environment (the process's own with `.env` when none is given), the streams, and the process, which gets
 * the app, and the notice that another process took it for dead.
 */
interface Around {
  readonly platform: Platform
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly streams: Streams
  readonly begun: (app: App, asker: string) => void
  readonly replaced: () => void
}

/** The program for the people of this machine, whether a bot runs or not. */
export async function composeHere(config: Config, platform: Platform, log: Log, onReplaced: () => void): Promise<Core> {
  const directory = withLocalPeople(localDirectory(config), config)
  return compose(config, {
    platform,
    kind: 'terminal',
    directory,
    ...(await slackInTerminal(config, log)),
    log,
    onReplaced,
  })
}

/** Runs one command line, as it was typed behind the program's name; its exit status. */
export async function runCommandLine(
  argv: readonly string[],
  { platform, env, streams, begun, replaced }: Around,
): Promise<ExitStatus> {
  const said = readTerminalArguments(argv)
  try {
    requireWholeLine(said)
    if (env === undefined) loadEnvFile()
    const config = readConfig(env)
    await setProxies(config.proxies)
    await prepareDataDir(config.dataDir)
    const log = openLog({ kind: 'file', path: join(config.dataDir, 'terminal.log') }, secretsOf(config))
    const core = await composeHere(config, platform, log, replaced)
    const { username } = userInfo()
    begun(core.app, username)
    const worker = await core.app.work(null)
    try {
      return await runLine(core.app, said, { kind: 'local', id: username, name: username }, streams)
    } finally {
      worker.stop()
      await core.close()
    }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return show(failureAnswer(error, null, { info() {}, warn() {}, error() {} }), said.json, streams)
  }
}
