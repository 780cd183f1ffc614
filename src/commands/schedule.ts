import { z } from 'zod'
import type { Channel } from '../core/channel.ts'
import { authorise } from '../core/command/access.ts'
import { choice, optionalText, words } from '../core/command/args.ts'
import type { Context, RunContext } from '../core/command/context.ts'
import { type Bound, defineCommand, type Outcome } from '../core/command/define.ts'
import { quote } from '../core/command/line.ts'
import type { PlanDraft } from '../core/command/plan.ts'
import { OpsError } from '../core/errors.ts'
import type { Place } from '../core/place.ts'
import type { ScheduleRecord } from '../core/ports/ledger.ts'
import { text } from '../core/reply.ts'
import { claimFire, dueFire } from '../core/schedule/fire.ts'
import { readPhrase } from '../core/schedule/phrase.ts'
import { upcoming } from '../core/schedule/upcoming.ts'
import { plural } from '../core/words.ts'

const shownTimes = 3

// A word must be typed for a tear-down, and a schedule that makes schedules has no end.
const notForTheClock = ['schedule', 'tear-down']

export default defineCommand({
  name: 'schedule',
  summary: 'Lines said by the clock, such as a nightly load: add, list, pause, resume, remove',
  group: 'schedules',
  role: 'operator',
  effect: 'bot',
  audience: 'asker',
  args: z.object({
    action: choice({ about: 'what to do', values: ['list', 'add', 'pause', 'resume', 'remove'], fallback: 'list' }),
    tz: optionalText({
      about: 'the time zone; that of your Slack profile if left out',
      bare: false,
      maxLength: 60,
      accepts: 'a zone like Europe/London',
    }),
    words: words({ about: 'for add: "lines" when in #channel; otherwise the number of a schedule', accepts: 'words' }),
  }),
  examples: [
    'schedule',
    'schedule add "etl; qa checks; top songs 10" daily at 03:00 in #music',
    'schedule add "top songs 10" weekdays at 07:30 tz=Europe/London',
    'schedule remove 1',
  ],
  async plan({ action, words: said }, context) {
    return action === 'add' ? planOfLines(understood(linesOf(said[0]), context), context) : null
  },
  async run({ action, words: said, tz }, context) {
    switch (action) {
      case 'list':
        return list(context)
      case 'add':
        return add(said, tz ?? (await context.deps.directory.zoneOf(context.who)), context)
      case 'pause':
        return change(said, context, 'paused', (id) => context.deps.ledger.schedules.setState(id, 'paused'))
      case 'resume':
        return change(said, context, 'active again', (id) => resume(id, context))
      case 'remove':
        return change(said, context, 'removed', (id) => context.deps.ledger.schedules.remove(id))
    }
  },
})

/** The lines between the semicolons, as they were typed. */
function linesOf(quoted = ''): readonly string[] {
  const lines = quoted
    .split(';')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 0) {
    throw new OpsError(
      'bad_argument',
      'What should be said? Nothing was done.',
      'Say schedule add "top songs 10" daily at 07:00 in #music.',
    )
  }
  return lines
}

/** Each line understood, and allowed to its asker now. */
function understood(lines: readonly string[], { catalog, who, deps }: Context): readonly Bound[] {
  return lines.map((line) => {
    const bound = catalog.read(line)
    if (notForTheClock.includes(bound.command.name)) {
      throw new OpsError(
        'bad_argument',
        `${bound.command.name} cannot be said by the clock. Nothing was done.`,
        'Say it yourself.',
      )
    }
    authorise(bound.command, who, deps.directory)
    return bound
  })
}

/** A schedule confirms when it is made: what its lines would ask each night is asked once, now. */
async function planOfLines(bound: readonly Bound[], context: Context): Promise<PlanDraft | null> {
  const drafts = await Promise.all(bound.map((line) => planNow(line, context)))
  const facts = drafts.flatMap((draft) => (draft === null ? [] : [draft.title, ...draft.facts]))
  if (facts.length === 0) return null
  return { title: 'Say this by the clock, without asking again?', facts, act: 'Schedule it', danger: false }
}

/** What a line asks today; null also where it makes no sense today, such as resuming what runs. */
async function planNow(bound: Bound, context: Context): Promise<PlanDraft | null> {
  try {
    return await bound.plan(context)
  } catch (error) {
    if (error instanceof OpsError && (error.code === 'cluster_state' || error.code === 'no_cluster')) return null
    throw error
  }
}

