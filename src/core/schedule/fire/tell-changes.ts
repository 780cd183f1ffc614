import type { Deps } from '../../deps.ts'
import { tellInherited, theAdmins } from './heir.ts'
import { tellParked } from './park.ts'

/** Tells what has become of schedules and nobody knows yet, because their bot died or Slack did not take it. Asked every minute. */
export async function tellChanges(deps: Deps): Promise<void> {
  const schedules = await deps.ledger.schedules.list()
  await Promise.all(
    schedules.map(async (schedule) => {
      if (schedule.state.kind === 'parked') await tellParked(schedule, deps)
      if (schedule.owner.id === theAdmins.id) await tellInherited(schedule, deps)
    }),
  )
}
