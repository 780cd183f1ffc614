import type { AnyMiddlewareArgs, App as BoltApp, Middleware } from '@slack/bolt'
import { z } from 'zod'
import { messageOf, OpsError } from '../../core/errors.ts'
import { type Clock, inTime } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { failureAnswer } from '../../core/runner/answers.ts'
import type { HomePublisher } from '../app-home/publisher.ts'
import type { Sender } from '../outbound/sender.ts'
import type { Access, Admission } from '../people/access.ts'
import type { SharedChannels } from '../people/shared-channels.ts'
import { presentAnswer, type View } from '../present/index.ts'
import type { Bolt } from './bolt.ts'
import type { Payload } from './payload.ts'
import type { InboundRequest } from './request-handler.ts'

/** Every payload passes it before a listener gets it. */
export interface Gate {
  /** The request in an admitted payload. Throws for any other: a bug of the listener. */
  requestOf(body: object): InboundRequest
}

export interface GateParts {
  readonly access: Access
  readonly shared: Pick<SharedChannels, 'note'>
  readonly homes: Pick<HomePublisher, 'refused'>
  readonly reply: Sender['reply']
  readonly payloadOf: Bolt['payloadOf']
  readonly clock: Clock
  readonly log: Log
  /** Called after each acknowledgement, with the milliseconds since its payload came in. */
  readonly acknowledged: ((ms: number) => void) | undefined
  /** Keeps the process from exiting before this is done. */
  track<T>(work: Promise<T>): Promise<T>
  view(asker: string, direct: boolean): View
}

// Slack waits three seconds for the answer to a submitted dialog.
const submissionMs = 1_500

// Slack repeats a delivery for about five minutes.
const mostRefused = 1_000

/**
 * Acknowledges all payloads but submitted dialogs at once, and decides who may use the bot before anything is read or changed. A refusal
 * reaches the asker alone, and leaves nothing in the ledger.
 */
export function installGate(bolt: BoltApp, parts: GateParts): Gate {
  const { access, shared, clock, log } = parts
  const admitted = new WeakMap<object, InboundRequest>()
  const refused = new Set<string>()

  /** Whether this refusal is the first of its delivery. */
  const isFirst = (delivery: string): boolean => {
    if (refused.has(delivery)) return false
    refused.add(delivery)
    const [oldest] = refused
    if (refused.size > mostRefused && oldest !== undefined) refused.delete(oldest)
    return true
  }

  const refuse = async (payload: Payload, why: OpsError): Promise<void> => {
    const { kind, user, team, place, delivery, responseUrl } = payload
    if (!isFirst(delivery)) return
    log.warn({ user, team, kind, channel: place.channel, code: why.code }, `a request was refused: ${why.message}`)
    const who = { kind: 'slack', id: user, name: user } as const
    try {
      if (kind === 'home') return await parts.homes.refused(who, why)
      const { main } = presentAnswer(failureAnswer(why, null, log), parts.view(user, place.direct))
      await parts.reply({ who, place, responseUrl }, main)
    } catch (error) {
      log.warn({ err: error, user }, `a refusal did not reach its asker: ${messageOf(error)}`)
    }
  }

  const admit = async (body: object, payload: Payload, name: string, next: () => Promise<void>): Promise<void> => {
    const { user, place, delivery, responseUrl } = payload
    admitted.set(body, { who: { kind: 'slack', id: user, name }, place, delivery, responseUrl })
    await next()
  }

  const pass: Middleware<AnyMiddlewareArgs> = async (args) => {
    const came = clock.elapsed()
    const { body, next } = args
    const payload = parts.payloadOf(body)
    if (payload.kind === 'submission' && 'view' in args && body.type === 'view_submission') {
      const decided = access.admit(payload.user, payload.team)
      const admission: Admission = (await inTime(decided, submissionMs, clock)) ?? { kind: 'refused', why: late }
      if (admission.kind === 'admitted') return admit(body, payload, admission.name, next)
      // A dialog stays open with what was entered.
      const field = firstFieldOf(body)
      if (field === null) {
        await args.ack()
        return refuse(payload, admission.why)
      }
      const { message, remedy } = admission.why
      return args.ack({ response_action: 'errors', errors: { [field]: `${message} ${remedy}`.trim() } })
    }
    if ('ack' in args) {
      await args.ack?.()
      parts.acknowledged?.(clock.elapsed() - came)
    }
    if (payload.isShared) shared.note(payload.place.channel, true)
    const admission = await access.admit(payload.user, payload.team)
    if (admission.kind === 'admitted') return admit(body, payload, admission.name, next)
    await refuse(payload, admission.why)
  }
  bolt.use((args) => parts.track(pass(args)))

  return {
    requestOf(body) {
      const inbound = admitted.get(body)
      if (inbound === undefined) throw new Error('a listener got a payload that did not pass the gate')
      return inbound
    },
  }
}

const late = new OpsError(
  'slack',
  'Slack did not return your profile in time. Nothing was done.',
  'Submit it again in a minute.',
)

const fieldsSchema = z.object({ view: z.object({ state: z.object({ values: z.record(z.string(), z.unknown()) }) }) })

/** The block at which a dialog can show an error; null where it has no input. */
function firstFieldOf(body: object): string | null {
  const parsed = fieldsSchema.safeParse(body)
  return parsed.success ? (Object.keys(parsed.data.view.state.values)[0] ?? null) : null
}
