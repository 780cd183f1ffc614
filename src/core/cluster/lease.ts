import type { Deps } from '../deps.ts'
import { lasting, moment } from '../format.ts'
import { newsOf, postOnce, type Report } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { Step } from '../step.ts'
import { clusterRequests, postBudgetNews, waysToAsker } from './news.ts'

/** Pauses the cluster at the end of its lease, with the rights of the admins. */
const theLease: Asker = { kind: 'local', id: 'lease', name: 'the lease' }

/** Pauses the cluster as a run of its own and posts the report: of a failure once, however often it is tried. */
export type PauseCluster = (who: Asker, place: Place, report: Report) => Promise<void>

/**
 * Does what the cluster's lease asks for at this minute, and posts news of the month's budget, whatever becomes of the other. Throws what
 * the first of them threw.
 */
export async function watchCluster(deps: Deps, pause: PauseCluster): Promise<void> {
  await Promise.all([followLease(deps, pause), postBudgetNews(deps)])
}

/**
 * Half an hour before the lease ends, posts a warning; at its end pauses the cluster, never deletes it; after 14 days of being paused, posts
 * one reminder. Posted where the cluster was requested; where that was not in Slack, as news of the budget is. A pause that fails (a load is
 * running) is tried again at the next call and posted once.
 */
async function followLease(deps: Deps, pause: PauseCluster): Promise<void> {
  const action = await deps.cluster.leaseAction()
  const { name } = deps.cluster
  const ways = async () => {
    const [last] = await clusterRequests(deps, { limit: 1, states: ['complete', 'running'] })
    return waysToAsker(last, deps)
  }
  switch (action.kind) {
    case 'nothing':
      return
    case 'warn': {
      const answer = newsOf(
        `The lease of ${name} ends at ${moment(action.until)}. It will be paused then unless someone extends it.`,
        [],
        [
          { label: 'Extend 2 h', line: 'extend 2h' },
          { label: 'Extend 24 h', line: 'extend 24h' },
          { label: 'Pause now', line: 'pause' },
        ],
      )
      return postOnce(action.key, async () => ({ answer, ...(await ways()) }), deps)
    }
    case 'pause': {
      const report = { ...(await ways()), occasion: action.key }
      const [first] = report.ways
      return pause(theLease, first.kind === 'admins' ? { kind: 'terminal' } : first.place, report)
    }
    case 'remind': {
      const since = lasting(action.pausedSince, deps.clock.now())
      const answer = newsOf(
        `${name} has been paused for ${since}; its storage is still billed. Does anyone need it?`,
        [],
        [
          { label: 'Resume', line: 'resume' },
          { label: 'Tear down', line: 'tear-down' },
        ],
      )
      return postOnce(action.key, async () => ({ answer, ...(await ways()) }), deps)
    }
  }
}

/** The steps that create a cluster which costs nothing, where there is none yet; otherwise nothing to do. */
export async function ensureCluster({ cluster }: Pick<Deps, 'cluster'>): Promise<readonly Step[]> {
  if (!cluster.free || (await cluster.describe()).state !== 'none') return []
  return (await cluster.spinUp({ leaseHours: undefined, nodeType: undefined, nodes: undefined })).steps
}
