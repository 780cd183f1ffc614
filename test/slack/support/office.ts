import { randomUUID } from 'node:crypto'
import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, createApp, openSession } from '../../../src/core/app.ts'
import { expireCards } from '../../../src/core/approval/plans.ts'
import { repeatInBackground } from '../../../src/core/background.ts'
import type { Command } from '../../../src/core/command/define.ts'
import { commandsThat } from '../../../src/core/declarations.ts'
import type { AccessPolicy, Deps, Policy } from '../../../src/core/deps.ts'
import { runKey } from '../../../src/core/outbox/messages.ts'
import type { Ledger } from '../../../src/core/ports/ledger.ts'
import type { Log } from '../../../src/core/ports/log.ts'
import type { Pictures } from '../../../src/core/ports/pictures.ts'
import { type Reply, text } from '../../../src/core/reply.ts'
import type { Session } from '../../../src/core/runner/session.ts'
import { systemClock } from '../../../src/machine/clock.ts'
import { openSlackAdapter, type SlackAdapter, type SlackMode } from '../../../src/slack/adapter.ts'
import { neededScopes } from '../../../src/slack/api-methods.ts'
import { createSlackClients } from '../../../src/slack/clients.ts'
import { createSlackDirectory } from '../../../src/slack/people/directory.ts'
import { createProfiles } from '../../../src/slack/people/profiles.ts'
import { openLedger } from '../../../src/store/ledger.ts'
import { type Control, controlsIn } from '../../../src/workspace/payloads.ts'
import type { ChannelSeed, Persona } from '../../../src/workspace/personas.ts'
import { createWorkspace, type Workspace } from '../../../src/workspace/workspace.ts'
import { untouchedCluster } from '../../support/cluster.ts'
import { writeLedger } from '../../support/core.ts'
import { pendingIn } from '../../support/delivered.ts'
import { freePolicy } from '../../support/policy.ts'
import { template } from '../../support/templates.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { commandsBehind, createDoors, type Doors } from './commands.ts'
import { type Front, openFront } from './front.ts'
import { signingSecret } from './signed.ts'

export const ada = 'U0ADA0ADMIN'
export const vera = 'U0VERA0VIEW'
export const dataEng = 'C0DATAENG00'
/** A channel without the bot. */
export const random = 'C0RANDOM000'
const botToken = 'xoxb-1'

/** One line of the log. */
export interface Logged {
  readonly level: 'info' | 'warn' | 'error'
  readonly facts: object
  readonly message: string
}

/** A button as people find it. */
export interface Pressable {
  readonly channel: string
  readonly ts: string
  readonly block_id: string
  readonly action_id: string
}

/** A bot in a workspace: real Bolt, real HTTP, a real ledger, small commands, and a clock that tests move. */
export interface Office {
  readonly clock: FakeClock
  readonly doors: Doors
  readonly front: Front
  readonly workspace: Workspace
  readonly ledger: Ledger
  readonly ledgerUrl: string
  readonly app: App
  readonly deps: Deps
  readonly session: Session
  readonly face: SlackAdapter
  readonly log: readonly Logged[]
  /** What Ada sees in a channel: top-level messages, then replies. */
  seen(channel?: string, viewer?: string): readonly { text: string; thread: string | undefined; onlyMine: boolean }[]
  /** Whether everything in the outbox was sent or dropped. */
  delivered(): Promise<boolean>
  /** The buttons Ada sees in a channel, by label; the newest wins. */
  button(label: string, channel?: string, viewer?: string): Pressable
  /** Ends this process in the middle of its runs, and begins another one on the same ledger. */
  restart(): Promise<Office>
  close(): Promise<void>
}

