import { type Double, startDouble } from '../support/aws/start.ts'
import { scheduled } from '../support/schedule.ts'
import { openHybrid } from './cloud.ts'
import { faultsIn } from './invariants.ts'
import type { Write } from './mortal.ts'
import { channels, directOf, people, type Slack, type Treatment } from './slack.ts'
import { type Event, wordsOf } from './timeline.ts'
import { openWorld, type Process, type World } from './world.ts'

/** When each week begins: a Monday that lies ahead of the clock by which Bolt checks what Slack signs, in which clocks go forward. */
export const weekStart = new Date('2035-03-05T00:00:00.000Z')

const hour = 3_600_000
const [ada] = people

/** What is wrong at the end of a timeline, in sentences; and its events, what stands in Slack and what was logged, by time. */
export interface Lived {
  readonly faults: readonly string[]
  readonly story: string
}

/** Lives through a timeline on a copy of a loaded home. */
export async function liveThrough(home: string, events: readonly Event[]): Promise<Lived> {
  const double = await startDouble({ speed: 1_000_000, describes: 0 })
  const world = await openWorld({
    home,
    start: weekStart.toISOString(),
    openWarehouse: (...args) => openHybrid(double, ...args),
  })
  try {
    const week = createWeek(world, double)
    await week.begin()
    for (const event of events) await week.live(event)
    await week.end()
    return { faults: await faultsIn(world, double), story: storyOf(world, events) }
  } finally {
    await world.close()
    await double.stop()
  }
}

function storyOf({ slack, logged }: World, events: readonly Event[]): string {
  const lines = [
    ...events.map((event) => [weekStart.getTime() + event.at, `>>> ${wordsOf(event)}`] as const),
    ...slack.everything().map(({ ts, channel, viewer, thread_ts, text }) => {
      const to = viewer === undefined ? '' : ` to ${viewer}`
      return [Number(ts) * 1000, `${thread_ts === undefined ? '' : '  '}${channel}${to}: ${text}`] as const
    }),
    ...logged
      .filter(({ level }) => level !== 'info')
      .map(({ at, process, level, message }) => [at, `(${process} ${level}) ${message}`] as const),
  ]
  return lines
    .toSorted(([a], [b]) => a - b)
    .map(([at, words]) => `${new Date(at).toISOString()} ${words}`)
    .join('\n')
}

interface Week {
  begin(): Promise<void>
  live(event: Event): Promise<void>
  /** All refusals are over, and what was left is brought to its end. */
  end(): Promise<void>
}

