import { inBackground } from '../background.ts'
import type { Deps } from '../deps.ts'
import { expected, messageOf, OpsError } from '../errors.ts'
import { pauseAfter } from '../pacing.ts'
import type { Asker } from '../people.ts'
import type { Conversation } from '../place.ts'
import type { Carrier, NewMessage, OutboxMessage, Sent } from '../ports/outbox.ts'
import { hourMs } from '../span.ts'
import { bodyOf } from './body.ts'
import { directly } from './messages.ts'

/** Sends what is in the outbox. */
export interface Dispatcher {
  /** Looks at once, because something was inserted. */
  wake(): void
  /** Resolves when nothing is being sent, and nothing can be sent at this moment. */
  idle(): Promise<void>
  /** Begins nothing more, and resolves when nothing is being sent. */
  stop(): Promise<void>
}

interface DispatcherParts extends Pick<Deps, 'ledger' | 'directory' | 'heartbeat' | 'clock' | 'log' | 'process'> {
  readonly carrier: Carrier
  /** Called when the first way of a message of a schedule is refused. */
  readonly refused: (schedule: number, why: OpsError, at: Conversation) => Promise<void>
}

/** The note that holds when the last heartbeat was sent, and whether it was delivered. */
export const heartbeatNote = 'heartbeat'

// What another process inserts is found by looking.
const lookEveryMs = 2_000
const backoff = { firstMs: 1_500, factor: 2, mostMs: 60_000 } as const
// Somebody has to invite the bot, or to lift a restriction, before a message that every way has refused can arrive.
const refusedPauseMs = hourMs
// What throws in this program will throw again; an outage passes.
const mostFaults = 3

/**
 * Begins to send: one message of a conversation after the other, in the order of their insertion, conversations side by side. A try that
 * was not carried out is repeated after growing pauses, until the message expires; one that may have been carried out once, or as often as
 * it takes where that is harmless. Where a way is refused, the next one is tried; behind the last one all of them again in an hour. A message is marked as sent after Slack has accepted it,
 * so a crash between the two sends it a second time.
 */
export function startDispatcher(parts: DispatcherParts): Dispatcher {
  const { ledger, clock, log, process } = parts
  const store = ledger.messages
  const closing = new AbortController()
  const flying = new Map<string, Promise<void>>()
  /** By `clock.elapsed`, until when a conversation rests. */
  const rests = new Map<string, number>()
  /** What could not be taken, by conversation: it was changed meanwhile, or this process was replaced. */
  const untaken = new Map<string, string>()
  const idlers = new Set<() => void>()
  let ended = 0
  let changed = new AbortController()

  const wake = (): void => changed.abort()

  const sendIn = async (queue: string, message: OutboxMessage): Promise<void> => {
    try {
      if (!(await store.take(message, process))) {
        const same = `${message.id} ${message.version} ${message.tries}`
        if (untaken.get(queue) === same) rests.set(queue, clock.elapsed() + lookEveryMs)
        untaken.set(queue, same)
        return
      }
      const restMs = await send({ ...message, tries: message.tries + 1 }, { ...parts, closing: closing.signal })
      if (restMs > 0) rests.set(queue, clock.elapsed() + restMs)
    } finally {
      flying.delete(queue)
      ended++
      wake()
    }
  }

  /** Begins what can be sent now. How long nothing else can be. */
  const look = async (): Promise<number> => {
    const before = ended
    const heads = await store.heads()
    // What was sent meanwhile is read as it was before.
    if (ended !== before) return 0
    let wait = lookEveryMs
    // A picture's conversation is its own, and does not come back.
    for (const [queue, until] of rests) if (until <= clock.elapsed()) rests.delete(queue)
    for (const head of heads) {
      if (head.kind === 'damaged') {
        log.error({ err: head.why }, `a message is dropped: ${head.why.message}`)
        await store.drop(head.row)
        wait = 0
        continue
      }
      const { queue, isBlocked, message } = head
      if (flying.has(queue) || isBlocked) continue
      const left = Math.max(
        Date.parse(message.available) - clock.now().getTime(),
        (rests.get(queue) ?? 0) - clock.elapsed(),
      )
      if (left > 0) {
        wait = Math.min(wait, left)
        continue
      }
      if (message.way >= message.ways.length) {
        await store.restart(message)
        wait = 0
        continue
      }
      flying.set(
        queue,
        inBackground({ log }, 'delivery of a message', () => sendIn(queue, message)),
      )
    }
    return wait
  }

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      changed = new AbortController()
      const woken = AbortSignal.any([closing.signal, changed.signal])
      const wait = await look().catch((error: unknown) => {
        log.error({ err: error }, `the outbox could not be read: ${messageOf(error)}`)
        return lookEveryMs
      })
      if (woken.aborted) continue
      if (flying.size === 0) for (const idler of idlers) idler()
      await clock.sleep(wait, woken).catch(() => undefined)
    }
  }
  const running = run()

  return {
    wake,
    idle: () =>
      new Promise((resolve) => {
        const idler = (): void => {
          idlers.delete(idler)
          resolve()
        }
        idlers.add(idler)
        wake()
      }),
    async stop() {
      closing.abort()
      await running
      await Promise.all(flying.values())
    },
  }
}

interface Sending extends DispatcherParts {
  readonly closing: AbortSignal
}

