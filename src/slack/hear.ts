import type { Answer, RunView } from '../core/answer.ts'
import type { App } from '../core/app.ts'
import type { Request } from '../core/command/catalog.ts'
import type { Command } from '../core/command/define.ts'
import { DiskFull, type OpsError } from '../core/errors.ts'
import { newMessage, planKey, runKey, waysTo } from '../core/outbox/messages.ts'
import type { Asker } from '../core/people.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { NewMessage } from '../core/ports/outbox.ts'
import { failureAnswer } from '../core/runner/answers.ts'
import type { Watch } from '../core/runner/live-run.ts'
import type { SlackCarrier } from './carrier.ts'
import { type Clicks, createClicks } from './clicks.ts'
import { cannotPost } from './membership.ts'
import type { SlackPlace } from './place.ts'
import { presentAnswer, type View } from './present/index.ts'
import type { Progress } from './progress.ts'
import { externallyShared } from './refused.ts'
import type { ResponseUrl } from './response-url.ts'
import type { Sender } from './sender.ts'

/** Who speaks, where, and what Slack sent along. `delivery` is the trigger id, the same when a delivery comes twice. */
export interface Said {
  readonly who: Asker
  readonly place: SlackPlace
  readonly delivery: string
  readonly responseUrl: ResponseUrl | undefined
}

/** From words to answers, behind every listener. Each promise resolves when the answer is in the outbox. */
export interface Ears extends Clicks {
  hear(line: string, said: Said): Promise<void>
  /** The same for a line that was read before. */
  answer(request: Request, said: Said): Promise<void>
  /** Tells the asker alone that nothing was done, and why. */
  refuse(error: OpsError, said: Said): Promise<void>
}

export interface EarParts {
  readonly app: App
  readonly plans: Ledger['plans']
  readonly runs: Ledger['runs']
  /** Puts a message into the outbox. */
  put(message: NewMessage): Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly sender: Sender
  readonly carrier: Pick<SlackCarrier, 'bring'>
  readonly progress: Progress
  readonly botName: string
  view(asker: string, direct: boolean): View
  /** Holds what must be said before the process leaves. */
  track<T>(work: Promise<T>): Promise<T>
  /** Why the bot may not post there, or null. */
  whyNotHere(place: SlackPlace): Promise<string | null>
}

export function createEars(parts: EarParts): Ears {
  const { app, put, clock, log, carrier, progress } = parts

  /** Commands that change the warehouse are long, and post as they go: they do not begin where they could not. */
  const obstacle = async (command: Command | undefined, place: SlackPlace): Promise<OpsError | null> => {
    if (command?.effect !== 'write') return null
    const why = await parts.whyNotHere(place)
    // There its asker alone gets the answer.
    return why === null || why === externallyShared ? null : cannotPost(why, place, parts.botName)
  }

  /** Puts an answer without a run into the outbox, once for each delivery: the end of a run has put its own. */
  const answerTo = async (answer: Answer | null, said: Said, place: SlackPlace): Promise<void> => {
    if (answer === null || answer.run !== null) return
    const card = answer.audience === 'channel' ? answer.replies.find((reply) => reply.kind === 'plan') : undefined
    const key = card === undefined ? `delivery:${said.delivery}` : planKey(card.id)
    carrier.bring(key, said.responseUrl)
    // A card was put there with its plan.
    if (card !== undefined) return
    const ways = waysTo(place, said.who, answer.audience, false)
    try {
      const content = { kind: 'answer', answer } as const
      await put(newMessage({ key, content, ways }, clock.now()))
    } catch (error) {
      if (!(error instanceof DiskFull)) throw error
      log.warn({ err: error }, 'an answer is sent without being kept')
      const { main, thread } = presentAnswer({ ...answer, audience: 'asker' }, parts.view(said.who.name, place.direct))
      for (const ladder of [main, ...thread]) await parts.sender.tell({ ...said, place }, ladder)
    }
  }
  const whisper = (answer: Answer, said: Said): Promise<void> =>
    answerTo({ ...answer, audience: 'asker', run: null }, said, said.place)
  const refuse = (error: OpsError, said: Said): Promise<void> => whisper(failureAnswer(error, null, log), said)

  /** Follows what comes of words into a message in their asker's name. Why a click did nothing is for whoever clicked. */
  const follow = async (
    said: Said,
    { to, asker }: { readonly to: SlackPlace; readonly asker: Asker },
    act: (watch: Watch) => Promise<Answer | null>,
  ): Promise<void> => {
    const open = async ({ id, command }: RunView): Promise<void> => {
      const ways = waysTo(to, asker, 'channel', app.catalog.find(command)?.effect === 'write')
      const run = await parts.runs.get(id)
      if (run === null) return
      const content = { kind: 'run', run: id, attempt: run.attempt } as const
      await put(newMessage({ key: runKey(run), content, ways, open: true }, clock.now()))
    }
    const message = progress.follow(to, asker.name, open)
    const answer = await act({
      changed(run) {
        if (asker.id === said.who.id) carrier.bring(`run:${run.id}`, said.responseUrl)
        if (app.catalog.find(run.command)?.audience === 'channel') message.changed(run)
      },
    })
    await answerTo(answer, said, to)
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
    ...createClicks({ app, log, plans: parts.plans, obstacle, whisper, refuse, follow, track: parts.track }),
  }
}
