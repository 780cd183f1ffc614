import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import { readConfig } from '../../src/config.ts'
import type { Answer } from '../../src/core/answer.ts'
import { type App, createApp, openSession } from '../../src/core/app.ts'
import { newMessage, waysTo } from '../../src/core/outbox/messages.ts'
import type { Asker } from '../../src/core/people.ts'
import type { Conversation } from '../../src/core/place.ts'
import type { Ledger, RunRecord, StepRecord } from '../../src/core/ports/ledger.ts'
import type { OnProgress } from '../../src/core/runner/live-run.ts'
import type { Session } from '../../src/core/runner/session.ts'
import { claimRuns } from '../../src/core/runner/worker.ts'
import { openWarehouse } from '../../src/engines.ts'
import { readLibrary } from '../../src/library.ts'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { createFastClock } from '../redshift/engine/fast-clock.ts'
import { pendingIn } from '../support/delivered.ts'
import { freePolicy } from '../support/policy.ts'
import type { Cloud } from './cloud.ts'

/** A write of a run into the ledger: a step begins, keeps the handle of something outside, finishes; or the run ends. */
export type Write = 'begin' | 'keep' | 'finish' | 'end'

/** When a process is to die: right before or right after the first such write of the step of this title (the run, for `end`). */
export interface Death {
  readonly title: string
  readonly write: Write
  readonly when: 'before' | 'after'
}

/** What the runs of the bot share, whichever process they are carried on by. */
export interface Bots {
  readonly ledger: Ledger
  /**
   * Says a line as an admin in a channel, and has every process that dies on the way followed by another; what the last one
   * answered, the run's record, and how many died. `meanwhile` is called after each death, with what another process answers.
   */
  say(
    line: string,
    deaths?: readonly Death[],
    meanwhile?: (ask: (line: string) => Promise<Answer | null>) => Promise<void>,
  ): Promise<{ answer: Answer; run: RunRecord; died: number }>
}

const who: Asker = { kind: 'slack', id: 'U0ADA0ADMIN', name: 'ada' }
const place: Conversation = { kind: 'slack', channel: 'C0DATAENG00', direct: false }
const post = { channel: 'C0DATAENG00', ts: '1543600000.000100' }
const timesFaster = 100
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const library = await readLibrary(new URL('../../sql/', import.meta.url))
const commands = await readCommands()

/** The real app with its real ledger and its real AWS adapters on a double, in processes that are only pretended. */
export async function openBots(cloud: Cloud, home: string): Promise<Bots> {
  // Credentials and endpoint are the SDK's own business, which reads them here.
  Object.assign(process.env, cloud.env)
  const config = readConfig({ ...cloud.env, SPARKIFY_HOME: home })
  const clock = createFastClock(timesFaster)
  const dead = new Set<number>()
  let pids = 1000
  const open = () =>
    openLedger({
      url: `file:${join(home, 'state.db')}`,
      now: () => clock.now(),
      host: 'here',
      isAlive: (pid) => !dead.has(pid),
    })
  const ledger = await open()
  onTestFinished(() => ledger.close())

  const startProcess = async (death: Death | undefined) => {
    pids += 1
    const pid = pids
    const own = await open()
    const id = `process-${pid}`
    const at = clock.now().toISOString()
    await own.processes.enter({ id, kind: 'bot', pid, host: 'here', started: at, heartbeat: at })
    const mortal = mortalLedger(own, death)
    const warehouse = await openWarehouse(config, mortal.ledger, clock, silent)
    const opened = openSession(commands, {
      ...warehouse,
      ledger: mortal.ledger,
      directory: {
        roleOf: async () => 'admin',
        zoneOf: async () => 'UTC',
        hasLeft: async () => false,
        holders: () => [who.id],
        isGuest: async () => false,
        peopleOf: async (ids) => ids,
      },
      library,
      timetable: createTimetable(),
      outbox: {
        resolve: async (place) => place,
        postingError: async () => null,
        requirePosts: () => undefined,
      },
      heartbeat: { beat: async () => 'none' },
      policy: freePolicy,
      clock,
      log: silent,
      probes: () => [],
      process: id,
    })
    return {
      app: createApp(opened),
      session: opened.session,
      died: mortal.died,
      async stop() {
        dead.add(pid)
        await warehouse.close()
        // What the dead one still had under way fails for want of its connections; then nobody uses its ledger any more.
        await breathe()
        await own.close()
      },
    }
  }

  return {
    ledger,
    async say(line, deaths = [], meanwhile) {
      const asking = (app: App, asked: string): Promise<Answer | null> =>
        app.ask({
          request: app.read(asked),
          who,
          place,
          confirmed: true,
          typed: config.redshift.clusterId,
          onProgress: progressIn(ledger),
        })
      let died = 0
      let begin = ({ app }: { readonly app: App; readonly session: Session }): Promise<Answer | null> =>
        asking(app, line)
      for (const death of [...deaths, undefined]) {
        const one = await startProcess(death)
        const answer = await Promise.race([begin(one), one.died])
        await one.stop()
        if (answer !== 'died' && answer !== null) {
          const run = answer.run === null ? null : await ledger.runs.get(answer.run.id)
          if (run === null) throw new Error(`${line} has left no run: ${answer.headline}`)
          await takeAll(ledger)
          return { answer, run, died }
        }
        died += 1
        if (meanwhile !== undefined) {
          const other = await startProcess(undefined)
          await meanwhile((asked) => asking(other.app, asked))
          await other.stop()
        }
        begin = ({ session }) => carryOn(session, ledger)
      }
      throw new Error(`${line} was never brought to its end`)
    },
  }
}

