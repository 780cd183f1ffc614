import type { Context, RunContext } from '../../command/context.ts'
import type { Outcome } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { inField, OpsError } from '../../errors.ts'
import { askerOf } from '../../people.ts'
import { isSameChannel } from '../../place.ts'
import type { PlanDraft } from '../../ports/plans.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { postable } from '../../posting.ts'
import { type Reply, text } from '../../reply.ts'
import { clockChanges } from './clocks.ts'
import { type Draft, planOfDraft, runnableLines } from './draft.ts'
import { lineThatCreates } from './export.ts'
import { fixedLines } from './lines.ts'
import { optionSentence } from './options.ts'
import { scheduleWords, stateWord, timeWords, upcoming } from './words.ts'

const shownTimes = 3

/** A schedule to be made, and whether it begins at once. */
export interface NewSchedule extends Draft {
  readonly state: ScheduleRecord['state']
}

/** What must be confirmed before it is made. Throws what makes it impossible: a line, its times, the place it is posted in. */
export async function planOfNew(wanted: NewSchedule, context: Context): Promise<PlanDraft | null> {
  try {
    const plan = await inField('lines', () => planOfDraft(wanted, context))
    await inField('channel', () => postable(wanted.place, context.who, context.deps))
    return plan
  } catch (error) {
    throw withCure(error, wanted, context)
  }
}

/** An unknown command is fixed within the whole line, so that the button does not run it at once. */
function withCure(error: unknown, wanted: NewSchedule, { catalog, who }: Context): unknown {
  if (!(error instanceof OpsError) || error.code !== 'unknown_command') return error
  const lines = fixedLines(wanted.lines, catalog)
  if (lines === null) return error
  const fixCommand = lineThatCreates({ ...wanted, lines, owner: askerOf(who) })
  return error.with({ fixCommand })
}

/** Makes a schedule in the name of who asks. Throws as `planOfNew` does. */
export async function makeSchedule(wanted: NewSchedule, context: RunContext): Promise<Outcome> {
  const { deps, who, approval } = context
  runnableLines(wanted, context)
  const place = await postable(wanted.place, who, deps)
  const now = deps.clock.now().toISOString()
  const schedule = await deps.ledger.schedules.add({
    ...wanted,
    place,
    owner: askerOf(who),
    approval,
    created: now,
    since: now,
    snoozedUntil: null,
    personal: false,
  })
  const made = scheduleOutcome(schedule, `Schedule ${schedule.id}: ${scheduleWords(schedule)}.`, deps)
  const twin = await duplicateOf(schedule, context)
  if (twin === null) return made
  const warning = text(`Schedule ${twin.id} already runs this in that channel at that time. Now both do.`, 'warning')
  return {
    ...made,
    replies: [warning, ...(made.replies ?? [])],
    next: [{ label: `Remove ${schedule.id}`, line: `schedule-remove ${schedule.id}` }, ...(made.next ?? [])],
  }
}

/** Another active schedule that runs all of these lines at the same time in the same channel. */
async function duplicateOf(made: ScheduleRecord, { deps, catalog }: Context): Promise<ScheduleRecord | null> {
  if (made.state.kind !== 'active') return null
  const sayingOf = (line: string): string => {
    // After an update some lines are no longer understood.
    const request = catalog.request(line)
    return request.kind === 'fault' ? line : request.parsed.line
  }
  const lines = made.lines.map(sayingOf)
  const twin = (await deps.ledger.schedules.list()).find(({ id, state, cron, zone, place, lines: others }) => {
    const isThenAndThere = cron === made.cron && zone === made.zone && isSameChannel(place, made.place)
    if (id === made.id || state.kind !== 'active' || !isThenAndThere) return false
    const said = others.map(sayingOf)
    return lines.every((line) => said.includes(line))
  })
  return twin ?? null
}

/** A schedule that was made or changed: when it comes next, what the clocks will do to it, and how it behaves. */
export function scheduleOutcome(schedule: ScheduleRecord, headline: string, deps: Deps): Outcome {
  return {
    headline,
    tone: 'good',
    replies: [...timesOf(schedule, deps), text(`${optionSentence(schedule)}.`, 'note')],
    next: [
      schedule.state.kind === 'active'
        ? { label: 'Run now', line: `schedule-run ${schedule.id}` }
        : { label: 'Resume it', line: `schedule-resume ${schedule.id}` },
      { label: 'All schedules', line: 'schedule' },
    ],
  }
}

function timesOf(schedule: ScheduleRecord, deps: Deps): readonly Reply[] {
  const { id, state, zone } = schedule
  if (state.kind !== 'active') return [text(`It is ${stateWord(state)}. Type schedule resume ${id} to start it again.`)]
  const times = upcoming(deps, schedule, shownTimes).map((time) => `• ${timeWords(zone, time)}`)
  const changes = clockChanges(schedule, deps)
  return [text(`Next times\n${times.join('\n')}`), ...(changes.length === 0 ? [] : [text(changes.join('\n'))])]
}
