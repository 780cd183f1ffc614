import { z } from 'zod'
import type { Suggestion } from '../core/answer.ts'
import { optionalChoice } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { plural } from '../core/format.ts'
import { placeWords } from '../core/place.ts'
import type { ScheduleRecord } from '../core/ports/schedules.ts'
import { linesGroup, type MenuReply, type TableReply, type TextReply, tableOfThings, text } from '../core/reply.ts'
import { findSchedule, scheduleNumber, visibleSchedules } from '../core/schedule/make/find.ts'
import { scheduleOutcome } from '../core/schedule/make/make.ts'
import { unusualWords } from '../core/schedule/make/options.ts'
import { linesWords, scheduleWords, stateWord, timeWords, upcoming, whenWords } from '../core/schedule/make/words.ts'

// Together with the table they fit one message of Slack.
const shownReasons = 5
const shownNotes = 5

const howToAdd: MenuReply = {
  kind: 'menu',
  groups: [linesGroup('Add one', ['schedule add "top songs 10" daily at 07:00 in #music', 'schedule nightly'])],
}

export default defineCommand({
  name: 'schedule',
  aliases: ['schedules', 'all-schedules'],
  summary: 'Lists the schedules: commands, time, channel and owner; schedule 2 shows one',
  group: 'schedules',
  role: 'operator',
  effect: 'none',
  schedulable: false,
  audience: 'asker',
  args: z.object({
    part: optionalChoice({ about: 'the list (default)', values: ['list'] }),
    id: scheduleNumber(),
  }),
  examples: ['schedule', 'schedule 2'],
  async run({ id }, context): Promise<Outcome> {
    const { deps } = context
    if (id !== undefined) {
      const schedule = await findSchedule(id, context)
      return scheduleOutcome(schedule, `Schedule ${id}: ${scheduleWords(schedule)}.`, deps)
    }
    const schedules = await visibleSchedules(context)
    const followed = await deps.ledger.schedules.followed()
    return {
      headline: schedules.length === 0 ? 'No schedules yet.' : `${plural(schedules.length, 'schedule')}.`,
      replies: [
        ...(schedules.length === 0 ? [text('No schedules yet.'), howToAdd] : [tableOf(schedules, deps)]),
        ...parkedNotes(schedules),
        ...notesOf(schedules, deps),
        ...followedNote(followed),
      ],
      next: suggestionsFor(schedules),
    }
  },
})

function tableOf(schedules: readonly ScheduleRecord[], deps: Deps): TableReply {
  return tableOfThings(schedules, {
    title: 'Schedules',
    columns: { id: 'integer', lines: 'text', when: 'text', where: 'text', owner: 'text', state: 'text', next: 'time' },
    rowOf: (schedule) => [
      schedule.id,
      linesWords(schedule),
      whenWords(schedule),
      placeWords(schedule.place),
      schedule.owner.name,
      stateWord(schedule.state),
      nextOf(schedule, deps),
    ],
    action: ({ id, state }) =>
      state.kind === 'active'
        ? { label: 'Run now', line: `schedule-run ${id}` }
        : { label: 'Resume', line: `schedule-resume ${id}` },
  })
}

/** How much people follow; what it is, is nobody else's business. */
function followedNote(followed: readonly ScheduleRecord[]): readonly TextReply[] {
  if (followed.length === 0) return []
  const people = new Set(followed.map(({ owner }) => owner.id)).size
  const subject = people === 1 ? '1 person follows' : `${people} people follow`
  return [text(`${subject} ${plural(followed.length, 'command')} in direct messages.`, 'note')]
}

/** In UTC, as every time in a table is, because programs read it. */
function nextOf(schedule: ScheduleRecord, deps: Deps): string | null {
  const [next] = schedule.state.kind === 'active' ? upcoming(deps, schedule, 1) : []
  return next?.toISOString() ?? null
}

/** Why schedules are suspended, one reply for each of the first few. */
function parkedNotes(schedules: readonly ScheduleRecord[]): readonly TextReply[] {
  const reasons = schedules.flatMap(({ id, state }) =>
    state.kind === 'parked' ? [`Schedule ${id} is suspended: ${state.why}`] : [],
  )
  const left = reasons.length - shownReasons
  const more =
    left > 0
      ? [text(`${plural(left, 'more schedule is', 'more schedules are')} suspended; see the table.`, 'warning')]
      : []
  return [...reasons.slice(0, shownReasons).map((reason) => text(reason, 'warning')), ...more]
}

/** The unusual options of the first schedules that have any, one line each. */
function notesOf(schedules: readonly ScheduleRecord[], { clock }: Deps): readonly TextReply[] {
  const now = clock.now().toISOString()
  const lines = schedules.flatMap((schedule) => {
    const { id, zone, snoozedUntil } = schedule
    const snoozed = snoozedUntil !== null && snoozedUntil > now
    const calm = snoozed ? [`mentions nobody until ${timeWords(zone, new Date(snoozedUntil))}`] : []
    const facts = [...unusualWords(schedule), ...calm]
    return facts.length === 0 ? [] : [`Schedule ${id}: ${facts.join(' · ')}`]
  })
  const left = lines.length - shownNotes
  const more =
    left > 0 ? [`${plural(left, 'more schedule has', 'more schedules have')} other options: see schedule export.`] : []
  return lines.length === 0 ? [] : [text([...lines.slice(0, shownNotes), ...more].join('\n'), 'note')]
}

/** What concerns no single row. */
function suggestionsFor(schedules: readonly ScheduleRecord[]): readonly Suggestion[] {
  const add = { label: 'Add one…', line: 'schedule-add day=daily time=07:00', form: true }
  return schedules.length === 0
    ? [{ label: 'Nightly', line: 'schedule-nightly' }, add]
    : [add, { label: 'Export', line: 'schedule-export' }]
}
