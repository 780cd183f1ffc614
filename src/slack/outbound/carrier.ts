import type { Answer, RunView } from '../../core/answer.ts'
import { rejectionWords } from '../../core/approval/plans.ts'
import { withChannelNames } from '../../core/channel.ts'
import { messageOf } from '../../core/errors.ts'
import type { Content, Part, Way } from '../../core/message.ts'
import type { RateWindow } from '../../core/pacing.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Ledger, PlanRecord } from '../../core/ports/ledger.ts'
import type { Log } from '../../core/ports/log.ts'
import type { Body, Carrier, NewMessage, OutboxMessage, Sent } from '../../core/ports/outbox.ts'
import type { Pictures } from '../../core/ports/pictures.ts'
import { viewOf } from '../../core/runner/answers.ts'
import { minuteMs } from '../../core/span.ts'
import { askerAlone, remedyFor, threadNotFound, wasNotPosted } from '../people/channels.ts'
import { presentAnswer, presentCall, presentEnded, presentMention, presentRun, type View } from '../present/index.ts'
import { carriedOut, isContentRefusal, isGone, isShutOut, SlackBusy, SlackRefused } from '../slack-errors.ts'
import { type Fallbacks, type Presented, withNote } from './fallbacks.ts'
import { createPicturePlacer } from './pictures.ts'
import type { Progress } from './progress.ts'
import type { ResponseUrl } from './response-url.ts'
import type { PostTarget, Sender } from './sender.ts'

export interface CarrierParts {
  readonly sender: Sender
  readonly progress: Progress
  readonly budget: RateWindow
  readonly ledger: Pick<Ledger, 'messages'>
  readonly clock: Clock
  readonly log: Log
  readonly botName: string
  readonly pictures: Pictures | null
  view(asker: string, direct: boolean): View
}

/** Slack as the outbox sees it. */
export interface SlackCarrier extends Carrier {
  /** Keeps the response URL for the answer under this key, or `keyOfAttempt`. It is tried first, and never stored. */
  bring(key: string, url: ResponseUrl | undefined): void
}

export type There = Exclude<Way, { kind: 'admins' }>

// About one message a second in a channel (https://docs.slack.dev/apis/web-api/rate-limits).
const restMs = 1000

const urlMinutes = 30

