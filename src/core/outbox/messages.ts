import type { Answer, Suggestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import type { Way } from '../message.ts'
import { type Asker, theAdmins } from '../people.ts'
import { type Conversation, directMessagesOf, isDirect } from '../place.ts'
import type { NewMessage } from '../ports/outbox.ts'
import type { PlanRecord } from '../ports/plans.ts'
import type { RunId, RunRecord } from '../ports/runs.ts'
import { text } from '../reply.ts'
import { hourMs } from '../span.ts'

export type Ways = readonly [Way, ...Way[]]

/** The key of the message in which a run lives: one for each time that somebody had it tried, also where a process took it over. */
export function runKey({ id, retries }: Pick<RunRecord, 'id' | 'retries'>): string {
  return retries === 0 ? `run:${id}` : `run:${id}:${retries}`
}

/** The key of the card of a plan. */
export function planKey(plan: string): string {
  return `plan:${plan}`
}

// An answer is worth posting for a day; that a schedule or the warehouse has changed, for a month.
const answerHours = 24
const newsHours = 30 * 24

/** A message as of now. `isNews`: it is about a change that lasts. */
export function newMessage(
  message: Pick<NewMessage, 'key' | 'content' | 'ways'> & Partial<NewMessage>,
  now: Date,
  isNews = false,
): NewMessage {
  const hours = isNews ? newsHours : answerHours
  return {
    mention: [],
    created: now.toISOString(),
    expires: new Date(now.getTime() + hours * hourMs).toISOString(),
    ...message,
  }
}

/** Somebody's direct messages, as a conversation. */
export function directly(who: Asker): Way {
  return { kind: 'conversation', place: directMessagesOf(who.id), who }
}

/**
 * The ways of an answer to a person: where they asked, then to them alone. Where the question was deleted, what changed
 * something is posted in its channel.
 */
export function waysTo(place: Conversation, who: Asker, audience: Answer['audience'], changes: boolean): Ways {
  const there: Way = { kind: 'conversation', place, who }
  if (who.kind !== 'slack') return [there, { kind: 'admins', besides: null }]
  const alone: Ways = [
    { kind: 'reader', place, who },
    { kind: 'reader', place: directMessagesOf(who.id), who },
  ]
  if (audience === 'asker') return alone
  const { thread, ...channel } = place
  return thread === undefined || !changes ? [there, ...alone] : [there, { ...there, place: channel }, ...alone]
}

/** The ways of what a schedule posts: its channel, then the person it runs for. */
export function waysOfSchedule(place: Conversation, who: Asker): Ways {
  const owner: Way =
    who.kind === 'slack' ? { kind: 'reader', place: directMessagesOf(who.id), who } : { kind: 'admins', besides: null }
  return [{ kind: 'conversation', place, who }, owner]
}

/** Where the end of a run that nobody typed is posted; of its failures one is, under the key of the occasion. */
export interface Report {
  readonly ways: Ways
  readonly mention: readonly string[]
  readonly occasion: string
}

// An edit notifies nobody, so the end of a run that lasted longer than this mentions its asker.
const longRunMs = 60_000

/** The messages of the end of a run, inserted by the statement that ends it. A line of a schedule has none: it is posted with the others. */
export async function messagesOf(
  run: RunRecord,
  answer: Answer,
  deps: Pick<Deps, 'ledger' | 'clock' | 'policy' | 'directory' | 'commands'>,
  report?: Report,
): Promise<readonly NewMessage[]> {
  const { id, who, place, door, origin } = run
  if (door === 'parent') return []
  const content = { kind: 'run', run: id, attempt: run.attempt } as const
  const now = deps.clock.now()
  if (report !== undefined) {
    const { ways, mention, occasion } = report
    return [newMessage({ key: answer.ok ? runKey(run) : occasion, content, ways, mention }, now, true)]
  }
  if (place.kind !== 'slack') return []
  if (origin.kind !== 'fire') {
    const ended = answer.run?.ended ?? null
    const isLong = ended !== null && Date.parse(ended) - Date.parse(run.started) > longRunMs
    const mention = isLong && who.kind === 'slack' ? [who.id] : []
    return [
      newMessage({ key: runKey(run), content, ways: waysTo(place, who, answer.audience, run.writer), mention }, now),
    ]
  }
  const isPosted = answer.audience !== 'nobody'
  const mention = await mentionsFor(run, answer, deps)
  const ways = answer.audience === 'asker' ? waysTo(place, who, 'asker', false) : waysOfSchedule(place, who)
  const post = newMessage({ key: runKey(run), content, ways, mention, schedule: origin.schedule }, now)
  const isGood = answer.ok && (await hasLoaded(id, deps))
  const heartbeat = newMessage(
    { key: `heartbeat:${id}`, content: { kind: 'heartbeat', run: id }, ways, ...(isPosted ? { after: post.key } : {}) },
    now,
  )
  return [...(isPosted ? [post] : []), ...(isGood ? [heartbeat] : [])]
}

/** Whether this occurrence loaded something. */
async function hasLoaded(fire: RunId, { ledger, commands }: Pick<Deps, 'ledger' | 'commands'>): Promise<boolean> {
  return (
    (await ledger.runs.summaries({ parent: fire, commands: commands.load, states: ['complete'], limit: 1 })).length > 0
  )
}

/**
 * Slack ids of the people and groups whom the failure of an occurrence calls: whose name it was run in, each admin where it was theirs, and who
 * is on call; nobody while it is snoozed.
 */
async function mentionsFor(
  { origin, who, place }: RunRecord,
  answer: Answer,
  { ledger, clock, policy, directory }: Pick<Deps, 'ledger' | 'clock' | 'policy' | 'directory'>,
): Promise<readonly string[]> {
  // The message of a load that is held has called who is on call.
  if (answer.ok || origin.kind !== 'fire' || answer.failure?.code === 'held') return []
  const schedule = await ledger.schedules.get(origin.schedule)
  // Its only reader gets the message itself, and it is nobody else's business.
  if (schedule?.personal ?? isDirect(place)) return []
  const snoozed = schedule?.snoozedUntil ?? null
  if (snoozed !== null && snoozed > clock.now().toISOString()) return []
  const owners = who.kind === 'slack' ? [who.id] : who.id === theAdmins.id ? directory.holders('admin') : []
  return [...new Set([...owners, ...policy.oncall])]
}

/** What has become of a plan: on its card, and to its asker, whom an edit does not notify, where they are to be called. */
export function messagesOfPlan(
  { id, card, place, asker }: Pick<PlanRecord, 'id' | 'card' | 'place' | 'asker'>,
  isCalled: boolean,
  now: Date,
): readonly NewMessage[] {
  const there: Way | null = place.kind === 'slack' ? { kind: 'conversation', place, who: asker } : null
  const about = (to: 'card' | 'asker') =>
    ({ key: `${planKey(id)}:${to}`, content: { kind: 'plan', plan: id, to } }) as const
  const onCard = (way: Way) => newMessage({ ...about('card'), ways: [way], after: planKey(id), open: true }, now, true)
  const ways: Ways = card && there !== null ? [there, directly(asker)] : [directly(asker)]
  const toAsker = newMessage({ ...about('asker'), ways, mention: [asker.id] }, now)
  return [...(card && there !== null ? [onCard(there)] : []), ...(isCalled && asker.kind === 'slack' ? [toAsker] : [])]
}

/** Posts something once for its key; `news` is called only by the first caller. */
export async function postOnce(
  key: string,
  news: () => Promise<{ readonly answer: Answer; readonly ways: Ways; readonly mention: readonly string[] }>,
  { ledger, clock }: Pick<Deps, 'ledger' | 'clock'>,
): Promise<void> {
  if ((await ledger.messages.find(key)) !== null) return
  const { answer, ways, mention } = await news()
  await ledger.messages.put([
    newMessage({ key, content: { kind: 'answer', answer }, ways, mention }, clock.now(), true),
  ])
}

/** An answer that nobody asked for: a warning in a line, what there is to add, and what may be done. */
export function newsOf(headline: string, more: readonly string[], next: readonly Suggestion[]): Answer {
  return {
    ok: true,
    exit: 0,
    headline,
    audience: 'channel',
    run: null,
    replies: [text(headline, 'warning'), ...more.map((line) => text(line))],
    next: [...next],
  }
}
