import type { Deps } from '../deps.ts'
import type { Way } from '../message.ts'
import type { Report, Ways } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import { type Conversation, isDirect } from '../place.ts'
import type { RunRecord } from '../ports/runs.ts'
import { askedFor } from './asked-for.ts'

const newestAsked = 50

/**
 * The ways of news of the cluster that nobody in particular is waiting for: the channels in which it was asked for, the newest first, then
 * the admins, then whoever asked directly. `mention`: who asked in the first.
 */
export async function waysOfNews(deps: Deps): Promise<Omit<Report, 'occasion'>> {
  const asked = await askedFor(deps, { limit: newestAsked, states: ['complete', 'running'] })
  const all = new Map<string, { readonly place: Conversation; readonly who: Asker }>()
  for (const { place, who } of asked) {
    if (place.kind !== 'slack' || all.has(place.channel)) continue
    const { thread: _, ...channel } = place
    all.set(place.channel, { place: channel, who })
  }
  const there = [...all.values()].map((at): Way => ({ kind: 'conversation', ...at }))
  const direct = (way: Way): boolean => way.kind === 'conversation' && isDirect(way.place)
  const admins: Way = { kind: 'admins', besides: null }
  const [first, ...rest] = [...there.filter((way) => !direct(way)), admins, ...there.filter(direct)]
  return { ways: [first ?? admins, ...rest], mention: first?.kind === 'conversation' ? called(first.who) : [] }
}

/** The ways of news for whoever asked for the cluster last, where that was in Slack: where they did, then as `waysOfNews`. */
export async function waysToAsker(last: RunRecord | undefined, deps: Deps): Promise<Omit<Report, 'occasion'>> {
  const news = await waysOfNews(deps)
  // Whoever spun it up in a terminal is not found there again, and one that was adopted has nobody to ask.
  if (last?.place.kind !== 'slack') return news
  const ways: Ways = [{ kind: 'conversation', place: last.place, who: last.who }, ...news.ways]
  return { ways, mention: called(last.who) }
}

function called({ kind, id }: Asker): readonly string[] {
  return kind === 'slack' ? [id] : []
}
