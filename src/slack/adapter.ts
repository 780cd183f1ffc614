import type { RequestListener } from 'node:http'
import type { App } from '../core/app.ts'
import type { AccessPolicy } from '../core/deps.ts'
import type { OpsError } from '../core/errors.ts'
import { lasting } from '../core/format.ts'
import type { Dispatcher } from '../core/outbox/dispatcher.ts'
import { createRateWindow } from '../core/pacing.ts'
import type { Asker } from '../core/people.ts'
import type { Conversation } from '../core/place.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger, Post, RunRecord } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { NewMessage } from '../core/ports/outbox.ts'
import type { Pictures } from '../core/ports/pictures.ts'
import type { Probe } from '../core/ports/probe.ts'
import type { OnProgress } from '../core/runner/live-run.ts'
import { createHomePublisher, type HomePublisher } from './app-home/publisher.ts'
import { type BotIdentity, identify, watchToken } from './bot-identity.ts'
import type { SlackClients } from './clients.ts'
import { createBolt, createHttp, eventsPath } from './inbound/bolt.ts'
import { createFormDialogs } from './inbound/form-dialog.ts'
import { type GateParts, installGate } from './inbound/gate.ts'
import { registerListeners } from './inbound/listeners.ts'
import { createRequestHandler } from './inbound/request-handler.ts'
import { createSocket } from './inbound/socket.ts'
import { createTypedDialogs } from './inbound/typed-dialog.ts'
import { createCarrier } from './outbound/carrier.ts'
import { createProgress } from './outbound/progress.ts'
import { createSender } from './outbound/sender.ts'
import { createAccess } from './people/access.ts'
import { cannotPost, createChannels, postingRefusal, refusalFor, withChannelId } from './people/channels.ts'
import type { Profiles } from './people/profiles.ts'
import { createSharedChannels } from './people/shared-channels.ts'
import { presentRun, type View } from './present/index.ts'
import { createProbes } from './probes.ts'

/** How Slack reaches the bot: over a connection that the bot opens, or at its own address. */
export type SlackMode =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly signingSecret: string }

export interface SlackAdapterOptions {
  readonly botToken: string
  readonly mode: SlackMode
  /** Another Web API root than Slack's, for tests and the local workspace. */
  readonly apiUrl?: string | undefined
  readonly clients: SlackClients
  readonly profiles: Profiles
  readonly access: AccessPolicy
  readonly ledger: Ledger
  readonly clock: Clock
  readonly log: Log
  readonly acknowledged?: GateParts['acknowledged']
  /** Who draws charts that Slack's own cannot hold; without it they are drawn in weeks, or as text. */
  readonly pictures?: Pictures
}

/** The bot as Slack sees it. */
export interface SlackAdapter {
  readonly identity: BotIdentity
  /** What `doctor` checks: token, scopes, connection, clock. */
  readonly probes: readonly Probe[]
  /** Takes `POST /slack/events` in HTTP mode, and nothing else; undefined in Socket Mode. */
  readonly listener: RequestListener | undefined
  /** Starts to accept requests. Throws `bad_config` for an invalid app-level token. */
  start(app: App): Promise<void>
  /** Finishes what is in flight, then disconnects. */
  stop(): Promise<void>
  /** Shows the progress of a run that an earlier process began, in the message that it has. */
  progressOf(run: RunRecord, post: Promise<Post | null>): OnProgress
  /** Puts a message into the outbox and wakes the dispatcher. */
  put(message: NewMessage): Promise<void>
  /** The same place by its id, where it was given by the name of a channel that the bot is in. */
  resolve(place: Conversation): Promise<Conversation>
  /** Why nothing can be posted there, with the remedy; null where it can be, or where Slack does not answer. */
  postingError(place: Conversation, by: Asker | null): Promise<OpsError | null>
  /** For the health route: not ok while Slack cannot reach the bot, or refuses its token. */
  health(): { readonly ok: boolean; readonly detail: string }
}

// chat.update allows 50 a minute and app (https://docs.slack.dev/apis/web-api/rate-limits); ten are left for last states, which do not wait.
const editsPerMinute = 40

// How long an orderly stop waits for calls to Slack.
const leaveMs = 10_000

/**
 * Identifies the bot; requests are accepted from `start` on. Throws `bad_config` for an invalid bot token, `slack` when Slack cannot be
 * reached.
 */
