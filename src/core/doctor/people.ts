import { approverIds } from '../approval/ask.ts'
import type { Context } from '../command/context.ts'
import type { Finding, Probe } from '../ports/probe.ts'
import { list, plural } from '../words.ts'
import { green, probe } from './probe.ts'

/** Whether there is somebody to do what not everybody may, and somebody to agree to it. */
export function peopleProbes(context: Context): readonly Probe[] {
  // Slack says who has left, and who is in a group.
  const needs = ['Slack token']
  return [
    probe('Roles', () => rolesFinding(context), needs),
    probe('Approvals', () => approvalsFinding(context), needs),
  ]
}

/** In the terminal somebody is admin in any case: whoever sits there. Throws where nobody can say who is in a group. */
async function rolesFinding({ deps, place, who }: Context): Promise<Finding> {
  const { directory } = deps
  const admins = directory.holders('admin')
  if (admins.length === 0 && place.kind === 'slack') {
    return {
      state: 'red',
      detail: 'nobody is an admin, so nobody may spin up, tear down or cancel',
      cure: `Set SPARKIFY_ADMINS=${who.id}, which is you, and start the bot again.`,
    }
  }
  const named = [...new Set(directory.holders('operator'))]
  const people = named.filter((id) => !isGroup(id))
  await directory.peopleOf(named)
  const left = await Promise.all(people.map((id) => directory.hasLeft({ kind: 'slack', id, name: id })))
  const gone = people.filter((_, at) => left[at])
  if (gone.length > 0) {
    return {
      state: 'warn',
      detail: `${list(gone)} left, or never were in this Slack`,
      cure: 'Take them out of SPARKIFY_ADMINS and SPARKIFY_OPERATORS.',
    }
  }
  const operators = named.filter((id) => !admins.includes(id))
  const words = `${counted(admins, 'admin')}, ${counted(operators, 'operator')}`
  return green(place.kind === 'terminal' ? `${words}, and whoever sits here` : words)
}

/**
 * With two persons, one of whom must not be the asker: whoever approves alone can only say yes to others. The terminal does not know
 * who is in a group.
 */
async function approvalsFinding({ deps, place }: Context): Promise<Finding> {
  const { policy, directory } = deps
  if (!policy.twoPerson) return green('one person is enough')
  const ids = approverIds(deps)
  const people = [...new Set(await directory.peopleOf(ids))]
  const isBlind = (some: readonly string[]): boolean => place.kind === 'terminal' && some.some(isGroup)
  const fine = green(`two persons, with the yes of ${list(ids)}`)
  if (people.length > 1 || isBlind(ids)) return fine
  const [only] = people
  const admins = directory.holders('admin')
  const askers = await directory.peopleOf(admins)
  if (only !== undefined && !askers.includes(only)) return fine
  const cure = `Name more in SPARKIFY_APPROVERS${policy.approvers.length > 0 ? '' : ' or SPARKIFY_ADMINS'}.`
  if (only !== undefined && (askers.length > 1 || isBlind(admins))) {
    return { state: 'warn', detail: `only ${only} may approve, so nobody can agree to what ${only} asks for`, cure }
  }
  const who = only === undefined ? 'nobody' : `only ${only}, who alone may ask,`
  return { state: 'red', detail: `two persons must agree, but ${who} may approve`, cure }
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