/** Renders each message when it is sent, and returns the outcome. */
export function createCarrier(parts: CarrierParts): SlackCarrier {
  const { sender, progress, budget, ledger, clock, log, botName } = parts
  const urls = new Map<string, { readonly url: ResponseUrl; readonly until: number }>()
  /** Why Slack did not take files of a message, by its key and their numbers. */
  const refusedFiles = new Map<string, ReadonlyMap<number, string>>()

  const post = async (to: PostTarget, fallbacks: Fallbacks): Promise<Sent> => {
    const { result, level } = await sender.post(to, fallbacks)
    return { ...done, post: result, level, restMs }
  }

  /** To one person: by the response URL, in the conversation, or in their direct messages. */
  const reply = async ({ key, content }: OutboxMessage, { place, who }: There, fallbacks: Fallbacks): Promise<Sent> => {
    const url = urls.get(urlKey(key, content))?.url
    if (url?.isOpen === true) {
      try {
        await url.say(fallbacks)
        return done
      } catch (error) {
        // A picture that is still being processed is refused everywhere: the same way takes it a little later.
        if (fallbacks.length === 1 && isContentRefusal(error)) throw error
        // The next try goes another way.
        urls.delete(urlKey(key, content))
        log.warn({ err: error, user: who.id }, `a response URL did not work: ${messageOf(error)}`)
      }
    }
    if (place.direct) return post(place, fallbacks)
    const { level } = await sender.whisper(place, who.id, fallbacks)
    return { ...done, level }
  }

  const placePicture = createPicturePlacer(parts, reply, refusedFiles)

  /** In the run's progress message, or in a new one. */
  const show = async (message: OutboxMessage, way: There, fallbacks: Fallbacks): Promise<Sent> => {
    if (message.post === null) return post(way.place, fallbacks)
    budget.count()
    try {
      const { level } = await sender.edit(message.post, fallbacks)
      return { ...done, post: message.post, level }
    } catch (error) {
      if (!isGone(error)) throw new HarmlessTwice(error)
      return post(way.place, fallbacks)
    }
  }

  const sendAnswer = async (message: OutboxMessage, way: There, answer: Answer): Promise<Sent> => {
    if (message.content.kind === 'run') await progress.close(message.content.run)
    if (way.kind === 'reader') {
      const {
        main,
        thread,
        pictures: drawings,
      } = presentAnswer({ ...answer, audience: 'asker' }, parts.view(way.who.name, way.place.direct))
      const [first] = message.ways
      const isAway = message.refusal !== null && first.kind === 'conversation'
      const fallbacks = isAway ? withNote(main, askerAlone(message.refusal, first.place, botName)) : main
      const sent = await reply(message, way, fallbacks)
      const followers = [...pagesOf(message, way, thread.length), ...picturesOf(message, way, drawings)]
      return { ...sent, ...(sent.kind === 'sent' ? { followers } : {}) }
    }
    const presented = presentAnswer(answer, parts.view(way.who.name, way.place.direct))
    const sent = await show(message, way, presented.main)
    if (sent.kind !== 'sent' || sent.post === null) return sent
    const { channel, ts } = sent.post
    const there: There = { ...way, place: { ...way.place, channel, thread: way.place.thread ?? ts } }
    return { ...sent, followers: followersOf(message, there, presented) }
  }

  const sendPart = async (
    message: OutboxMessage,
    way: There,
    { answer, root }: Extract<Body, { kind: 'answer' }>,
    part: Part,
    begin: () => Promise<void>,
  ): Promise<Sent> => {
    const { place, who } = way
    if (part.kind === 'mention') {
      const call = callOf(answer, message.mention)
      const thread = place.thread ?? root.post?.ts
      return call === undefined ? done : post(thread === undefined ? place : { ...place, thread }, [call])
    }
    if (part.kind === 'picture') {
      const placed = placePicture({ message, way, answer, at: part.reply, root })
      // An edit may be made twice; a message to one reader may not.
      return way.kind === 'reader' ? placed : placed.catch(asHarmless)
    }
    const audience = way.kind === 'reader' ? 'asker' : answer.audience
    const { thread, files } = presentAnswer({ ...answer, audience }, parts.view(who.name, place.direct))
    if (part.kind === 'page') {
      const fallbacks = thread[part.page]
      if (fallbacks === undefined) return done
      return way.kind === 'reader' ? reply(root, way, fallbacks) : post(place, fallbacks)
    }
    const file = files[part.file]
    if (file === undefined || place.thread === undefined) return done
    const page = file.page === 0 ? root : await ledger.messages.find(`${root.key}:page:${file.page - 1}`)
    // A page that was never sent counts as cut.
    if (page !== null && page.level !== null && page.level < file.from) return done
    const missing = (text: string): Sent => ({
      ...done,
      followers: [behind(message, way, 'note', { kind: 'text', text })],
    })
    const maybe = (): Sent =>
      missing(`${file.filename} may be missing here: Slack did not confirm the upload. Use csv to get it again.`)
    /** In place of the sentence that announces the file; below it where that cannot be changed. */
    const reportRefusal = async (why: string): Promise<Sent> => {
      const refused = new Map([...(refusedFiles.get(root.key) ?? []), [part.file, why]])
      refusedFiles.set(root.key, refused)
      // Where Slack takes no file, it takes no picture.
      const view = { ...parts.view(who.name, place.direct), drawsPictures: false }
      const shown = presentAnswer({ ...answer, audience }, view, { refused })
      const fallbacks = file.page === 0 ? shown.main : shown.thread[file.page - 1]
      if (page?.post == null || fallbacks === undefined) return missing(why)
      budget.count()
      try {
        await sender.edit(page.post, fallbacks)
        return { ...done, restMs }
      } catch (error) {
        if (carriedOut(error) === 'refused') return missing(why)
        throw new HarmlessTwice(error)
      }
    }
    if (message.begun) return maybe()
    let begun = false
    try {
      await sender.upload({ channel: place.channel, thread: place.thread }, file, async () => {
        begun = true
        await begin()
      })
      return { ...done, restMs }
    } catch (error) {
      const state = carriedOut(error)
      if (state === 'refused' && error instanceof SlackRefused) {
        log.error({ err: error, message: message.key }, 'a file could not be attached')
        return await reportRefusal(
          `The file could not be attached (${error.code}). ${remedyFor(error.code, place, botName)}`,
        )
      }
      if (begun && state !== 'no') return maybe()
      throw begun ? error : new HarmlessTwice(error)
    }
  }

  const sendPlan = async (way: There, at: number, plan: PlanRecord, to: 'card' | 'asker'): Promise<Sent> => {
    if (to === 'card') {
      if (plan.post === null) return done
      const ended = presentEnded(plan)
      budget.count()
      try {
        await sender.edit(plan.post, [ended, { text: ended.text, blocks: [] }])
      } catch (error) {
        if (!isGone(error)) throw new HarmlessTwice(error)
      }
      return done
    }
    const words = whatBecameOf(plan)
    const call = words === null ? undefined : presentCall(words, [plan.asker.id])
    if (call === undefined) return done
    return post(at === 0 ? threadOf(plan) : way.place, [call])
  }

  const carry = async (message: OutboxMessage, way: There, body: Body, begin: () => Promise<void>): Promise<Sent> => {
    const { place, who } = way
    // An ephemeral message in a deleted thread would be invisible.
    if (message.refusal === threadNotFound && way.kind === 'reader' && !place.direct) {
      throw new SlackRefused('a post', threadNotFound)
    }
    switch (body.kind) {
      case 'answer':
        return body.part === null
          ? sendAnswer(message, way, body.answer)
          : sendPart(message, way, body, body.part, begin)
      case 'progress': {
        if (message.post !== null) return done
        const run = progress.latest(body.run.id) ?? viewOf(body.run)
        const sent = await post(place, presentRun(run, parts.view(who.name, place.direct)))
        if (sent.kind === 'sent' && sent.post !== null) progress.posted(run.id, sent.post, run)
        return sent
      }
      case 'plan':
        return sendPlan(way, message.way, body.plan, body.to)
      case 'text':
        return post(place, [{ text: body.text, blocks: [] }])
    }
  }

  return {
    bring(key, url) {
      const now = clock.elapsed()
      for (const [known, { until }] of urls) if (until < now) urls.delete(known)
      if (url !== undefined) urls.set(key, { url, until: now + urlMinutes * minuteMs })
    },
    async send(message, way, body, begin) {
      try {
        return await carry(message, way, body, begin)
      } catch (thrown) {
        const harmless = thrown instanceof HarmlessTwice
        const error: unknown = harmless ? thrown.cause : thrown
        if (!(error instanceof Error)) throw error
        const hasUrl = urls.get(urlKey(message.key, message.content))?.url.isOpen === true
        switch (isShutOut(error) && hasUrl && way.kind === 'conversation' ? 'refused' : carriedOut(error)) {
          case 'no':
            return { kind: 'later', afterMs: error instanceof SlackBusy ? error.retryAfterMs : null, why: error }
          case 'maybe':
            return { kind: 'unclear', harmless, why: error }
          case 'refused': {
            const code = error instanceof SlackRefused ? error.code : 'refused'
            return { kind: 'refused', code, why: wasNotPosted(code, way.place, botName) }
          }
          case null:
            throw error
        }
      }
    },
  }
}

