import { monthOf, monthWords } from '../cluster/bill.ts'
import { usd } from '../words.ts'
import { entry, type HomeEntry } from './home.ts'
import { pressable, type Viewing } from './viewing.ts'

/** What the cluster has cost this month, and of how much; nothing where it costs nothing. */
export function moneyEntries(viewing: Viewing): readonly HomeEntry[] {
  const { look, deps } = viewing
  if (look.spent === null) return []
  const { budgetUsd } = deps.policy
  const of = budgetUsd === null ? '' : ` of ${usd(budgetUsd)}`
  const { usd: spent, isComplete } = look.spent
  const unknown = isComplete ? '' : ' and times whose price is not known'
  const words = [`${monthWords(monthOf(look.now))}: ${usd(spent)}${of}, without storage${unknown}`]
  return [entry({ words, next: pressable([{ label: 'Cost', line: 'cost' }], viewing) })]
}
