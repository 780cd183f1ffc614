import type { Deps } from '../deps.ts'
import { monthOf, monthWords } from '../money/month.ts'
import { spentOn } from '../money/spent.ts'
import type { Finding, Probe } from '../ports/probe.ts'
import { usd } from '../words.ts'
import { green, probe } from './probe.ts'

/** Whether the month's budget can be watched, and what is left of it. */
export function budgetProbe(deps: Deps): Probe {
  return probe('Budget', () => budgetFinding(deps))
}

async function budgetFinding({ cluster, clock, policy }: Deps): Promise<Finding> {
  const { budgetUsd } = policy
  if (budgetUsd === null) return green('none set')
  if (cluster.free) return green(`${usd(budgetUsd)} a month, and nothing here costs money`)
  const now = clock.now()
  const month = monthOf(now)
  const bills = await cluster.bill(month.from, now)
  const { usd: spent, isComplete } = spentOn(bills)
  const detail = `${usd(spent)} of ${usd(budgetUsd)} spent in ${monthWords(month)}`
  if (!isComplete) {
    return {
      state: 'red',
      detail: `${detail}, without times whose price is not known`,
      cure: 'Set REDSHIFT_HOURLY_USD to what an hour of one node costs.',
    }
  }
  if (spent <= budgetUsd) return green(detail)
  return { state: 'warn', detail, cure: 'Whatever costs more needs approval this month, or raise SPARKIFY_BUDGET_USD.' }
}
