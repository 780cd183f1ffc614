import type { Deps } from '../../deps.ts'
import type { RunRecord } from '../../ports/runs.ts'
import { isInTime } from './fire.ts'
import { codeOf } from './said.ts'

/**
 * The run of the line in this place that somebody who wanted to change the warehouse closed while the bot of its fire was gone, where the
 * line is said again for it: once, and begun within the window of its schedule. Null for any other.
 */
export async function closedMeanwhile(fire: RunRecord, at: number, { ledger, clock }: Deps): Promise<RunRecord | null> {
  const said = await ledger.runs.list({ fire: fire.id, limit: 100 })
  const ofLine = said.filter(({ origin }) => origin.kind === 'line' && origin.at === at)
  const first = ofLine.at(-1)
  if (first === undefined || first.answer === null || codeOf(first.answer) !== 'interrupted') return null
  if (ofLine.length > 1) return first
  if (fire.origin.kind !== 'fire') return null
  const schedule = await ledger.schedules.get(fire.origin.schedule)
  return schedule !== null && isInTime(schedule, new Date(fire.origin.intended), clock.now()) ? first : null
}
