import type { Answer } from '../answer.ts'
import { dispatch } from '../dispatch/dispatch.ts'
import type { Session } from '../dispatch/session.ts'
import { announce, newestChannel } from '../money/announce.ts'
import { askedFor } from '../money/asked-for.ts'
import { tellBudget } from '../money/budget.ts'
import { newsOf, type Posted } from '../money/news.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { Due } from '../ports/cluster.ts'
import { noteTold, tellOnce } from '../tell-once.ts'
import { lasting, moment } from '../words.ts'

export type { ClusterNews } from '../money/news.ts'

// The lease acts in its own name, with the right of whoever runs the bot.
const theLease: Asker = { kind: 'local', id: 'lease', name: 'the lease' }
const terminal: Place = { kind: 'terminal' }

/**
 * Half an hour before the lease ends, asks; at its end pauses the cluster, never deletes it; after 14 days of being paused, reminds
 * once. Told where the cluster was asked for; where that was not in Slack, as the budget is. What could not be told is tried again soon.
 * A pause that fails (a load is running) is tried again at the next call and said once.
 * Tells of the month's budget as well, whatever becomes of the other, and throws what the first of them threw.
 */
export async function tendCluster(session: Session, posted: Posted): Promise<void> {
  await Promise.all([tendLease(session, posted), tellBudget(session.deps, posted)])
}

async function tendLease(session: Session, posted: Posted): Promise<void> {
  const due = await session.deps.cluster.due()
  if (due.kind !== 'nothing') await act(due, session, posted)
}

// Somebody who is warned half an hour before has to have time to extend the lease.
const tryEveryMs = 5 * 60_000

async function act(due: Due, session: Session, posted: Posted): Promise<void> {
  const { deps } = session
  const [last] = await askedFor(deps, { limit: 1, states: ['complete', 'running'] })
  // Whoever spun it up in a terminal is not found there again, and one that was adopted has nobody to ask.
  const asked = last?.place.kind === 'slack' ? { place: last.place, owner: last.who } : null
  const tell = (answer: Answer): Promise<void> =>
    asked === null ? announce(answer, deps, posted) : posted({ ...asked, answer })
  const { name } = deps.cluster
  const once = (answer: Answer): Promise<void> => tellOnce({ key: due.key, tryEveryMs }, () => tell(answer), deps)
  switch (due.kind) {
    case 'warn':
      return once(
        newsOf(
          `The lease of ${name} ends at ${moment(due.until)}. Unless somebody keeps it, it is paused then.`,
          [],
          [
            { label: 'Extend 2 h', line: 'extend 2h' },
            { label: 'Keep for the day', line: 'extend 24h' },
            { label: 'Pause now', line: 'pause' },
          ],
        ),
      )
    case 'pause': {
      const watch = { changed: () => undefined }
      const place = (asked ?? (await newestChannel(deps)))?.place ?? terminal
      const answer = await dispatch(
        { request: session.catalog.request('pause'), who: theLease, place, confirmed: true, watch },
        session,
      )
      if (answer === null || answer.run?.state === 'running') return
      // An answer with a run is told again by whoever looks after those that were not.
      if (answer.ok) return tell(answer)
      await noteTold(answer, deps)
      return once(answer)
    }
    case 'remind': {
      const since = lasting(due.pausedSince, deps.clock.now())
      return once(
        newsOf(
          `${name} has been paused for ${since}; its storage goes on costing. Does anybody need it?`,
          [],
          [
            { label: 'Resume', line: 'resume' },
            { label: 'Tear down', line: 'tear-down' },
          ],
        ),
      )
    }
  }
}
