import type { RequestListener } from 'node:http'
import type { App } from '../core/app.ts'
import type { OpsError } from '../core/errors.ts'
import type { Dispatcher } from '../core/outbox/dispatcher.ts'
import type { Asker } from '../core/people.ts'
import type { AccessPolicy } from '../core/policy.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger, Post, RunRecord } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { NewMessage } from '../core/ports/outbox.ts'
import type { Probe } from '../core/ports/probe.ts'
import type { Watch } from '../core/runner/live-run.ts'
import { lasting } from '../core/words.ts'
import { createAccess } from './access.ts'
import { createBolt, createHttp, eventsPath } from './bolt.ts'
import { createCarrier } from './carrier.ts'
import type { SlackClients } from './clients.ts'
import { createEditBudget } from './edit-budget.ts'
import { installGate } from './gate.ts'
import { createEars } from './hear.ts'
import { createHomes, type Homes } from './homes.ts'
import { type Identity, identify } from './identity.ts'
import { inFlight } from './in-flight.ts'
import { listenToCommands } from './listeners/command.ts'
import { listenToForms } from './listeners/form.ts'
import { listenToHomes } from './listeners/home.ts'
import { listenToMessages } from './listeners/message.ts'
import { listenToPresses } from './listeners/press.ts'
import { listenToTyped } from './listeners/typed.ts'
import { closeUnknownModals } from './listeners/unknown-modal.ts'
import { byId, cannotPost, createChannels, whyNotFor, whyNotHere } from './membership.ts'
import type { SlackPlace } from './place.ts'
import { presentRun, type View } from './present/index.ts'
import { createProbes } from './probes.ts'
import type { Profiles } from './profiles.ts'
import { createProgress } from './progress.ts'
import { createSender } from './sender.ts'
import { createSharedChannels } from './shared-channels.ts'
import { createSocket } from './socket.ts'
import { watchToken } from './token-watch.ts'

/** How Slack reaches the bot: over a connection that the bot opens, or at its own address. */
export type SlackMode =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly signingSecret: string }

export interface SlackFaceOptions {
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
}

/** The bot as Slack sees it. */
export interface SlackFace {
  readonly identity: Identity
  /** What `doctor` looks at: token, scopes, connection, clock. */
  readonly probes: readonly Probe[]
  /** Takes `POST /slack/events` in HTTP mode, and nothing else; undefined in Socket Mode. */
  readonly listener: RequestListener | undefined
  /** Begins to hear. Throws `bad_config` for an app-level token that is no good. */
  start(app: App): Promise<void>
  /** Says what is being said, then leaves. */
  stop(): Promise<void>
  /** Follows a run that an earlier process began into the message that shows it. */
  watchOf(run: RunRecord, post: Promise<Post | null>): Watch
  /** Puts a message into the outbox, and looks at once. */
  put(message: NewMessage): Promise<void>
  /** The same place by its id, where it was given by the name of a channel that the bot is in. */
  resolve(place: SlackPlace): Promise<SlackPlace>
  /** Why nothing can be posted there, with the cure; null where it can be, or where Slack cannot say. */
  obstacle(place: SlackPlace, by: Asker | null): Promise<OpsError | null>
  /** For the health route: not ok while Slack cannot reach the bot, or refuses its token. */
  health(): { readonly ok: boolean; readonly detail: string }
}

// How long a leaving bot waits for what is on its way to Slack.
const leaveMs = 10_000

/**
 * The Slack face, known to Slack but not yet listening. Throws `bad_config` for a bot token that is no good, `slack` when Slack cannot
 * be reached.
 */
export async function openSlackFace(options: SlackFaceOptions): Promise<SlackFace> {
  const { mode, apiUrl, clients, profiles, access: policy, ledger, clock, log } = options
  const identity = await identify(clients.quick)
  const channels = createChannels(clients.quick, clock, log)
  const shared = createSharedChannels({ client: clients.quick, channels, policy, clock, log })
  const access = createAccess({ profiles, installation: identity.installation, policy })
  const sender = createSender({ clients, shared, log })
  const budget = createEditBudget(clock)
  let slash = '/sparkify'
  let open = false
  let homes: Homes | undefined

  const view = (asker: string, direct: boolean): View => ({ slash, asker, direct, now: clock.now() })
  const botName = identity.name
  const progress = createProgress({
    sender,
    budget,
    clock,
    log,
    present: (run, asker, direct) => presentRun(run, view(asker, direct)),
  })
  const carrier = createCarrier({ sender, progress, budget, ledger, clock, log, botName, view })
  let dispatcher: Dispatcher | undefined
  const put = async (message: NewMessage): Promise<void> => {
    await ledger.messages.put([message])
    dispatcher?.wake()
  }
  const work = inFlight()

  const socket = mode.kind === 'socket' ? createSocket({ appToken: mode.appToken, apiUrl, clock, log }) : undefined
  const http = mode.kind === 'http' ? createHttp(mode.signingSecret, () => open, { clock, log }) : undefined

  const asking = { client: clients.quick, channels, shared, log }
  const obstacle = async (place: SlackPlace, by: Asker | null): Promise<OpsError | null> => {
    // A person first: what ails a channel is not for those who are not in it.
    const mine = by === null ? null : await whyNotFor(by, place, asking, identity.name)
    if (mine !== null) return mine
    const why = await whyNotHere(place, asking)
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
      if (receiver === undefined) throw new Error('a Slack face has one receiver')
      const { app: bolt, inboundOf } = createBolt(options, identity, receiver)
      const ears = createEars({
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
        whyNotHere: (place) => whyNotHere(place, asking),
        track: work.track,
      })
      const botUserId = identity.userId
      homes = createHomes({ app, access, client: clients.quick, clock, log, view })
      const gate = installGate(bolt, {
        access,
        shared,
        homes,
        tell: sender.tell,
        inboundOf,
        clock,
        log,
        track: work.track,
        view,
      })
      const named = (name: string): void => {
        slash = name
      }
      listenToCommands(bolt, { gate, ears, botUserId, named })
      listenToMessages(bolt, gate, ears, () => ({ botUserId, slash }))
      const modals = listenToTyped(bolt, { gate, ears, client: clients.quick, plans: ledger.plans, clock, log })
      const forms = listenToForms(bolt, { gate, ears, app, client: clients.quick, clock, log })
      closeUnknownModals(bolt)
      listenToPresses(bolt, { gate, ears, modals, forms })
      dispatcher = app.deliver(carrier)
      listenToHomes(bolt, gate, homes)
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
    // The clock's runs have no message until they end.
    watchOf: ({ place, who }, post) =>
      place.kind === 'slack'
        ? progress.follow(place, who.name, async () => undefined, post)
        : { changed: () => undefined },
    put,
    resolve: (place) => byId(place, asking),
    obstacle,
  }
}