const done = { kind: 'sent', post: null, level: 0, followers: [], restMs: 0 } as const

/** The error of a call that may be repeated without harm: an edit, or a step before a file is attached. */
class HarmlessTwice extends Error {
  constructor(cause: unknown) {
    super('this may be done twice', { cause })
  }
}

function asHarmless(error: unknown): never {
  throw new HarmlessTwice(error)
}

/** What a response URL is kept under for an attempt of a run: another attempt may be somebody else's. */
export function keyOfAttempt({ id, attempt = 1 }: Pick<RunView, 'id' | 'attempt'>): string {
  return `run:${id}, attempt ${attempt}`
}

function urlKey(key: string, content: Content): string {
  return content.kind === 'run' ? keyOfAttempt({ id: content.run, attempt: content.attempt }) : key
}

/** What follows an answer, in this order: further pages, its pictures in one edit, CSV files of what was cut, and the line of mentions. */
function followersOf(
  message: OutboxMessage,
  way: There,
  { thread, pictures, files }: Presented,
): readonly NewMessage[] {
  // A fallback way mentions nobody.
  const isCalled = message.mention.length > 0 && message.way === 0
  return [
    ...pagesOf(message, way, thread.length),
    ...picturesOf(message, way, pictures.slice(0, 1)),
    ...files.map((_, file) => partOf(message, way, `file:${file}`, { kind: 'file', file })),
    ...(isCalled ? [partOf(message, way, 'mention', { kind: 'mention' })] : []),
  ]
}

function pagesOf(message: OutboxMessage, way: There, pages: number): readonly NewMessage[] {
  return Array.from({ length: pages }, (_, page) => partOf(message, way, `page:${page}`, { kind: 'page', page }))
}

function picturesOf(message: OutboxMessage, way: There, pictures: readonly number[]): readonly NewMessage[] {
  return pictures.map((reply) => partOf(message, way, `picture:${reply}`, { kind: 'picture', reply }))
}

function partOf(message: OutboxMessage, way: There, name: string, part: Part): NewMessage {
  return behind(message, way, name, { kind: 'part', of: message.key, part })
}

/** What follows a message, under a name of its own, and expires with it. */
function behind(
  { key, mention, created, expires }: OutboxMessage,
  way: There,
  name: string,
  content: Content,
): NewMessage {
  return { key: `${key}:${name}`, content, ways: [way], mention, created, expires }
}

/** The headline of a titled answer names its subject itself. */
function callOf({ run, headline, title }: Answer, mention: readonly string[]) {
  if (title !== undefined) return presentCall(headline, mention)
  return run === null ? undefined : presentMention(run, headline, mention)
}

function whatBecameOf({ end, line }: PlanRecord): string | null {
  const shown = withChannelNames(line)
  if (end?.kind === 'rejected') return `${rejectionWords(end, shown)} Nothing was done.`
  if (end?.kind === 'expired') return `Nobody approved ${shown} in time. Nothing was done; run it again for a new card.`
  return end?.kind === 'failed' ? `${shown}: ${end.why}` : null
}

function threadOf({ post, place, asker }: PlanRecord): PostTarget {
  if (post === null) return { channel: asker.id }
  return { channel: post.channel, thread: place.kind === 'slack' ? (place.thread ?? post.ts) : post.ts }
}
