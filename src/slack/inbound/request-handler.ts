import type { Answer, RunView } from '../../core/answer.ts'
import type { App, Click } from '../../core/app.ts'
import { inBackground } from '../../core/background.ts'
import type { Request } from '../../core/command/catalog.ts'
import type { Command } from '../../core/command/define.ts'
import { DiskFull, type OpsError } from '../../core/errors.ts'
import { newMessage, planKey, runKey, waysTo } from '../../core/outbox/messages.ts'
import type { Asker } from '../../core/people.ts'
import type { Conversation } from '../../core/place.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Ledger } from '../../core/ports/ledger.ts'
import type { Log } from '../../core/ports/log.ts'
import type { NewMessage } from '../../core/ports/outbox.ts'
import type { PlanRecord } from '../../core/ports/plans.ts'
import { failureAnswer } from '../../core/runner/answers.ts'
import type { OnProgress } from '../../core/runner/live-run.ts'
import { keyOfAttempt, type SlackCarrier } from '../outbound/carrier.ts'
import type { Progress } from '../outbound/progress.ts'
import type { ResponseUrl } from '../outbound/response-url.ts'
import type { Sender } from '../outbound/sender.ts'
import { cannotPost } from '../people/channels.ts'
import { presentAnswer, presentEnded, type View } from '../present/index.ts'
import { externallyShared } from '../slack-errors.ts'

/** An admitted request: who asks, where, and the response URL. `delivery` is the same when Slack delivers it twice. */
export interface InboundRequest {
  readonly who: Asker
  readonly place: Conversation
  readonly delivery: string
  readonly responseUrl: ResponseUrl | undefined
}

/** Handles requests for every listener. Each promise resolves when the answer is in the outbox. */
export interface RequestHandler {
  handleLine(line: string, inbound: InboundRequest): Promise<void>
  /** The same for a line that was parsed before. */
  handle(request: Request, inbound: InboundRequest): Promise<void>
  /** Answers the asker alone that nothing was done, and why. */
  refuse(error: OpsError, inbound: InboundRequest): Promise<void>
  /** Carries out the plan of this id; `typed` is the word that was typed for it. */
  confirm(id: string, typed: string | undefined, inbound: InboundRequest): Promise<void>
  /** Whether this person may confirm a plan now, before they type its word; otherwise they get the reason. */
  mayConfirm(id: string, inbound: InboundRequest): Promise<boolean>
  /** The plan that this person may reject, which needs a reason; null where they withdrew it, or got why they may not. */
  withdrawOr(id: string, inbound: InboundRequest): Promise<PlanRecord | null>
  /** Rejects a plan. */
  reject(id: string, why: string, inbound: InboundRequest): Promise<void>
}

interface RequestHandlerParts {
  readonly app: App
  readonly plans: Ledger['plans']
  readonly runs: Ledger['runs']
  /** Puts a message into the outbox. */
  put(message: NewMessage): Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly sender: Pick<Sender, 'reply'>
  readonly carrier: Pick<SlackCarrier, 'bring'>
  readonly progress: Pick<Progress, 'follow'>
  readonly botName: string
  view(asker: string, direct: boolean): View
  /** Keeps the process from exiting before this is done. */
  track<T>(work: Promise<T>): Promise<T>
  /** Why the bot may not post there, or null. */
  postingRefusal(place: Conversation): Promise<string | null>
}

