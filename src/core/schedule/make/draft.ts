import type { Context } from '../../command/context.ts'
import type { Bound } from '../../command/define.ts'
import { OpsError } from '../../errors.ts'
import type { Asker, Person } from '../../people.ts'
import type { PlanDraft } from '../../plan.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { understood } from './lines.ts'
import { planOfLines } from './plan.ts'
import { upcoming } from './upcoming.ts'
import { scheduleWords } from './words.ts'

/** What somebody wants a schedule to be. */
export type Draft = Pick<
  ScheduleRecord,
  'lines' | 'phrase' | 'cron' | 'zone' | 'place' | 'condition' | 'whenPaused' | 'catchUpHours'
>

/**
 * All that a schedule will say, in its maker's name. Throws what is wrong with a line, `not_allowed` for one that its maker may not say, and
 * `bad_argument` for times that there are not.
 */
export function sayable(draft: Draft, context: Context): readonly Bound[] {
  const bound = understood(draft, context)
  context.deps.timetable.check(draft.cron, draft.zone)
  if (upcoming(context.deps, draft, 1).length > 0) return bound
  throw new OpsError('bad_argument', `"${draft.phrase}" never comes. Nothing was done.`, 'Say daily at 03:00.', {
    field: 'day',
  })
}

/** What must be confirmed before a schedule is as it is wanted; null where nothing must. Throws as `sayable` does. */
export async function planOfDraft(draft: Draft, context: Context): Promise<PlanDraft | null> {
  return planOfLines('byTheClock', scheduleWords(draft), sayable(draft, context), context)
}

/** A person as a schedule keeps its owner: a role is looked up at the moment of the act. */
export function ownerOf({ kind, id, name }: Person): Asker {
  return { kind, id, name }
}