async function add([quoted, ...rest]: readonly string[], zone: string, context: RunContext): Promise<Outcome> {
  const { deps, who, place } = context
  const lines = linesOf(quoted)
  understood(lines, context)
  const { phrase, cron, channel } = readPhrase(rest)
  deps.timetable.check(cron, zone)
  const schedule = await deps.ledger.schedules.add({
    lines,
    phrase,
    cron,
    zone,
    place: placeOf(channel, place),
    owner: { kind: who.kind, id: who.id, name: who.name },
    created: deps.clock.now().toISOString(),
    state: 'active',
  })
  const times = upcoming(deps, { cron, zone }, shownTimes).map((time) => `• ${timeIn(zone, time)}`)
  const headline = `Schedule ${schedule.id}: ${schedule.lines.join('; ')}, ${phrase} (${zone}) in ${whereOf(schedule.place)}.`
  return {
    headline,
    replies: [text(headline, 'good'), text(`Next times\n${times.join('\n')}`)],
    next: [{ label: 'All schedules', line: 'schedule list' }],
  }
}

function placeOf(channel: Channel | null, here: Place): Place {
  if (channel !== null) return { kind: 'slack', direct: false, ...channel }
  // A thread is where it was asked for; what comes every day belongs in its channel.
  if (here.kind === 'slack') {
    const { thread: _, ...whole } = here
    return whole
  }
  throw new OpsError('bad_argument', 'Where should it be posted? Nothing was done.', 'Add in #channel.')
}

/** "Tue, 24 Nov 2026, 03:00 GMT", in the schedule's own zone, with the offset that holds on that day. */
function timeIn(zone: string, time: Date): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  }).format(time)
}

async function list({ deps }: Context): Promise<Outcome> {
  const schedules = await deps.ledger.schedules.list()
  const rows = schedules.map((schedule) => [
    schedule.id,
    schedule.lines.join('; '),
    `${schedule.phrase} (${schedule.zone})`,
    whereOf(schedule.place),
    schedule.owner.name,
    schedule.state,
    schedule.state === 'active' ? (upcoming(deps, schedule, 1)[0]?.toISOString() ?? null) : null,
  ])
  const example = `schedule add ${quote('etl; qa checks; top songs 10')} daily at 03:00 in #music`
  return {
    headline: schedules.length === 0 ? 'No schedules yet.' : `${plural(schedules.length, 'schedule')}.`,
    replies: [
      {
        kind: 'table',
        title: 'Schedules',
        columns: ['id', 'lines', 'when', 'where', 'owner', 'state', 'next'],
        formats: ['integer', 'text', 'text', 'text', 'text', 'text', 'time'],
        rows,
        total: rows.length,
      },
      text(`Add one: ${example}`, 'note'),
    ],
  }
}

async function change(
  said: readonly string[],
  { deps }: Context,
  what: string,
  act: (id: number) => Promise<boolean>,
): Promise<Outcome> {
  const id = Number(/^#?(\d{1,9})$/.exec(said[0] ?? '')?.[1] ?? Number.NaN)
  const schedule: ScheduleRecord | null = Number.isNaN(id) ? null : await deps.ledger.schedules.get(id)
  if (schedule === null || said.length !== 1 || !(await act(id))) {
    throw new OpsError(
      'not_found',
      `There is no schedule ${said.join(' ') || '(no number)'}. Nothing was done.`,
      'See schedule list for their numbers.',
      {
        cure: 'schedule list',
      },
    )
  }
  const headline = `Schedule ${id} is ${what}: ${schedule.lines.join('; ')}, ${schedule.phrase} (${schedule.zone}).`
  return { headline, replies: [text(headline, 'good')], next: [{ label: 'All schedules', line: 'schedule list' }] }
}

/** What fell due while it was paused is not said any more. */
async function resume(id: number, { deps }: Context): Promise<boolean> {
  const schedule = await deps.ledger.schedules.get(id)
  const missed = schedule?.state === 'paused' ? dueFire(schedule, deps) : null
  if (missed !== null) await claimFire(missed, deps)
  return deps.ledger.schedules.setState(id, 'active')
}

function whereOf(place: Place): string {
  if (place.kind === 'terminal') return 'the terminal'
  if (place.direct) return 'direct messages'
  return place.channelName === undefined ? place.channel : `#${place.channelName}`
}
