import type { RunRecord, StepRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Step } from '../../step.ts'

/** The step before the lines. It carries the number of the attempt, because a fire that is said again has to look again. */
export function lookStep(attempt: number): Pick<Step, 'id' | 'title'> {
  const look = 'Look at the warehouse'
  return { id: `awake-${attempt}`, title: attempt === 1 ? look : `${look} (${attempt})` }
}

/** Whether a step of a fire is the one before the lines. */
export function isLook({ request }: Pick<StepRecord, 'request'>): boolean {
  return request === undefined
}

/** The steps that say these lines. In their titles a line that is said twice is numbered. */
export function lineSteps(lines: readonly string[]): readonly Required<Pick<Step, 'id' | 'title' | 'request'>>[] {
  return lines.map((line, at) => {
    const times = lines.slice(0, at).filter((other) => other === line).length
    return { id: `line-${at + 1}`, title: times === 0 ? line : `${line} (${times + 1})`, request: line }
  })
}

/** Whether what this fire has said so far is what its schedule says still: its lines may have been changed since. */
export function saysStill({ lines }: ScheduleRecord, { steps }: RunRecord): boolean {
  return steps.flatMap(({ request }) => request ?? []).every((request, at) => request === lines[at])
}
