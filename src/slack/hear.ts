import type { Answer } from '../core/answer.ts'
import type { App } from '../core/app.ts'
import type { Request } from '../core/command/catalog.ts'
import type { Command } from '../core/command/define.ts'
import type { OpsError } from '../core/errors.ts'
import type { Asker } from '../core/people.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger, Post } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import { failureAnswer } from '../core/run/failure.ts'
import type { Watch } from '../core/run/live-run.ts'
import { type Clicks, createClicks } from './clicks.ts'
import { type Delivery, type DeliveryParts, deliver, lastedLong } from './deliver.ts'
import type { LivingMessage } from './living-message.ts'
import { cannotPost } from './membership.ts'
import type { SlackPlace } from './place.ts'
import type { PlanMessages } from './plan-messages.ts'
import { externallyShared } from './refused.ts'
import type { ResponseUrl } from './response-url.ts'

/** Who speaks, where, and what Slack sent along. `delivery` is the trigger id, the same when a delivery comes twice. */
export interface Said {
  readonly who: Asker
  readonly place: SlackPlace
  readonly delivery: string
  readonly responseUrl: ResponseUrl | undefined
}

/** From words to answers, behind every listener. Each promise resolves when the answer has been said. */
export interface Ears extends Clicks {
  hear(line: string, said: Said): Promise<void>
  /** The same for a line that was read before. */
  answer(request: Request, said: Said): Promise<void>
  /** Tells the asker alone that nothing was done, and why. */
  refuse(error: OpsError, said: Said): Promise<void>
}

/** Begins to follow a run in a place; `post` is its message if it has one. */
export type Follow = (to: SlackPlace, asker: string, post: Post | null) => LivingMessage

export interface EarParts extends DeliveryParts {
  readonly app: App
  readonly ledger: Ledger
  readonly clock: Clock
  readonly log: Log
  readonly follow: Follow
  readonly planMessages: PlanMessages
  /** Holds what must be said before the process leaves. */
  track<T>(work: Promise<T>): Promise<T>
  /** Why the bot may not post there, or null. */
  whyNotHere(place: SlackPlace): Promise<string | null>
}

export function createEars(parts: EarParts): Ears {
  const { app, ledger, clock, log, planMessages } = parts

  /** Commands that change the warehouse are long, and post as they go: they do not begin where they could not. */
  const obstacle = async (command: Command | undefined, place: SlackPlace): Promise<OpsError | null> => {
    if (command?.effect !== 'write') return null
    const why = await parts.whyNotHere(place)
    // There its asker alone gets the answer.
    return why === null || why === externallyShared ? null : cannotPost(why, place, parts.botName)
  }

  /** Tells one person why nothing was done, once for each delivery. */
  const whisper = async (answer: Answer, said: Said): Promise<void> => {
    if (!(await ledger.claim(`refused:${said.delivery}`, clock.now()))) return
    await deliver(answer, { ...said, audience: 'asker', post: null, mention: [] }, parts)
  }
  const refuse = (error: OpsError, said: Said): Promise<void> => whisper(failureAnswer(error, null, log), said)

  /** Follows what comes of words into a message in their asker's name. Why a click did nothing is for whoever clicked. */
  const follow = async (
    said: Said,
    { to, asker }: { readonly to: SlackPlace; readonly asker: Asker },
    act: (watch: Watch) => Promise<Answer | null>,
  ): Promise<void> => {
    const message = parts.follow(to, asker.name, null)
    const answer = await act({
      changed(run) {
        if (app.catalog.find(run.command)?.audience === 'channel') message.changed(run)
      },
    })
    const post = await message.close()
    if (answer === null) return
    const mention = answer.run !== null && lastedLong(answer.run) ? [asker.id] : []
    const isTheirs = answer.run === null || asker.id === said.who.id
    const reader = isTheirs ? said : { who: asker, responseUrl: undefined }
    // What has been followed in the open ends there.
    const audience: Delivery['audience'] = post === null ? answer.audience : 'channel'
    await deliver(answer, { ...reader, place: to, audience, post, mention }, parts)
  }

  const answer = async (request: Request, said: Said): Promise<void> => {
    const { who, place, delivery } = said
    const stopped = request.kind === 'fault' ? null : await obstacle(request.bound.command, place)
    if (stopped !== null) return refuse(stopped, said)
    const ask = (watch: Watch) => app.ask({ request, who, place, delivery, watch })
    await parts.track(follow(said, { to: place, asker: who }, ask))
  }

  return {
    refuse,
    hear: (line, said) => answer(app.read(line), said),
    answer,
    ...createClicks({
      app,
      log,
      plans: ledger.plans,
      planMessages,
      obstacle,
      whisper,
      refuse,
      follow,
      track: parts.track,
    }),
  }
}