export async function openSlackAdapter(options: SlackAdapterOptions): Promise<SlackAdapter> {
  const { mode, apiUrl, clients, profiles, access: policy, ledger, clock, log, pictures = null } = options
  const identity = await identify(clients.quick)
  const channels = createChannels(clients.quick, clock, log)
  const shared = createSharedChannels({ client: clients.quick, channels, policy, clock, log })
  const access = createAccess({ profiles, installation: identity.installation, policy })
  const sender = createSender({ clients, shared, clock, log })
  const budget = createRateWindow(clock, editsPerMinute)
  const slash = {
    name: '/sparkify',
    learn(name: string) {
      slash.name = name
    },
  }
  let open = false
  let homes: HomePublisher | undefined

  const view = (asker: string, direct: boolean): View => ({
    slash: slash.name,
    asker,
    direct,
    now: clock.now(),
    drawsPictures: pictures !== null,
  })
  const botName = identity.name
  const progress = createProgress({
    sender,
    budget,
    clock,
    log,
    present: (run, asker, direct) => presentRun(run, view(asker, direct)),
  })
  const carrier = createCarrier({ sender, progress, budget, ledger, clock, log, botName, pictures, view })
  let dispatcher: Dispatcher | undefined
  const put = async (message: NewMessage): Promise<void> => {
    await ledger.messages.put([message])
    dispatcher?.wake()
  }
  const work = inFlight()

  const socket = mode.kind === 'socket' ? createSocket({ appToken: mode.appToken, apiUrl, clock, log }) : undefined
  const http = mode.kind === 'http' ? createHttp(mode.signingSecret, () => open, { clock, log }) : undefined

  const asking = { client: clients.quick, channels, shared, log }
  const postingError = async (place: Conversation, by: Asker | null): Promise<OpsError | null> => {
    // The person first: who is not in a channel must not learn its state.
    const mine = by === null ? null : await refusalFor(by, place, asking, identity.name)
    if (mine !== null) return mine
    const why = await postingRefusal(place, asking)
    return why === null ? null : cannotPost(why, place, identity.name)
  }

  const token = watchToken(clients.quick, clock, log)

  const health = () => {
    const refused = token.refused()
    if (refused !== null) return { ok: false, detail: `SLACK_BOT_TOKEN is refused (${refused})` }
    if (socket === undefined)
      return { ok: open, detail: open ? `listening at POST ${eventsPath}` : 'not listening yet' }
    const { connected, since, why } = socket.state()
    const time = lasting(since, clock.now())
    if (connected) return { ok: true, detail: `connected by Socket Mode for ${time}` }
    return { ok: false, detail: `not connected by Socket Mode for ${time}${why === null ? '' : ` (${why})`}` }
  }

  return {
    identity,
    health,
    probes: createProbes({ client: clients.quick, access: policy, clock, health, socket: socket?.state }),
    listener: http?.listener,
    async start(app) {
      const receiver = socket?.receiver ?? http?.receiver
      if (receiver === undefined) throw new Error('either Socket Mode or HTTP has a receiver')
      const { app: bolt, payloadOf } = createBolt(options, identity, receiver)
      const handler = createRequestHandler({
        app,
        plans: ledger.plans,
        runs: ledger.runs,
        put,
        clock,
        log,
        sender,
        carrier,
        progress,
        botName,
        view,
        postingRefusal: (place) => postingRefusal(place, asking),
        track: work.track,
      })
      homes = createHomePublisher({ app, access, client: clients.quick, clock, log, view })
      const gate = installGate(bolt, {
        access,
        shared,
        homes,
        reply: sender.reply,
        payloadOf,
        clock,
        log,
        track: work.track,
        view,
        acknowledged: options.acknowledged,
      })
      const dialogs = { gate, handler, client: clients.quick, clock, log }
      registerListeners(bolt, {
        gate,
        handler,
        homes,
        forms: createFormDialogs(bolt, { ...dialogs, app }),
        typedDialogs: createTypedDialogs(bolt, { ...dialogs, plans: ledger.plans }),
        botUserId: identity.userId,
        slash,
      })
      dispatcher = app.deliver(carrier)
      open = true
      token.start()
      await socket?.start()
    },
    async stop() {
      const patience = new AbortController()
      await Promise.race([
        Promise.all([work.settled().then(() => dispatcher?.idle()), homes?.close(), token.stop()]),
        clock.sleep(leaveMs, patience.signal).catch(() => undefined),
      ])
      open = false
      await Promise.race([dispatcher?.stop(), clock.sleep(leaveMs, patience.signal).catch(() => undefined)])
      patience.abort()
      await socket?.stop()
    },
    // Scheduled runs have no message until they end.
    progressOf: ({ place, who }, post) =>
      place.kind === 'slack' ? progress.follow(place, who.name, async () => undefined, post) : () => undefined,
    put,
    resolve: (place) => withChannelId(place, asking),
    postingError,
  }
}

/** Work in progress, which an orderly stop waits for. */
interface InFlight {
  track<T>(work: Promise<T>): Promise<T>
  /** Resolves when all of it has ended. */
  settled(): Promise<void>
}

function inFlight(): InFlight {
  const work = new Set<Promise<unknown>>()
  return {
    track(promise) {
      work.add(promise)
      const done = (): void => {
        work.delete(promise)
      }
      promise.then(done, done)
      return promise
    },
    async settled() {
      while (work.size > 0) await Promise.allSettled(work)
    },
  }
}