export function createRequestHandler(parts: RequestHandlerParts): RequestHandler {
  const { app, plans, put, clock, log, carrier, progress } = parts

  /** Commands that change the warehouse post their progress, so they do not begin where the bot cannot post. */
  const whyNotHere = async (command: Command | undefined, place: Conversation): Promise<OpsError | null> => {
    if (command?.effect !== 'write') return null
    const why = await parts.postingRefusal(place)
    // In a shared channel the asker alone gets the answer.
    return why === null || why === externallyShared ? null : cannotPost(why, place, parts.botName)
  }

  /** Puts an answer without a run into the outbox, once for each delivery; the end of a run inserts its own answer. */
  const answerTo = async (answer: Answer | null, inbound: InboundRequest, place: Conversation): Promise<void> => {
    if (answer === null || answer.run !== null) return
    const card = answer.audience === 'channel' ? answer.replies.find((reply) => reply.kind === 'plan') : undefined
    const key = card === undefined ? `delivery:${inbound.delivery}` : planKey(card.id)
    carrier.bring(key, inbound.responseUrl)
    // A card was put there with its plan.
    if (card !== undefined) return
    const ways = waysTo(place, inbound.who, answer.audience, false)
    try {
      const content = { kind: 'answer', answer } as const
      await put(newMessage({ key, content, ways }, clock.now()))
    } catch (error) {
      if (!(error instanceof DiskFull)) throw error
      log.warn({ err: error }, 'an answer is sent without being kept')
      const { main, thread } = presentAnswer(
        { ...answer, audience: 'asker' },
        parts.view(inbound.who.name, place.direct),
      )
      for (const fallbacks of [main, ...thread]) await parts.sender.reply({ ...inbound, place }, fallbacks)
    }
  }
  const whisper = (answer: Answer, inbound: InboundRequest): Promise<void> =>
    answerTo({ ...answer, audience: 'asker', run: null }, inbound, inbound.place)
  const refuse = (error: OpsError, inbound: InboundRequest): Promise<void> =>
    whisper(failureAnswer(error, null, log), inbound)

  /** Shows the progress of a run in a message in its asker's name. A click that did nothing is answered to who clicked. */
  const follow = async (
    inbound: InboundRequest,
    { to, asker }: { readonly to: Conversation; readonly asker: Asker },
    act: (onProgress: OnProgress) => Promise<Answer | null>,
  ): Promise<void> => {
    const open = async ({ id, command }: RunView): Promise<void> => {
      const ways = waysTo(to, asker, 'channel', app.catalog.find(command)?.effect === 'write')
      const run = await parts.runs.get(id)
      if (run === null) return
      const content = { kind: 'run', run: id, attempt: run.attempt } as const
      await put(newMessage({ key: runKey(run), content, ways, open: true }, clock.now()))
    }
    const message = progress.follow(to, asker.name, open)
    const answer = await act((run) => {
      if (asker.id === inbound.who.id) carrier.bring(keyOfAttempt(run), inbound.responseUrl)
      if (app.catalog.find(run.command)?.audience === 'channel') message(run)
    })
    await answerTo(answer, inbound, to)
  }

  const handle = async (request: Request, inbound: InboundRequest): Promise<void> => {
    const { who, place, delivery } = inbound
    const stopped = request.kind === 'fault' ? null : await whyNotHere(request.parsed.command, place)
    if (stopped !== null) return refuse(stopped, inbound)
    const ask = (onProgress: OnProgress) => app.ask({ request, who, place, delivery, onProgress })
    await parts.track(follow(inbound, { to: place, asker: who }, ask))
  }

  const clickOf = (plan: string, { who, place, delivery }: InboundRequest): Click => ({ plan, who, place, delivery })

  /**
   * Shows what became of a plan in its message, without buttons, through the response URL of the press; the message of a card is changed by
   * what settles it. Never throws: the plan is settled, and the next click shows it.
   */
  const replace = (id: string, responseUrl: ResponseUrl | undefined): Promise<void> =>
    inBackground({ log }, 'plan message', async () => {
      const plan = await plans.get(id)
      if (plan !== null && (plan.end === null || plan.post !== null)) return
      const message = presentEnded(plan)
      await responseUrl?.replace([message, { text: message.text, blocks: [] }])
    })

  /** Confirms, and removes the buttons as soon as the run is in the ledger, or was refused. */
  const confirmed = async (
    id: string,
    typed: string | undefined,
    inbound: InboundRequest,
    onProgress: OnProgress,
  ): Promise<Answer | null> => {
    let refreshed: Promise<void> | undefined
    const refresh = (): Promise<void> => {
      refreshed ??= replace(id, inbound.responseUrl)
      return refreshed
    }
    const seen: OnProgress = (run) => {
      void inBackground({ log }, 'plan message', refresh)
      onProgress(run)
    }
    const answer = await app.confirm({ ...clickOf(id, inbound), typed, onProgress: seen })
    await refresh()
    return answer
  }

  const putAway = async (id: string, reason: { readonly why?: string }, inbound: InboundRequest): Promise<void> => {
    const answer = await app.reject({ ...clickOf(id, inbound), ...reason })
    if (answer === null) return
    await replace(id, inbound.responseUrl)
    if (!answer.ok) await whisper(answer, inbound)
  }

  return {
    refuse,
    handleLine: (line, inbound) => handle(app.read(line), inbound),
    handle,
    async confirm(id, typed, inbound) {
      const plan = await plans.get(id)
      const to = plan?.place.kind === 'slack' ? plan.place : inbound.place
      const stopped = plan === null ? null : await whyNotHere(app.catalog.find(plan.command), to)
      if (stopped !== null) return refuse(stopped, inbound)
      const asker = plan?.asker ?? inbound.who
      await parts.track(follow(inbound, { to, asker }, (onProgress) => confirmed(id, typed, inbound, onProgress)))
    },
    async mayConfirm(id, inbound) {
      const why = await app.whyNotConfirm(clickOf(id, inbound))
      if (why === null) return true
      await replace(id, inbound.responseUrl)
      await whisper(why, inbound)
      return false
    },
    async withdrawOr(id, inbound) {
      const way = await app.howToReject(clickOf(id, inbound))
      if (way.kind === 'reject') return way.plan
      await parts.track(putAway(id, {}, inbound))
      return null
    },
    reject: (id, why, inbound) => parts.track(putAway(id, { why }, inbound)),
  }
}
