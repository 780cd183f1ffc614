import { approverIds } from '../approval/ask.ts'
import { monthOf, monthWords, spentOn } from '../cluster/bill.ts'
import type { Context } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import { list, plural, usd } from '../format.ts'
import type { Finding, Probe } from '../ports/probe.ts'
import { unknownLoads, unknownWords } from '../warehouse/kept-loads.ts'
import { withLive } from '../warehouse/live.ts'
import { green, notChecked, probe, red, warn } from './run-probes.ts'

/** Whether the load that is served can be read. */
export function liveProbe(deps: Deps): Probe {
  return probe({ id: 'live-load', title: 'Live load', needs: ['ledger', 'aws-identity'] }, async (signal) => {
    const unknown = await unknownLoads(deps)
    if (unknown.length > 0) {
      const remedy = 'Restore the ledger from a backup; or delete these loads with tear-down, then load again.'
      return red(unknownWords(unknown), remedy)
    }
    if ((await deps.ledger.loads.live()) === null) return notChecked('nothing is loaded yet')
    const { state } = await deps.cluster.describe()
    if (state !== 'available' && !(state === 'none' && deps.cluster.free)) return notChecked(`the cluster is ${state}`)
    const id = await withLive(deps, async (load) => {
      await deps.engine.verify(load.id, signal)
      return load.id
    })
    return green(`load ${id} can be read`)
  })
}

/** Whether the month's budget can be watched, and what is left of it. */
export function budgetProbe(deps: Deps): Probe {
  return probe({ id: 'budget', title: 'Budget' }, () => budgetFinding(deps))
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
    return red(
      `${detail}, not counting times with an unknown price`,
      'Set REDSHIFT_HOURLY_USD to what an hour of one node costs.',
    )
  }
  if (spent <= budgetUsd) return green(detail)
  return warn(detail, 'Until the month ends, anything that costs money needs approval; or raise SPARKIFY_BUDGET_USD.')
}

/** Whether the record of who did what is whole, and still refuses to be changed. */
export function recordProbe({ ledger }: Pick<Deps, 'ledger'>): Probe {
  return probe({ id: 'audit-log', title: 'Audit log', needs: ['ledger'] }, async (): Promise<Finding> => {
    const { entries, lost, unrecorded, guarded } = await ledger.audit.state()
    const kept = plural(entries, 'entry', 'entries')
    const faults = [
      ...(lost === 0 ? [] : [`${plural(lost, 'entry is', 'entries are')} missing`]),
      ...(unrecorded === 0 ? [] : [`${plural(unrecorded, 'run')} ended without one`]),
      ...(guarded ? [] : ['the triggers that protect it are missing']),
    ]
    if (faults.length === 0) return green(`${kept}, none missing`)
    return red(`${kept}, but ${faults.join(', ')}`, 'Someone changed the ledger by hand. Compare it with a backup.')
  })
}

/** Whether somebody holds the roles that restricted commands need, and somebody can approve them. */
export function peopleProbes(context: Context): readonly Probe[] {
  // Slack knows who has left, and who is in a group.
  const needs = ['slack-token']
  return [
    probe({ id: 'roles', title: 'Roles', needs }, () => rolesFinding(context)),
    probe({ id: 'approvals', title: 'Approvals', needs }, () => approvalsFinding(context)),
  ]
}

/**
 * Whether people in Slack hold the roles; the person at the machine is admin in the terminal in any case. Throws where the members of a group
 * cannot be found.
 */
async function rolesFinding({ deps, place, who }: Context): Promise<Finding> {
  const { directory } = deps
  const admins = directory.holders('admin')
  if (admins.length === 0) {
    const setIt =
      place.kind === 'slack'
        ? `Set SPARKIFY_ADMINS=${who.id} (you)`
        : 'Set SPARKIFY_ADMINS to your user id in Slack, which /sparkify doctor names'
    return red(
      'nobody in Slack is an admin, so nobody there can spin up, tear down or cancel',
      `${setIt}, and restart the bot.`,
    )
  }
  const named = [...new Set(directory.holders('operator'))]
  const people = named.filter((id) => !isGroup(id))
  await directory.peopleOf(named)
  const left = await Promise.all(people.map((id) => directory.hasLeft({ kind: 'slack', id, name: id })))
  const gone = people.filter((_, at) => left[at])
  if (gone.length > 0) {
    return warn(
      `${list(gone)} left this Slack, or never joined it`,
      'Remove them from SPARKIFY_ADMINS and SPARKIFY_OPERATORS.',
    )
  }
  const operators = named.filter((id) => !admins.includes(id))
  const words = `${counted(admins, 'admin')}, ${counted(operators, 'operator')}`
  return green(place.kind === 'terminal' ? `${words}, and the person at this terminal` : words)
}

/**
 * Two people must agree, and nobody approves their own request: a single approver can only approve others. The terminal does not know
 * who is in a group.
 */
async function approvalsFinding({ deps, place }: Context): Promise<Finding> {
  const { policy, directory } = deps
  if (!policy.twoPerson) return green('one person is enough')
  const ids = approverIds(deps)
  const people = [...new Set(await directory.peopleOf(ids))]
  const isBlind = (some: readonly string[]): boolean => place.kind === 'terminal' && some.some(isGroup)
  const fine = green(`two people; approvers: ${list(ids)}`)
  if (people.length > 1 || isBlind(ids)) return fine
  const [only] = people
  const admins = directory.holders('admin')
  const askers = await directory.peopleOf(admins)
  if (only !== undefined && !askers.includes(only)) return fine
  const remedy = `Name more in SPARKIFY_APPROVERS${policy.approvers.length > 0 ? '' : ' or SPARKIFY_ADMINS'}.`
  if (only !== undefined && (askers.length > 1 || isBlind(admins))) {
    return warn(`only ${only} can approve, so nobody can approve what ${only} requests`, remedy)
  }
  const who = only === undefined ? 'nobody' : `only ${only}, who alone can make requests,`
  return red(`two people must agree, but ${who} can approve`, remedy)
}

/** Slack's ids of user groups, each of which is several people. */
function isGroup(id: string): boolean {
  return id.startsWith('S')
}

/** "2 admins", "1 operator and 1 group of them". */
function counted(ids: readonly string[], role: string): string {
  const groups = ids.filter(isGroup).length
  const people = plural(ids.length - groups, role)
  return groups === 0 ? people : `${people} and ${plural(groups, 'group')} of them`
}