/** One try. How long its conversation rests after it, in milliseconds. */
async function send(message: OutboxMessage, parts: Sending): Promise<number> {
  const { ledger, clock, log } = parts
  const { key } = message
  const store = ledger.messages
  if (message.expires <= clock.now().toISOString()) {
    log.warn({ message: key }, 'a message was not sent in time; it is dropped')
    await recorded(() => store.drop(message), parts)
    return 0
  }
  const sent = await attempt(message, parts).catch((error: unknown): Sent | null => {
    if (error instanceof OpsError) return { kind: 'later', afterMs: null, why: error }
    log.error({ err: error, message: key }, `a message could not be sent: ${messageOf(error)}`)
    return message.tries < mostFaults ? { kind: 'later', afterMs: null, why: new Error(messageOf(error)) } : null
  })
  await recorded(() => record(message, sent, parts), parts)
  return sent?.kind === 'sent' ? sent.restMs : 0
}

async function attempt(message: OutboxMessage, parts: Sending): Promise<Sent | null> {
  const { ledger, clock, carrier } = parts
  const { content, after } = message
  if (content.kind === 'heartbeat') {
    const post = after === undefined ? null : await ledger.messages.find(after)
    // That report reached nobody, so the outside monitor must raise its alarm.
    if (post?.state === 'dropped') return null
    // Noted before: a report that goes out twice would hide a night without one.
    await ledger.messages.sent(message, nothing)
    const beat = await parts.heartbeat.beat()
    if (beat !== 'none')
      await ledger.notes.set(heartbeatNote, { at: clock.now().toISOString(), ok: beat === 'delivered' })
    return nothing
  }
  const way = message.ways[message.way] ?? message.ways[0]
  if (way.kind === 'admins') {
    const admins = await adminsNow(way.besides, parts)
    if (admins.length === 0) {
      const why = new OpsError('slack', 'No admin could be reached.', 'Add one to SPARKIFY_ADMINS.')
      return { kind: 'refused', code: 'no_admins', why }
    }
    // One that is open stays so for each of them: its later states are edits there, too.
    const { after: _, ...same } = message
    const to = (who: Asker): NewMessage => ({ ...same, key: `${message.key}:${who.id}`, ways: [directly(who)] })
    return { ...nothing, followers: admins.map(to) }
  }
  const body = await bodyOf(message, ledger)
  return body === null ? null : carrier.send(message, way, body, () => ledger.messages.begin(message))
}

const nothing = { kind: 'sent', post: null, level: 0, followers: [], restMs: 0 } as const

async function record(message: OutboxMessage, sent: Sent | null, parts: Sending): Promise<void> {
  const { ledger, clock, log } = parts
  const store = ledger.messages
  const { key, tries, unclear } = message
  const now = clock.now()
  if (sent === null) return store.drop(message)
  switch (sent.kind) {
    case 'sent':
      return store.sent(message, sent)
    case 'later': {
      log.warn({ err: sent.why, message: key, tries }, `a message is sent later: ${sent.why.message}`)
      return store.later(message, new Date(now.getTime() + (sent.afterMs ?? pauseAfter(tries, backoff))), false)
    }
    case 'unclear': {
      if (!sent.harmless && unclear > 0) {
        log.error(
          { err: sent.why, message: key },
          'a message may have arrived twice or not at all; it is not sent again',
        )
        return store.drop(message)
      }
      log.warn({ err: sent.why, message: key, tries }, `nobody knows whether a message arrived: ${sent.why.message}`)
      return store.later(message, new Date(now.getTime() + pauseAfter(tries, backoff)), true)
    }
    case 'refused': {
      log.warn({ slack: sent.code, message: key, way: message.way }, `a message was refused: ${sent.why.message}`)
      const [first] = message.ways
      if (message.refusal === null && message.schedule !== undefined && first.kind !== 'admins') {
        await parts.refused(message.schedule, sent.why, first.place)
      }
      if (message.way + 1 < message.ways.length) return store.redirect(message, sent.code, now)
      log.warn({ message: key }, 'a message reached nobody; it is tried again in an hour')
      return store.redirect(message, sent.code, new Date(now.getTime() + refusedPauseMs))
    }
  }
}

/** What has been sent must be noted, or it is sent again: tried until the ledger takes it. */
async function recorded(write: () => Promise<void>, { clock, log, closing }: Sending): Promise<void> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      log.error({ err: error }, `what became of a message could not be noted: ${error.message}`)
      await clock.sleep(backoff.firstMs, closing)
    }
  }
}

/** The people who are admins now, but for one and for guests. Those who may be guests, as Slack does not answer, are left out. */
async function adminsNow(
  besides: string | null,
  { directory, log }: Pick<Deps, 'directory' | 'log'>,
): Promise<readonly Asker[]> {
  const ids = (await holdersNow({ directory, log })).filter((id) => id !== besides)
  const people = await Promise.all(
    ids.map(async (id): Promise<Asker | null> => {
      const admin = { kind: 'slack', id, name: id } as const
      try {
        // A group of admins may hold guests, who are none.
        return (await directory.isGuest(admin)) ? null : admin
      } catch (error) {
        log.warn({ err: error, user: id }, `an admin could not be reached: ${messageOf(error)}`)
        return null
      }
    }),
  )
  return people.filter((admin) => admin !== null)
}

/** The ids of the admins; while the members of a group are not known, those who are named themselves. */
async function holdersNow({ directory, log }: Pick<Deps, 'directory' | 'log'>): Promise<readonly string[]> {
  const holders = directory.holders('admin')
  const named = expected((error) => {
    log.warn({ err: error }, `only the admins who are named themselves are reached: ${error.message}`)
    return holders.filter((id) => !id.startsWith('S'))
  })
  return [...new Set(await directory.peopleOf(holders).catch(named))]
}
