import { join } from 'node:path'
import { compose } from './compose.ts'
import { loadEnvFile, readConfig } from './config.ts'
import { messageOf, OpsError } from './core/errors.ts'
import type { RunRecord } from './core/ports/ledger.ts'
import { counterpartOf, welcome } from './counterpart.ts'
import { systemClock } from './machine/clock.ts'
import { prepareHome } from './machine/home.ts'
import { openLog } from './machine/log.ts'
import { type Routes, startServer } from './machine/server.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import { openSlackFace } from './slack/face.ts'

const graceMs = 5_000
const recoverMs = 10_000
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** The bot: hears Slack (or its local stand-in) and the clock until it is told to stop. */
async function main(): Promise<void> {
  loadEnvFile()
  const config = readConfig()
  await prepareHome(config.home)
  const { slack } = config
  const secrets =
    slack.kind === 'none' ? [] : [slack.botToken, slack.kind === 'socket' ? slack.appToken : slack.signingSecret]
  const logFile = join(config.home, 'sparkify.log')
  const log = openLog(process.stdout.isTTY ? { kind: 'file', path: logFile } : { kind: 'stderr' }, secrets)
  // A rejection that nobody awaits is a bug or a library's (Socket Mode has one); a supervisor starts a whole bot again.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      log.error({ err: error }, `${event}: ${messageOf(error)}`)
      process.exit(1)
    })
  }

  const counterpart = await counterpartOf(config, log)
  const core = await compose(config, {
    kind: 'bot',
    directory: counterpart.directory,
    probes: () => face.probes,
    log,
    onReplaced: () => {
      log.error({}, 'another bot has taken over this home, because this one was silent for too long')
      process.exit(1)
    },
  })
  const { app, deps } = core

  const routes: Routes = {
    health: () => face.health(),
    slackEvents: (request, response) => face.listener?.(request, response),
    rest: counterpart.rest,
  }
  const server = await startServer(counterpart.workspace === null ? config.host : '127.0.0.1', config.port, routes, log)
  const origin = `http://127.0.0.1:${server.port}`
  counterpart.connect(origin)
  const face = await openSlackFace({ ...counterpart.slack(origin), ledger: deps.ledger, clock: systemClock, log })
  await face.start(app)
  if (counterpart.workspace !== null) await welcome(counterpart.workspace, face)

  const tell = ({ run, answer }: { run: RunRecord; answer: ReturnType<typeof app.ask> }): void => {
    answer
      .then((ended) => (ended === null ? undefined : face.deliver(run, ended)))
      .catch((error: unknown) =>
        log.error({ err: error, run: run.id }, `run ${run.id} could not be told: ${messageOf(error)}`),
      )
  }
  const recover = async (): Promise<void> => {
    for (const recovered of await app.recover((run) => face.watchOf(run))) tell(recovered)
  }
  for (const recovered of await app.untold()) tell(recovered)
  await recover()
  const stopRecovering = deps.clock.every(
    recoverMs,
    () => void recover().catch((error: unknown) => log.error({ err: error }, 'recovering failed')),
  )

  const scheduler = startScheduler(
    () =>
      app.fireDue(async ({ schedule }, answers) => {
        if (schedule.place.kind !== 'slack') return
        for (const answer of answers) {
          const called = answer.ok
            ? []
            : [...(schedule.owner.kind === 'slack' ? [schedule.owner.id] : []), ...config.oncall]
          await face.post(schedule.place, answer, schedule.owner, called)
        }
      }),
    log,
  )

  say(
    `Sparkify's warehouse bot is running. ${counterpart.workspace === null ? face.health().detail : `Open ${origin}`}`,
  )
  say(`Engine ${config.engine}, home ${config.home}${process.stdout.isTTY ? `, log ${logFile}` : ''}. Ctrl-C stops it.`)
  if (core.sources.generated === 'now') say('No source data are configured, so a small sample was generated.')
  for (const warning of config.warnings.slice(0, 2)) say(`⚠ ${warning}.`)

  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130)
    stopping = true
    stopRecovering()
    await scheduler.stop()
    await app.drain(graceMs)
    await face.stop()
    await server.close()
    await counterpart.close()
    await core.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
}

try {
  await main()
} catch (error) {
  if (!(error instanceof OpsError)) throw error
  process.stderr.write(`✗ ${error.message}\n${error.remedy === '' ? '' : `${error.remedy}\n`}`)
  process.exit(
    error.code === 'bad_config' ||
      error.code === 'home_in_use' ||
      error.code === 'port_taken' ||
      error.code === 'newer_state'
      ? 2
      : 1,
  )
}