export interface OfficeOptions {
  readonly songs?: () => readonly Reply[]
  readonly mode?: SlackMode
  /** What the front answers from the very beginning. */
  readonly arrange?: (front: Front) => void
  readonly usergroups?: Readonly<Record<string, readonly string[]>>
  readonly admins?: readonly string[]
  readonly operators?: readonly string[]
  readonly policy?: Partial<Policy>
  /** The folder of a ledger that an earlier bot has left, which stays when the office closes; a new one for this office if not said. */
  readonly home?: string
  readonly access?: Partial<AccessPolicy>
  readonly personas?: readonly Persona[]
  readonly channels?: readonly ChannelSeed[]
  readonly pictures?: Pictures
  /** A bot of one's own in place of the small commands. */
  readonly bot?: { readonly commands: readonly Command[]; readonly parts: Partial<Deps> }
}

export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'sparkify-slack-')))
  if (options.home === undefined) cpSync(await template('ledger', writeLedger), home, { recursive: true })
  const clock = createFakeClock()
  const workspace = createWorkspace({
    home: undefined,
    signingSecret,
    botToken,
    // The workspace waits for acknowledgements in real time; what it dates and limits goes by the tests' clock.
    clock: { now: () => clock.now(), sleep: systemClock.sleep },
    usergroups: options.usergroups ?? {},
    ...(options.personas === undefined ? {} : { personas: options.personas }),
    ...(options.channels === undefined ? {} : { channels: options.channels }),
    scopes: neededScopes,
  })
  const front = await openFront(workspace.handle, () => clock.now().getTime())
  workspace.connect({ origin: front.origin, deliver: `${front.origin}/slack/events` })
  options.arrange?.(front)
  const ledgerUrl = `file:${join(home, 'state.db')}`
  const ledger = await openLedger({ url: ledgerUrl, now: () => clock.now() })
  const close = async (): Promise<void> => {
    workspace.close()
    await front.close()
    await ledger.close()
    if (options.home === undefined) await rm(home, { recursive: true, maxRetries: 10 })
  }
  try {
    return await moveIn({ clock, workspace, front, ledger, ledgerUrl, close }, options)
  } catch (error) {
    await close()
    throw error
  }
}

async function moveIn(
  rooms: Pick<Office, 'clock' | 'workspace' | 'front' | 'ledger' | 'ledgerUrl' | 'close'>,
  options: OfficeOptions,
): Promise<Office> {
  const { clock, workspace, front, ledger } = rooms
  const doors = createDoors()
  const logged: Logged[] = []
  const log = logInto(logged)
  const apiUrl = `${front.origin}/api/`
  const clients = createSlackClients({ botToken, apiUrl, log, retryPauseMs: 5 })
  const profiles = createProfiles(clients.quick, clock, log)
  const face = await openSlackAdapter({
    botToken,
    mode: options.mode ?? { kind: 'http', signingSecret },
    apiUrl,
    clients,
    profiles,
    access: { guests: 'refuse', sharedChannels: 'refuse', ...options.access },
    ledger,
    clock,
    log,
    ...(options.pictures === undefined ? {} : { pictures: options.pictures }),
  })
  const process = await enter(ledger, clock)
  const { admins = [ada], operators = [] } = options
  const directory = createSlackDirectory({ client: clients.quick, profiles, admins, operators, clock, log })
  const small = commandsBehind(doors, options.songs ?? (() => [text('Three songs.')]))
  const commands = options.bot?.commands ?? small
  const deps: Deps = {
    commands: commandsThat(commands),
    ...withoutWarehouse,
    heartbeat: { beat: async () => 'none' },
    policy: { ...freePolicy, ...options.policy },
    ledger,
    directory,
    clock,
    log,
    probes: () => face.probes,
    outbox: {
      resolve: async (place) => (place.kind === 'slack' ? face.resolve(place) : place),
      postingError: async (place, by) => (place.kind === 'slack' ? face.postingError(place, by) : null),
      requirePosts: () => undefined,
    },
    process,
    ...options.bot?.parts,
  }
  const { session, changes } = openSession(commands, deps)
  const app = createApp({ session, changes })
  front.events = face.listener
  await face.start(app)
  const stopExpiring = repeatInBackground(deps, 30_000, 'minute tick', () => expireCards(deps))
  const leave = async (): Promise<void> => {
    stopExpiring()
    let left = false
    const leaving = face.stop().then(() => {
      left = true
    })
    await clock.until(() => left)
    await leaving
  }
  return {
    ...rooms,
    doors,
    app,
    session,
    deps,
    face,
    log: logged,
    seen: (channel = dataEng, viewer = ada) =>
      workspace
        .messages(channel, viewer)
        .map((message) => ({ text: message.text, thread: message.thread_ts, onlyMine: message.viewer !== undefined })),
    delivered: async () => (await pendingIn(ledger.messages)).length === 0,
    button(label, channel = dataEng, viewer = ada) {
      const found = workspace.messages(channel, viewer).flatMap(({ ts, blocks = [] }) =>
        controlsIn(blocks).flatMap(({ block_id, element }) =>
          valuesOf(element, label).map((chosen) => ({
            channel,
            ts,
            block_id,
            action_id: element.action_id ?? '',
            ...chosen,
          })),
        ),
      )
      const newest = found.at(-1)
      if (newest === undefined) throw new Error(`there is no button "${label}"`)
      return newest
    },
    async restart() {
      front.events = undefined
      await app.drain(0)
      await leave()
      await ledger.processes.leave(process)
      return moveIn(rooms, options)
    },
    async close() {
      await leave()
      await rooms.close()
    },
  }
}