function createWeek(world: World, double: Double): Week {
  const { time, slack } = world
  const { workspace } = slack
  let bot: Process | null = null
  /** When the next process starts, in elapsed time; and how the one at work dies. */
  let startAt = 0
  let doom: Extract<Event, { kind: 'die' }> | null = null
  let written = 0
  const elapsed = (): number => time.elapsed()
  const began = elapsed()

  const fate = ({ method }: Write): 'before' | 'after' | null => {
    if (doom === null || (doom.method === 'any' ? method === 'beat' : method !== doom.method)) return null
    written += 1
    if (written < doom.writes) return null
    const { when, downMs } = doom
    doom = null
    startAt = elapsed() + downMs
    return when
  }

  /** Starts the next process when it is time for it. */
  const tend = async (): Promise<void> => {
    while ((bot === null || bot.life.dead) && elapsed() >= startAt) {
      bot = await world.start(fate)
    }
  }

  const pass = async (ms: number, hopMs: number): Promise<void> => {
    const end = elapsed() + ms
    while (elapsed() < end) {
      await tend()
      await world.pass(Math.min(hopMs, end - elapsed()), hopMs)
    }
    await tend()
  }

  /** Lets time pass up to a moment, in steps that are shorter than the six hours within which a missed occurrence is caught up. */
  const until = async (at: number): Promise<void> => {
    while (elapsed() - began < at) {
      const left = at - (elapsed() - began)
      await pass(Math.min(left, 5 * hour), 5 * hour)
      await pass(Math.min(Math.max(0, at - (elapsed() - began)), 20_000), 20_000)
    }
  }

  const answer = async (as: string, yes: boolean, copies: number): Promise<void> => {
    const found = newestPlan(slack, as, yes)
    if (found === null) return
    const before = slack.dialogs.length
    await workspace.users.press({ as, copies, ...found.press })
    await pass(2_000, 1_000)
    const view_id = slack.dialogs.at(-1)
    if (!found.isTyped || slack.dialogs.length === before || view_id === undefined) return
    const form = [{ block_id: 'word', action_id: 'typed', value: 'sparkify' }]
    await workspace.users.submit({ as, view_id, copies, form }).catch(() => undefined)
  }

  const rules = new Set<(method: string) => Treatment>()
  slack.treat = (method) => {
    for (const rule of rules) {
      const treatment = rule(method)
      if (treatment !== null) return treatment
    }
    return null
  }
  const treat = (method: string, treatment: Treatment, calls: number, ms: number): void => {
    let left = calls
    const over = elapsed() + ms
    const rule = (called: string): Treatment => {
      if (called !== method) return null
      if (ms > 0) return elapsed() < over ? treatment : null
      left -= 1
      return left < 0 ? null : treatment
    }
    rules.add(rule)
  }

  const act = async (event: Event): Promise<void> => {
    switch (event.kind) {
      case 'say':
        await workspace.users.send(event)
        return
      case 'answer':
        return answer(event.as, event.yes, event.copies)
      case 'home':
        await workspace.users.openTab({ as: event.as, tab: 'home' })
        return
      case 'refuse':
        return treat(event.method, { kind: 'refuse', error: event.error }, event.calls, event.ms)
      case 'lose':
        return treat(event.method, { kind: 'lose' }, event.calls, 0)
      case 'aws':
        return double.fault({
          kind: 'error',
          action: event.action,
          code: event.code,
          message: 'not now',
          times: event.times,
        })
      case 'die':
        doom = event
        written = 0
        return
      case 'restart':
        startAt = elapsed() + event.downMs
        await bot?.stop()
        return
      case 'freeze': {
        if (bot === null || bot.life.dead) return
        const thaw = bot.freeze()
        doom = null
        await world.pass(40_000, 20_000)
        bot = await world.start(fate)
        await pass(event.ms, 20_000)
        thaw()
        return
      }
      case 'jump':
        return time.jump(event.ms)
    }
  }

  return {
    async begin() {
      await tend()
      const owner = { kind: 'slack', id: ada, name: 'ada' } as const
      const created = time.now().toISOString()
      const place = (channel: string) => ({ kind: 'slack', channel, direct: false }) as const
      const [dataEng, music, random] = channels
      for (const schedule of [
        {
          lines: ['etl', 'qa checks'],
          phrase: 'mondays and thursdays at 03:10',
          days: 'mondays and thursdays',
          cron: '10 3 * * 1,4',
          place: place(dataEng),
        },
        { lines: ['top songs 11'], phrase: 'daily at 00:20', cron: '20 0 * * *', place: place(music) },
        { lines: ['qa counts'], phrase: 'daily at 05:30', cron: '30 5 * * *', place: place(random) },
        {
          lines: ['status'],
          phrase: 'wednesdays at 11:40',
          days: 'wednesdays',
          cron: '40 11 * * 3',
          place: place(dataEng),
        },
      ]) {
        await world.ledger.schedules.add(scheduled({ ...schedule, owner, created, whenPaused: 'resume' }))
      }
      await workspace.users.send({ as: ada, channel: channels[0], text: '/sparkify spin-up lease=30h' })
      await pass(4_000, 2_000)
      await answer(ada, true, 1)
      await pass(20_000, 10_000)
    },
    async live(event) {
      await until(event.at)
      await act(event)
      await pass(4_000, 2_000)
      await pass(20_000, 10_000)
    },
    async end() {
      rules.clear()
      doom = null
      await double.clearFaults()
      await pass(3 * hour, hour)
      await pass(40_000, 10_000)
      // The last word of a run is tried once a minute, news once an hour.
      await pass(4 * 61_000, 61_000)
      await pass(2 * hour, hour)
      await pass(40_000, 10_000)
      if (bot === null || bot.life.dead) throw new Error('no bot lives at the end')
      await workspace.users.send({ as: ada, channel: channels[0], text: '/sparkify spin-up lease=8h' })
      await pass(4_000, 2_000)
      await answer(ada, true, 1)
      // What waited for the cluster runs now, and each of its messages takes a look of the outbox.
      await pass(200_000, 10_000)
    },
  }
}

/** The button that accepts the newest plan which somebody sees, or puts it away. */
function newestPlan(slack: Slack, as: string, yes: boolean) {
  const wanted = yes ? /^plan-(?:confirm|type)/ : /^plan-dismiss/
  const found = [...channels, directOf(as)].flatMap((channel) =>
    slack.workspace.messages(channel, as).flatMap(({ ts, blocks = [] }) =>
      blocks.flatMap((block) =>
        block.type !== 'actions'
          ? []
          : block.elements.flatMap(({ action_id = '' }) =>
              wanted.test(action_id)
                ? [
                    {
                      press: { channel, ts, block_id: block.block_id ?? '', action_id },
                      isTyped: action_id.startsWith('plan-type'),
                    },
                  ]
                : [],
            ),
      ),
    ),
  )
  return found.toSorted((a, b) => Number(a.press.ts) - Number(b.press.ts)).at(-1) ?? null
}
