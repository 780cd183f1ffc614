import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'

const look = 'Look at the warehouse'

/** The title of the step before the lines. It carries the number of the attempt, because a fire that is said again has to look again. */
export function lookTitle(attempt: number): string {
  return attempt === 1 ? look : `${look} (${attempt})`
}

/** Whether a step of this title is the one before the lines. */
export function isLook(title: string): boolean {
  return title.startsWith(look)
}

/** The titles of the steps that say these lines. A title names a step for ever, so a line that is said twice is numbered. */
export function titlesOf(lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => {
    const times = lines.slice(0, at).filter((other) => other === line).length
    return times === 0 ? line : `${line} (${times + 1})`
  })
}

/** Whether what this fire has said so far is what its schedule says still: its lines may have been changed since. */
export function saysStill({ lines }: ScheduleRecord, { steps }: RunRecord): boolean {
  const titles = titlesOf(lines)
  const said = steps.filter(({ title }) => !isLook(title))
  return said.every(({ title }, at) => title === titles[at])
}
