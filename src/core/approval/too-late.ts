import { OpsError } from '../errors.ts'
import type { Asker } from '../people.ts'
import type { PlanRecord } from '../ports/plans.ts'

/** Why a click on a plan does nothing any more: what became of it. Null stands for a plan that nobody knows by now. */
export function tooLate(plan: PlanRecord | null, reader: Asker): OpsError {
  const what = plan?.card === true ? 'card' : 'plan'
  const end = plan?.end
  const again = plan?.asker.id === reader.id ? { cure: plan.line } : {}
  switch (end?.kind) {
    case 'approved': {
      const message = plan?.card
        ? `${end.by.name} has approved this already; it is done once.`
        : 'This plan was confirmed already; it runs once.'
      return new OpsError('expired', message, 'See runs.', { cure: 'runs' })
    }
    case 'failed': {
      const message = `${end.by.name} has said yes to this already, and it could not be done: ${end.why}`
      return new OpsError('expired', message, sayAgain, again)
    }
    case 'replaced': {
      const message = `This ${what} had changed, and was replaced by a newer one. Nothing was done.`
      return new OpsError('expired', message, 'Look at the newest one.')
    }
    case 'rejected':
      return new OpsError('expired', `${end.by.name} has rejected this. Nothing was done.`)
    case 'withdrawn':
      return new OpsError('expired', `${end.by.name} has withdrawn this. Nothing was done.`, sayAgain, again)
    default:
      return new OpsError('expired', `This ${what} has expired. Nothing was done.`, sayAgain, again)
  }
}

const sayAgain = 'Say the command again for a fresh one.'
