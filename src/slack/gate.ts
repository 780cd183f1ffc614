import type { AnyMiddlewareArgs, App as BoltApp, Middleware } from '@slack/bolt'
import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'
import { type Clock, inTime } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import { failureAnswer } from '../core/runner/answers.ts'
import type { Access, Admission } from './access.ts'
import type { Bolt } from './bolt.ts'
import type { Said } from './hear.ts'
import type { Homes } from './homes.ts'
import type { Inbound } from './inbound.ts'
import { presentAnswer, type View } from './present/index.ts'
import type { Sender } from './sender.ts'
import type { SharedChannels } from './shared-channels.ts'

/** The one way in: every payload passes it before a listener gets it. */
export interface Gate {
  /** Who asks, and where, of a payload that was admitted. Throws for any other: a bug of the listener. */
  saidOf(body: object): Said
}

export interface GateParts {
  readonly access: Access
  readonly shared: Pick<SharedChannels, 'note'>
  readonly homes: Pick<Homes, 'refused'>
  readonly tell: Sender['tell']
  readonly inboundOf: Bolt['inboundOf']
  readonly clock: Clock
  readonly log: Log
  /** Holds what was acknowledged until it is done, also while the process leaves. */
  track<T>(work: Promise<T>): Promise<T>
  view(asker: string, direct: boolean): View
}

// Slack waits three seconds for what becomes of a submitted dialog.
const submissionMs = 1_500

// Slack delivers again for about five minutes; more refusals in that time than this are not of people.
const mostRefused = 1_000

/**
 * Acknowledges what need not wait (all but submitted dialogs), and decides who may go on, before anything is read or changed for them. A
 * refusal reaches the asker alone, and leaves nothing in the ledger.
 */
export function installGate(bolt: BoltApp, parts: GateParts): Gate {
  const { access, shared, clock, log } = parts
  const admitted = new WeakMap<object, Said>()
  const refused = new Set<string>()

  /** Whether this refusal is the first of its delivery. */
  const isFirst = (delivery: string): boolean => {
    if (refused.has(delivery)) return false
    refused.add(delivery)
    const [oldest] = refused
    if (refused.size > mostRefused && oldest !== undefined) refused.delete(oldest)
    return true
  }

  const refuse = async (inbound: Inbound, why: OpsError): Promise<void> => {
    const { door, user, team, place, delivery, responseUrl } = inbound
    if (!isFirst(delivery)) return
    log.warn({ user, team, door, channel: place.channel, code: why.code }, `a request was refused: ${why.message}`)
    const who = { kind: 'slack', id: user, name: user } as const
    try {
      if (door === 'home') return await parts.homes.refused(who, why)
      const { main } = presentAnswer(failureAnswer(why, null, log), parts.view(user, place.direct))
      await parts.tell({ who, place, responseUrl }, main)
    } catch (error) {
      log.warn({ err: error, user }, `a refusal did not reach its asker: ${messageOf(error)}`)
    }
  }

  const goOn = async (body: object, inbound: Inbound, name: string, next: () => Promise<void>): Promise<void> => {
    const { user, place, delivery, responseUrl } = inbound
    admitted.set(body, { who: { kind: 'slack', id: user, name }, place, delivery, responseUrl })
    await next()
  }

  const pass: Middleware<AnyMiddlewareArgs> = async (args) => {
    const { body, next } = args
    const inbound = parts.inboundOf(body)
    if (inbound.door === 'submission' && 'view' in args && body.type === 'view_submission') {
      const decided = access.admit(inbound.user, inbound.team)
      const admission: Admission = (await inTime(decided, submissionMs, clock)) ?? { kind: 'refused', why: late }
      if (admission.kind === 'admitted') return goOn(body, inbound, admission.name, next)
      // A dialog stays open with what was entered.
      const field = firstFieldOf(body)
      if (field === null) {
        await args.ack()
        return refuse(inbound, admission.why)
      }
      const { message, remedy } = admission.why
      return args.ack({ response_action: 'errors', errors: { [field]: `${message} ${remedy}`.trim() } })
    }
    if ('ack' in args) await args.ack?.()
    if (inbound.isShared) shared.note(inbound.place.channel, true)
    const admission = await access.admit(inbound.user, inbound.team)
    if (admission.kind === 'admitted') return goOn(body, inbound, admission.name, next)
    await refuse(inbound, admission.why)
  }
  bolt.use((args) => parts.track(pass(args)))

  return {
    saidOf(body) {
      const said = admitted.get(body)
      if (said === undefined) throw new Error('a listener got a payload that did not pass the gate')
      return said
    },
  }
}

const late = new OpsError(
  'slack',
  'Slack did not tell me in time who you are. Nothing was done.',
  'Submit it again in a minute.',
)

const fieldsSchema = z.object({ view: z.object({ state: z.object({ values: z.record(z.string(), z.unknown()) }) }) })

/** The block at which a dialog can show an error; null where it has no input. */
function firstFieldOf(body: object): string | null {
  const parsed = fieldsSchema.safeParse(body)
  return parsed.success ? (Object.keys(parsed.data.view.state.values)[0] ?? null) : null
}
