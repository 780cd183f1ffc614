import { userInfo } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { type Config, secretsOf } from './config.ts'
import { composeHere } from './line.ts'
import { prepareDataDir } from './machine/data-dir.ts'
import { openLog } from './machine/log.ts'
import { setProxies } from './machine/proxies.ts'
import { createAgentServer, serveStreams } from './mcp/server.ts'
import { type Platform, programVersion } from './platform.ts'

/** How long runs may take to end after the agent has disconnected. */
const drainMs = 5_000

/** The two streams, the signals that end the server, and the notice that another process took this one for dead. */
interface AgentSurroundings {
  readonly input: Readable
  readonly output: Writable
  readonly stop: AbortSignal
  readonly replaced: () => void
}

/**
 * Serves an agent over two streams, with its own app, also while a bot runs, until the input ends or `stop` fires; its runs are stopped then, as by
 * Ctrl-C in a terminal. The log is on standard error, because the output is the protocol's.
 */
export async function serveAgents(
  config: Config,
  platform: Platform,
  { input, output, stop, replaced }: AgentSurroundings,
): Promise<void> {
  await setProxies(config.proxies)
  await prepareDataDir(config.dataDir)
  const log = openLog({ kind: 'stderr' }, secretsOf(config))
  log.release()
  const core = await composeHere(config, platform, log, replaced)
  const { username } = userInfo()
  const who = { kind: 'agent', id: `agent:${username}`, name: `${username}'s agent` } as const
  const worker = await core.app.work(null)
  const version = await programVersion()
  const server = serveStreams(() => createAgentServer(core.app, who, version), input, output, log)
  try {
    await new Promise<void>((done) => {
      for (const event of ['end', 'close']) input.once(event, () => done())
      stop.addEventListener('abort', () => done())
      if (stop.aborted) done()
    })
  } finally {
    core.app.cancelAll(who.name)
    await core.app.drain(drainMs)
    worker.stop()
    await server.close()
    await core.close()
  }
}
