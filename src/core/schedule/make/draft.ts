import { planNow } from '../../approval/reasons.ts'
import type { Context } from '../../command/context.ts'
import type { ParsedCommand } from '../../command/define.ts'
import { OpsError } from '../../errors.ts'
import type { PlanDraft } from '../../ports/plans.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { understood } from './lines.ts'
import { scheduleWords, upcoming } from './words.ts'

/** What somebody wants a schedule to be. */
export type Draft = Pick<
  ScheduleRecord,
  'lines' | 'phrase' | 'days' | 'cron' | 'zone' | 'place' | 'condition' | 'whenPaused' | 'catchUpHours'
>

/**
 * All that a schedule will run, in its owner's name. Throws what is wrong with a line, `not_allowed` for one that its owner may not run, and
 * `bad_argument` for times that there are not.
 */
export function runnableLines(draft: Draft, context: Context): readonly ParsedCommand[] {
  const parsed = understood(draft, context)
  context.deps.timetable.check(draft.cron, draft.zone)
  if (upcoming(context.deps, draft, 1).length > 0) return parsed
  throw new OpsError(
    'bad_argument',
    `"${draft.phrase}" never comes. Nothing was done.`,
    'Use for example daily at 03:00.',
    {
      field: 'day',
    },
  )
}

/** What must be confirmed before a schedule is as it is wanted; null where nothing must. Throws as `runnableLines` does. */
export async function planOfDraft(draft: Draft, context: Context): Promise<PlanDraft | null> {
  return planOfLines('byTheClock', scheduleWords(draft), runnableLines(draft, context), context)
}

/** What is confirmed: that it runs on a schedule, or once, now. */
const occasions = {
  byTheClock: { title: 'Run this on a schedule, without asking again?', act: 'Schedule' },
  now: { title: 'Run this now?', act: 'Run now' },
} as const

/**
 * What a schedule's lines would ask each time, as one plan, because it is confirmed once for all of them: all their facts, the most that
 * one time can cost, and whether any of them destroys. Null where none asks. `said` names what is scheduled.
 */
export async function planOfLines(
  occasion: keyof typeof occasions,
  said: string,
  parsed: readonly ParsedCommand[],
  context: Context,
): Promise<PlanDraft | null> {
  const plans = await Promise.all(
    parsed.map(async (line) => (await planNow(line, context)) ?? plannedUnseen(line, context)),
  )
  const drafts = plans.flatMap((draft) => draft ?? [])
  if (drafts.length === 0) return null
  const costs = drafts.flatMap(({ mostUsd }) => (mostUsd === undefined ? [] : [mostUsd]))
  return {
    ...occasions[occasion],
    facts: [said, ...drafts.flatMap(({ title, facts }) => [title, ...facts])],
    danger: drafts.some(({ danger }) => danger),
    ...(costs.length === 0 ? {} : { mostUsd: sumOf(costs) }),
  }
}

/** One that is not known makes the sum so. */
function sumOf(costs: readonly (number | null)[]): number | null {
  return costs.reduce((sum, usd) => (sum === null || usd === null ? null : sum + usd), 0)
}

/** A cluster that runs today needs no confirmation; on the night when it is paused nobody is there to give one. For a lease it is the other way round. */
function plannedUnseen({ command, line }: ParsedCommand, { deps }: Context): PlanDraft | null {
  if (deps.cluster.free || (command.wakes === undefined && command.extends !== true)) return null
  return {
    title: `${line}, whenever ${deps.cluster.name} ${command.wakes === undefined ? 'runs' : 'does not run'} at that time.`,
    facts: ['It is billed by the hour then. Nobody is asked again.'],
    act: line,
    danger: false,
    mostUsd: null,
  }
}
