import { dispatch } from '../approval/door.ts'
import { waysToAsker } from '../money/announce.ts'
import { askedFor } from '../money/asked-for.ts'
import { tellBudget } from '../money/budget.ts'
import { newsOf, tellOnce } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { Due } from '../ports/cluster.ts'
import type { Session } from '../runner/session.ts'
import { lasting, moment } from '../words.ts'

// The lease acts in its own name, with the right of whoever runs the bot.
const theLease: Asker = { kind: 'local', id: 'lease', name: 'the lease' }
const terminal: Place = { kind: 'terminal' }

/**
 * Half an hour before the lease ends, asks; at its end pauses the cluster, never deletes it; after 14 days of being paused, reminds
 * once. Told where the cluster was asked for; where that was not in Slack, as the budget is. A pause that fails (a load is running) is
 * tried again at the next call and told once. Tells of the month's budget as well, whatever becomes of the other, and throws what the first
 * of them threw.
 */
export async function tendCluster(session: Session): Promise<void> {
  await Promise.all([tendLease(session), tellBudget(session.deps)])
}

async function tendLease(session: Session): Promise<void> {
  const due = await session.deps.cluster.due()
  if (due.kind !== 'nothing') await act(due, session)
}

async function act(due: Due, session: Session): Promise<void> {
  const { deps } = session
  const ways = async () => {
    const [last] = await askedFor(deps, { limit: 1, states: ['complete', 'running'] })
    return waysToAsker(last, deps)
  }
  const { name } = deps.cluster
  switch (due.kind) {
    case 'warn': {
      const answer = newsOf(
        `The lease of ${name} ends at ${moment(due.until)}. Unless somebody keeps it, it is paused then.`,
        [],
        [
          { label: 'Extend 2 h', line: 'extend 2h' },
          { label: 'Keep for the day', line: 'extend 24h' },
          { label: 'Pause now', line: 'pause' },
        ],
      )
      return tellOnce(due.key, async () => ({ answer, ...(await ways()) }), deps)
    }
    case 'pause': {
      const report = { ...(await ways()), occasion: due.key }
      const [first] = report.ways
      const place = first.kind === 'admins' ? terminal : first.place
      const watch = { changed: () => undefined }
      const request = session.catalog.request('pause')
      const answer = await dispatch({ request, who: theLease, place, confirmed: true, watch, report }, session)
      // Refused before it was a run; the end of a run tells itself.
      if (answer !== null && answer.run === null) await tellOnce(due.key, async () => ({ answer, ...report }), deps)
      return
    }
    case 'remind': {
      const since = lasting(due.pausedSince, deps.clock.now())
      const answer = newsOf(
        `${name} has been paused for ${since}; its storage goes on costing. Does anybody need it?`,
        [],
        [
          { label: 'Resume', line: 'resume' },
          { label: 'Tear down', line: 'tear-down' },
        ],
      )
      return tellOnce(due.key, async () => ({ answer, ...(await ways()) }), deps)
    }
  }
}
