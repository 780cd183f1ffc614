import type { Answer, RunView } from '../core/answer.ts'
import type { OpsError } from '../core/errors.ts'
import type { Ledger, Post, RunId } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { Reader, TellAsker } from './audience.ts'
import type { EditBudget } from './edit-budget.ts'
import { type Accepted, withNote } from './ladder.ts'
import { askerAlone, wasNotPosted } from './membership.ts'
import type { Ladder, Presented } from './message.ts'
import type { Outbox, Target } from './outbox.ts'
import { directlyTo } from './place.ts'
import { presentAnswer, presentCall, presentMention, type View } from './present/index.ts'
import { isGone, isPassing, isPlaceRefusal, SlackRefused } from './refused.ts'

/**
 * For whom an answer is, and where. `post` is the message that shows the run so far; `mention` are the ids of those whom a line in
 * its thread calls.
 */
export interface Delivery extends Reader {
  readonly audience: Answer['audience']
  readonly post: Post | null
  readonly mention: readonly string[]
  /** Set where nobody has just asked for it there: who cannot read it in its channel gets it directly. */
  readonly unasked?: boolean
}

export interface DeliveryParts {
  readonly outbox: Outbox
  readonly tellAsker: TellAsker
  readonly budget: EditBudget
  readonly ledger: Pick<Ledger, 'runs' | 'plans'>
  readonly log: Log
  readonly botName: string
  /** Takes the runs whose last word could not be said, to be said later. */
  readonly unsaid: Set<RunId>
  view(asker: string, direct: boolean): View
}

// An edit notifies nobody, so the end of a run that lasted longer than this mentions its asker.
const longRunMs = 60_000

/** Whether the end of this run is news to somebody who has looked away since. */
export function lastedLong(run: RunView): boolean {
  return run.ended !== null && Date.parse(run.ended) - Date.parse(run.started) > longRunMs
}

/**
 * Says the last word of a line: to the asker alone, or in the run's message, its thread and files. The ledger hears that the reader
 * was told only once Slack has accepted it. Why it could not be posted where it belongs, so that its asker alone was told, if there is one in
 * Slack; null where it could be. Throws when it could not be said at all, and leaves the run among those unsaid.
 */
export async function deliver(answer: Answer, to: Delivery, parts: DeliveryParts): Promise<OpsError | null> {
  // Left open by a process that is stopping: the next one carries the run on in the same message, and says how it ended.
  if (answer.run?.state === 'running') return null
  try {
    if (to.audience === 'asker') await sayToAsker(answer, to, null, parts)
    const refused = to.audience === 'channel' ? await sayInConversation(answer, to, parts) : null
    if (answer.run !== null) await parts.ledger.runs.told(answer.run.id)
    return refused
  } catch (error) {
    if (answer.run !== null) parts.unsaid.add(answer.run.id)
    throw error
  }
}

async function sayToAsker(answer: Answer, to: Delivery, note: string | null, parts: DeliveryParts): Promise<void> {
  const { main, thread } = presentAnswer({ ...answer, audience: 'asker' }, parts.view(to.who.name, to.place.direct))
  const first = note === null ? main : withNote(main, note)
  for (const ladder of [first, ...thread]) await parts.tellAsker(to, ladder)
}

async function sayInConversation(answer: Answer, to: Delivery, parts: DeliveryParts): Promise<OpsError | null> {
  const presented = presentAnswer(answer, parts.view(to.who.name, to.place.direct))
  const said = await lastWord(to, presented.main, parts).catch((error: unknown) => {
    // Whoever waits for it may be reached another way, whatever keeps it from the conversation: a response URL needs no token.
    const isFinal = error instanceof SlackRefused && !isPassing(error.code) && to.unasked !== true
    if (isFinal || isPlaceRefusal(error)) return error
    throw error
  })
  if (said instanceof Error) {
    parts.log.warn(
      { slack: said.code, channel: to.place.channel, run: answer.run?.id },
      'an answer cannot be posted; its asker alone is told',
    )
    const note = askerAlone(said.code, to.place, parts.botName)
    const reader = to.unasked === true ? { ...to, place: directlyTo(to.who.id) } : to
    if (to.who.kind === 'slack') await sayToAsker(answer, reader, note, parts)
    return wasNotPosted(said.code, to.place, parts.botName)
  }
  const { result: post, rung } = said
  if (answer.run !== null) await parts.ledger.runs.savePost(answer.run.id, post)
  for (const reply of answer.replies) if (reply.kind === 'plan') await parts.ledger.plans.savePost(reply.id, post)
  const thread = { channel: post.channel, thread: to.place.thread ?? post.ts }
  await sayInThread(answer, thread, { ...presented, rung }, to.mention, parts)
  return null
}

async function lastWord({ post, place }: Delivery, ladder: Ladder, parts: DeliveryParts): Promise<Accepted<Post>> {
  if (post === null) return parts.outbox.post(place, ladder)
  parts.budget.spend()
  try {
    const { rung } = await parts.outbox.edit(post, ladder)
    return { result: post, rung }
  } catch (error) {
    if (isGone(error)) return parts.outbox.post(place, ladder)
    throw error
  }
}

/**
 * Details, the files of what was cut on the rungs that Slack took, and the mention. The outcome has been said by now, so what fails
 * here is logged and the rest still said.
 */
async function sayInThread(
  { run, headline, title }: Answer,
  thread: Target & { readonly thread: string },
  presented: Presented & { readonly rung: number },
  mention: readonly string[],
  { outbox, log }: DeliveryParts,
): Promise<void> {
  const call = run === null ? undefined : callOf(run, { headline, title }, mention)
  // A page that was not taken at all is as good as cut.
  const rungs = [presented.rung, ...presented.thread.map(({ length }) => length)]
  const pages = presented.thread.map((ladder, at) => async () => {
    rungs[at + 1] = (await outbox.post(thread, ladder)).rung
  })
  const files = presented.files.map((file) => async () => {
    if ((rungs[file.page] ?? 0) >= file.from) await outbox.upload(thread, file)
  })
  const parts = [...pages, ...files, ...(call === undefined ? [] : [() => outbox.post(thread, [call])])]
  for (const say of parts) {
    try {
      await say()
    } catch (error) {
      log.error({ err: error, run: run?.id, ...thread }, 'a part of an answer did not reach its thread')
    }
  }
}

/** A message with a title of its own has a headline that says what it is about. */
function callOf(run: RunView, { headline, title }: Pick<Answer, 'headline' | 'title'>, mention: readonly string[]) {
  return title === undefined ? presentMention(run, headline, mention) : presentCall(headline, mention)
}
