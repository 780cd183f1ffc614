import { describe } from 'vitest'
import { describeAnnotations } from './annotations.ts'
import { describeAudit } from './audit.ts'
import { describeFreshness } from './freshness.ts'
import { describeLoads } from './loads.ts'
import { describeMessages } from './messages.ts'
import { describeNotes } from './notes.ts'
import { describePlans } from './plans.ts'
import { describeProcesses } from './processes.ts'
import { describeRuns } from './runs.ts'
import { describeSchedules } from './schedules.ts'
import { describeWatches } from './watches.ts'
import type { OpenLedger } from './world.ts'

/** What every ledger does, whatever it is made of. */
export function describeLedger(name: string, open: OpenLedger): void {
  describe(`the ledger ${name}`, () => {
    describeRuns(open)
    describePlans(open)
    describeLoads(open)
    describeSchedules(open)
    describeWatches(open)
    describeFreshness(open)
    describeNotes(open)
    describeAnnotations(open)
    describeMessages(open)
    describeProcesses(open)
    describeAudit(open)
  })
}