/** Starts the worker of a bot, until the returned function is called. */
export async function startWork({ app, face, ledger }: Office): Promise<() => void> {
  const worker = await app.work((run) =>
    face.progressOf(
      run,
      ledger.messages.find(runKey(run)).then((message) => message?.post ?? null),
    ),
  )
  return worker.stop
}

/** What pressing the button of this label sends, or choosing the option of it from a menu; nothing where the element is neither. */
function valuesOf(element: Control['element'], label: string): readonly { readonly value?: string }[] {
  if (element.type === 'button') return element.text.text === label ? [{}] : []
  if (element.type !== 'static_select' && element.type !== 'overflow') return []
  return element.options.flatMap(({ text, value }) => (text.text === label ? [{ value }] : []))
}

async function enter(ledger: Ledger, clock: FakeClock): Promise<string> {
  const id = randomUUID()
  const at = clock.now().toISOString()
  const entered = await ledger.processes.enter({
    id,
    kind: 'bot',
    pid: process.pid,
    host: 'here',
    started: at,
    heartbeat: at,
  })
  if (entered.kind === 'occupied') throw new Error('another bot lives here')
  return id
}

function logInto(lines: Logged[]): Log {
  const write = (level: Logged['level']) => (facts: object, message: string) =>
    void lines.push({ level, facts, message })
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

const never = async (): Promise<never> => {
  throw new Error('these commands have no warehouse')
}

/** Parts that the small commands never touch. */
const withoutWarehouse: Pick<Deps, 'engine' | 'cluster' | 'library' | 'timetable'> = {
  engine: {
    name: 'duckdb',
    source: '',
    sources: never,
    changes: never,
    loadedFiles: never,
    contentOf: never,
    begin: never,
    stage: never,
    locate: never,
    execute: never,
    transform: never,
    query: never,
    verify: never,
    publish: never,
    retain: never,
    copies: null,
    keeps: 2,
    hold: never,
    restore: never,
    stored: never,
    close: never,
  },
  cluster: untouchedCluster('small commands do not touch it', {
    free: true,
    describe: async () => ({ name: 'sparkify', state: 'available', since: null, facts: [] }),
    bill: async () => [],
  }),
  library: {
    schema: { staging: [], star: [], load: [] },
    tables: { staging: [], star: [] },
    etl: [],
    summary: '',
    lostPlays: '',
    foreignTexts: '',
    source: [],
    comparison: { days: '', artists: '', plays: '' },
    checks: [],
    queries: [],
  },
  timetable: { check: () => undefined, times: () => [] },
}
