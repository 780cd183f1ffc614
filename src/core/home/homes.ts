import { OpsError } from '../errors.ts'
import type { Asker } from '../people.ts'
import type { Session } from '../runner/session.ts'
import { cardEntries } from './cards.ts'
import type { Home, HomeSection } from './home.ts'
import { lookAround } from './look.ts'
import { moneyEntries } from './money.ts'
import { headlineOf, shortcuts, stateEntries } from './now.ts'
import { endedEntries, runningEntries } from './runs.ts'
import { scheduleEntries } from './schedules.ts'
import type { Viewing } from './viewing.ts'

/**
 * How things stand for each of these people, in their order, by the role that each has now. Looks around once for all of them. An
 * engine that cannot be asked is said, not thrown; who has a role that Slack does not tell sees what everybody may.
 */
export async function homesOf(
  askers: readonly Asker[],
  session: Pick<Session, 'deps' | 'catalog' | 'registry'>,
): Promise<readonly Home[]> {
  const { deps, catalog } = session
  const look = await lookAround(session)
  return Promise.all(
    askers.map(async (asker) => {
      const role = await deps.directory.roleOf(asker).catch(unknown)
      const home = await homeFor({ who: { ...asker, role: role ?? 'viewer' }, look, deps, catalog })
      return role === null ? { ...home, note: notKnown } : home
    }),
  )
}

const notKnown = 'Slack could not tell me your role. Until it does, you see what everybody may.'

function unknown(error: unknown): null {
  if (error instanceof OpsError) return null
  throw error
}

async function homeFor(viewing: Viewing): Promise<Home> {
  const { look, deps } = viewing
  const sections: readonly HomeSection[] = [
    { title: '', entries: [...stateEntries(viewing), ...moneyEntries(viewing)] },
    { title: 'Waiting for approval', entries: await cardEntries(viewing) },
    { title: 'Running now', entries: runningEntries(viewing) },
    { title: '', entries: shortcuts(viewing) },
    { title: 'Next on schedule', entries: scheduleEntries(viewing) },
    { title: 'Recent runs', entries: endedEntries(viewing) },
  ]
  return {
    headline: headlineOf(look, deps.cluster.name),
    sections: sections.filter(({ entries }) => entries.length > 0),
    note: noteFor(viewing),
  }
}

function noteFor({ who, deps }: Viewing): string {
  const unowned = deps.directory.holders('admin').length === 0
  return `You are ${who.role} here.${unowned ? ` Nobody is an admin yet. Setting the bot up? SPARKIFY_ADMINS=${who.id}` : ''}`
}
