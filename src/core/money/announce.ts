import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import type { Place } from '../place.ts'
import { tellAdmins } from '../tell-admins.ts'
import { askedFor } from './asked-for.ts'
import type { ClusterNews, Posted } from './news.ts'

type Channel = Omit<ClusterNews, 'answer'>

/**
 * Tells news of the cluster that nobody in particular is waiting for: in the newest channel in which it was asked for; where that was in
 * none, to the admins, and where none can be told, to whoever asked directly. Throws what `posted` throws, and `slack` where nobody
 * could be told.
 */
export async function announce(answer: Answer, deps: Deps, posted: Posted): Promise<void> {
  const asked = await askedInSlack(deps)
  const channel = await newestOpen(asked, deps)
  if (channel !== null) return posted({ ...channel, answer })
  try {
    await tellAdmins(answer, deps)
  } catch (error) {
    const [asker] = asked.filter(({ place }) => isDirect(place))
    if (asker === undefined) throw error
    await posted({ ...asker, answer })
  }
}

/** The newest channel in which the cluster was asked for and that can be posted in, and who asked; null where there is none. */
export async function newestChannel(deps: Deps): Promise<Channel | null> {
  return newestOpen(await askedInSlack(deps), deps)
}

const newestAsked = 50

function isDirect(place: Place): boolean {
  return place.kind === 'slack' && place.direct
}

/** Where the cluster was asked for in Slack, and by whom, newest first; in the channel itself, where it was in a thread. */
async function askedInSlack(deps: Deps): Promise<readonly Channel[]> {
  const asked = await askedFor(deps, { limit: newestAsked, states: ['complete', 'running'] })
  return asked.flatMap(({ place, who }) => {
    if (place.kind !== 'slack') return []
    const { thread: _, ...channel } = place
    return [{ place: channel, owner: who }]
  })
}

/** The newest channel of these that still can be posted to. */
async function newestOpen(asked: readonly Channel[], { outbox }: Deps): Promise<Channel | null> {
  for (const channel of asked) {
    if (!isDirect(channel.place) && (await outbox.obstacle(channel.place, null)) === null) return channel
  }
  return null
}
