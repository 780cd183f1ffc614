import { isApprover, needsSecond } from '../approval/ask.ts'
import { monthOf, monthWords } from '../cluster/bill.ts'
import { expected } from '../errors.ts'
import { usd } from '../format.ts'
import type { Asker } from '../people.ts'
import type { PlanRecord } from '../ports/plans.ts'
import type { Session } from '../runner/session.ts'
import { freshnessEntries } from './freshness.ts'
import { at, entry, type Home, type HomeEntry, type HomeSection, pressable, type Viewing, where } from './home-view.ts'
import { headlineOf, shortcuts, stateEntries } from './now.ts'
import { endedEntries, runningEntries } from './runs.ts'
import { scheduleEntries } from './schedules.ts'
import { takeSnapshot } from './snapshot.ts'

/**
 * Home for each of these people, in their order, by the role that each has now. The state is read once for all of them. An
 * engine that does not answer is shown, not thrown; a person whose role Slack does not return sees what everybody may.
 */
export async function homesOf(
  askers: readonly Asker[],
  session: Pick<Session, 'deps' | 'catalog' | 'registry'>,
): Promise<readonly Home[]> {
  const { deps, catalog } = session
  const snapshot = await takeSnapshot(session)
  return Promise.all(
    askers.map(async (asker) => {
      const role = await deps.directory.roleOf(asker).catch(expected(() => null))
      const home = await homeFor({ who: { ...asker, role: role ?? 'viewer' }, snapshot, deps, catalog })
      return role === null ? { ...home, note: notKnown } : home
    }),
  )
}

const notKnown = 'Your role could not be read from Slack, so this shows what every viewer sees.'

async function homeFor(viewing: Viewing): Promise<Home> {
  const { snapshot, deps } = viewing
  const sections: readonly HomeSection[] = [
    { title: '', entries: [...stateEntries(viewing), ...freshnessEntries(viewing), ...moneyEntries(viewing)] },
    { title: 'Waiting for approval', entries: await cardEntries(viewing) },
    { title: 'Running now', entries: runningEntries(viewing) },
    { title: '', entries: shortcuts(viewing) },
    { title: 'Upcoming schedules', entries: scheduleEntries(viewing) },
    { title: 'Recent runs', entries: endedEntries(viewing) },
  ]
  return {
    headline: headlineOf(snapshot, deps.cluster.name),
    sections: sections.filter(({ entries }) => entries.length > 0),
    note: noteFor(viewing),
  }
}

function noteFor({ who, deps }: Viewing): string {
  const unowned = deps.directory.holders('admin').length === 0
  return `Your role here: ${who.role}.${unowned ? ` No admin is set; to be one, set SPARKIFY_ADMINS=${who.id}.` : ''}`
}

/** The plans that wait for this person's approval, and those that this person asked for; they are approved where they were posted. */
async function cardEntries({ who, snapshot, deps }: Viewing): Promise<readonly HomeEntry[]> {
  const mayApprove = await mayApproveNow(who, deps)
  return snapshot.cards
    .filter(({ asker }) => mayApprove || asker.id === who.id)
    .map((plan) => cardEntry(plan, plan.asker.id === who.id && (!mayApprove || needsSecond(plan.reasons, deps))))
}

/** Not while the members of a group are not known: what they asked for themselves is shown all the same. */
function mayApproveNow(who: Viewing['who'], deps: Viewing['deps']): Promise<boolean> {
  return isApprover(who, deps).catch(expected(() => false))
}

/** `waits`: this person has asked for it, and somebody else must approve. */
function cardEntry({ draft, asker, place, reasons, expires }: PlanRecord, waits: boolean): HomeEntry {
  return entry({
    title: `${waits ? '○' : '⚠'} ${draft.title}`,
    words: [waits ? 'You asked in' : `${asker.name} asked in`, where(place), '· until', at(expires)],
    note: [...draft.facts, ...reasons.map(({ words }) => words)].join('\n'),
  })
}

/** What the cluster has cost this month, and of how much; nothing where it costs nothing. */
function moneyEntries(viewing: Viewing): readonly HomeEntry[] {
  const { snapshot, deps } = viewing
  if (snapshot.spent === null) return []
  const { budgetUsd } = deps.policy
  const of = budgetUsd === null ? '' : ` of ${usd(budgetUsd)}`
  const { usd: spent, isComplete } = snapshot.spent
  const unknown = isComplete ? '' : ' and times whose price is not known'
  const words = [`${monthWords(monthOf(snapshot.now))}: ${usd(spent)}${of}, without storage${unknown}`]
  return [entry({ words, next: pressable([{ label: 'Cost', line: 'cost' }], viewing) })]
}
