import { duration, list } from '../../format.ts'
import type { RunRecord, StepRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { clockWords } from '../../runner/run-title.ts'
import type { Step } from '../../step.ts'

/** How late an occurrence may be run and still be taken for punctual by its readers. */
export const punctualMs = 120_000

/** Why the clock's words came later than they were due: "Due 03:00, posted 05:12: the bot was not running." Null where they did not. */
export function latenessOf({ zone }: ScheduleRecord, occurrence: RunRecord, now: Date): string | null {
  const { origin, started, retries, lost, steps } = occurrence
  if (origin.kind !== 'fire' || origin.cause !== 'clock' || retries > 0) return null
  const due = new Date(origin.intended)
  // The steps before the lines wait for the warehouse.
  const [waited] = steps.flatMap((step) => (isPowerStep(step) ? [step.ms ?? 0] : []))
  const reasons = [
    ...(isLate(due, new Date(started)) ? ['the bot was not running'] : []),
    ...(lost > 0 && isLate(due, now) ? ['the bot was restarted'] : []),
    ...(isLate(due, new Date(due.getTime() + (waited ?? 0)))
      ? [`it waited ${duration(waited ?? 0)} for the warehouse`]
      : []),
  ]
  if (reasons.length === 0) return null
  return `Due ${clockWords(due, zone)}, posted ${clockWords(now, zone)}: ${list(reasons)}.`
}

/** Whether an occurrence was run later than a reader would take for punctual. */
function isLate(intended: Date, said: Date): boolean {
  return said.getTime() - intended.getTime() > punctualMs
}

/** The step before the lines. It carries the number of the attempt, because an occurrence that is run again has to check again. */
export const powerStep = stepOfAttempt('awake', 'Check the warehouse')

/** The step behind the lines, which pauses the warehouse again. */
export const restoreStep = stepOfAttempt('restore', 'Pause the warehouse again')

function stepOfAttempt(id: string, title: string): (attempt: number) => Pick<Step, 'id' | 'title'> {
  return (attempt) => ({ id: `${id}-${attempt}`, title: attempt === 1 ? title : `${title} (${attempt})` })
}

/** Whether a step of an occurrence is the one before the lines. */
export function isPowerStep({ id }: Pick<StepRecord, 'id'>): boolean {
  return id.startsWith('awake-')
}

/** The steps that run these lines. In their titles a line that is run twice is numbered. */
export function lineSteps(lines: readonly string[]): readonly Required<Pick<Step, 'id' | 'title' | 'request'>>[] {
  return lines.map((line, at) => {
    const times = lines.slice(0, at).filter((other) => other === line).length
    return { id: `line-${at + 1}`, title: times === 0 ? line : `${line} (${times + 1})`, request: line }
  })
}

/** Whether the lines that this occurrence has run are still those of its schedule, which may have been changed since. */
export function hasSameLines({ lines }: ScheduleRecord, { steps }: RunRecord): boolean {
  return steps.flatMap(({ request }) => request ?? []).every((request, at) => request === lines[at])
}