/** As the bot does at its start: carries on what a process before it left, or tells what that one could not tell any more. */
async function carryOn(session: Session, ledger: Ledger): Promise<Answer | null> {
  const [left] = await claimRuns(session, () => () => undefined)
  if (left !== undefined) return left.answer
  const [told] = await pendingIn(ledger.messages)
  if (told?.content.kind !== 'run') throw new Error('there is nothing to carry on')
  if (told.post?.ts !== post.ts) throw new Error('the message of the run is lost')
  return (await ledger.runs.get(told.content.run))?.answer ?? null
}

/** Slack takes everything that waits. */
async function takeAll({ messages }: Ledger): Promise<void> {
  for (const message of await pendingIn(messages)) await messages.sent(message, { post, level: 0, followers: [] })
}

/** A message for the run, stored as its face would. */
function progressIn(ledger: Ledger): OnProgress {
  let posted = false
  return ({ id }) => {
    if (posted) return
    posted = true
    const content = { kind: 'run', run: id, attempt: 1 } as const
    const message = newMessage(
      { key: `run:${id}`, content, ways: waysTo(place, who, 'channel', true), open: true },
      new Date(),
    )
    void ledger.messages.put([message]).then(() => takeAll(ledger))
  }
}

/** A ledger that answers nothing any more once its process has died. */
function mortalLedger(ledger: Ledger, death: Death | undefined): { ledger: Ledger; died: Promise<'died'> } {
  let die = (): void => undefined
  let isDead = false
  const died = new Promise<'died'>((resolve) => {
    die = () => {
      isDead = true
      resolve('died')
    }
  })
  const never = new Promise<never>(() => undefined)
  const seen = new Map<string, Readonly<Record<string, string>>>()
  const guarded = async <T>(hit: boolean, write: () => Promise<T>): Promise<T> => {
    if (isDead) return never
    if (hit && death?.when === 'before') {
      die()
      return never
    }
    const written = await write()
    if (!hit) return isDead ? never : written
    die()
    return never
  }
  const isHit = (title: string, write: Write): boolean => death?.title === title && death.write === write
  const writeOf = (step: StepRecord): Write => {
    const before = seen.get(step.title)
    seen.set(step.title, step.handles)
    if (step.state !== 'in_progress') return 'finish'
    return before !== undefined && Object.keys(step.handles).length > Object.keys(before).length ? 'keep' : 'begin'
  }
  return {
    died,
    ledger: {
      ...ledger,
      runs: {
        ...ledger.runs,
        saveStep: (id, process, index, step) =>
          guarded(isHit(step.title, writeOf(step)), () => ledger.runs.saveStep(id, process, index, step)),
        end: (id, process, end, messages) =>
          guarded(death?.write === 'end', () => ledger.runs.end(id, process, end, messages)),
      },
    },
  }
}
