import { randomBytes } from 'node:crypto'
import type { HomeView, Modal } from './block-kit.ts'
import { ApiError } from './http.ts'
import type { Journal, PostedMessage, PublishedHome } from './journal.ts'
import { bot, type ChannelSeed, directChannelOf, type Persona } from './personas.ts'

/** A channel or someone's direct messages with the bot (`partner`). */
export interface WorkspaceChannel {
  readonly id: string
  readonly name: string
  readonly topic: string
  readonly archived: boolean
  readonly kind: 'public' | 'private' | 'group' | 'direct'
  readonly shared: ChannelSeed['shared']
  readonly partner: string | undefined
  hasBot: boolean
  /** Whether this person is in it. */
  has(person: string): boolean
}

/** A modal that is open on someone's pages; lost with the process, as a closed window loses it in Slack. */
export interface OpenModal {
  readonly id: string
  readonly user: string
  readonly modal: Modal
  /** The conversation that the person was looking at when it opened, if any. */
  readonly channel: string | undefined
}

/** Everything in the workspace. A change is stored before the listeners are notified. */
export interface WorkspaceState {
  readonly personas: readonly Persona[]
  /** The person of this id. Throws `ApiError` `user_not_found`. */
  persona(id: string): Persona
  channels(): readonly WorkspaceChannel[]
  channel(id: string): WorkspaceChannel | undefined
  /** The messages of a channel that `viewer` sees, oldest first, replies included. */
  messages(channel: string, viewer: string): readonly PostedMessage[]
  find(channel: string, ts: string): PostedMessage | undefined
  /** Adds a message under a new `ts`, unique and ascending in the whole workspace. */
  add(message: Omit<PostedMessage, 'ts'>): PostedMessage
  replace(message: PostedMessage): void
  /** Makes the bot a member. */
  join(channel: string): void
  openView(user: string, modal: Modal, channel: string | undefined): OpenModal
  /** The modal that is open for this person, the newest if there are several. */
  viewOf(user: string): OpenModal | undefined
  closeView(view: OpenModal): void
  /** Replaces someone's Home tab. */
  publish(user: string, home: HomeView): PublishedHome
  /** The Home tab that was last published for this person. */
  homeTab(user: string): PublishedHome | undefined
  onChange(listener: () => void): () => void
}

const viewId = () => `V${randomBytes(6).toString('hex').toUpperCase()}`

/** How many messages of a channel a restart keeps. */
const keptPerChannel = 2_000

/** The state that the journal holds, on top of the people and channels given. */
export function openWorkspaceState(
  journal: Journal,
  now: () => Date,
  personas: readonly Persona[],
  seeds: readonly ChannelSeed[],
): WorkspaceState {
  const channels = new Map<string, WorkspaceChannel>()
  const members = personas.filter(({ from, guest }) => (from ?? guest) === undefined).map(({ id }) => id)
  for (const { id, name, topic, hasBot, archived = false, kind = 'public', people = members, shared } of seeds) {
    const has = (person: string): boolean => people.includes(person)
    channels.set(id, { id, name, topic, archived, kind, shared, partner: undefined, hasBot, has })
  }
  for (const person of personas) {
    // Nobody of another organization can write to the app directly, or be written to.
    if (person.from !== undefined) continue
    const id = directChannelOf(person.id)
    const topic = `Direct messages between ${person.realName} and ${bot.realName}`
    const of = { id, name: 'directmessage', topic, archived: false, kind: 'direct', shared: undefined } as const
    channels.set(id, { ...of, partner: person.id, hasBot: true, has: (who) => who === person.id })
  }
  const messages = new Map<string, Map<string, PostedMessage>>()
  const views = new Map<string, OpenModal>()
  const homes = new Map<string, PublishedHome>()
  const listeners = new Set<() => void>()
  const notify = () => {
    for (const listener of listeners) listener()
  }
  const place = (message: PostedMessage) => {
    const inChannel = messages.get(message.channel) ?? new Map<string, PostedMessage>()
    messages.set(message.channel, inChannel.set(message.ts, message))
  }
  let lastMicros = 0
  for (const entry of journal.read()) {
    if (entry.op === 'removed') messages.get(entry.channel)?.delete(entry.ts)
    else if (entry.op === 'message') {
      place(entry.message)
      lastMicros = Math.max(lastMicros, Math.round(Number(entry.message.ts) * 1e6))
    } else if (entry.op === 'home') {
      const { op: _, home, ...tab } = entry
      if (home !== undefined) homes.set(tab.user, { ...tab, home })
    } else {
      const channel = channels.get(entry.channel)
      if (channel !== undefined) channel.hasBot = true
    }
  }
  const joined = [...channels.values()].filter((channel) => channel.hasBot && channel.partner === undefined)
  journal.compact([
    ...joined.map((channel) => ({ op: 'joined' as const, channel: channel.id })),
    ...[...messages.values()]
      .flatMap((all) => [...all.values()].slice(-keptPerChannel))
      .map((message) => ({ op: 'message' as const, message })),
    ...[...homes.values()].map((tab) => ({ op: 'home' as const, ...tab })),
  ])

  const replace = (message: PostedMessage) => {
    if (message.viewer === undefined) journal.append({ op: 'message', message })
    place(message)
    notify()
  }
  return {
    personas,
    persona(id) {
      const found = personas.find((each) => each.id === id)
      if (found === undefined) throw new ApiError('user_not_found')
      return found
    },
    channels: () => [...channels.values()],
    channel: (id) => channels.get(id),
    messages: (channel, viewer) =>
      [...(messages.get(channel)?.values() ?? [])].filter((each) => (each.viewer ?? viewer) === viewer),
    find: (channel, ts) => messages.get(channel)?.get(ts),
    add(message) {
      lastMicros = Math.max(lastMicros + 1, now().getTime() * 1000)
      const ts = `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`
      const added = { ...message, ts }
      replace(added)
      return added
    },
    replace,
    join(channel) {
      const found = channels.get(channel)
      if (found === undefined || found.hasBot) return
      journal.append({ op: 'joined', channel })
      found.hasBot = true
      notify()
    },
    openView(user, modal, channel) {
      const view = { id: viewId(), user, modal, channel }
      views.set(view.id, view)
      notify()
      return view
    },
    viewOf: (user) => [...views.values()].findLast((view) => view.user === user),
    closeView(view) {
      views.delete(view.id)
      notify()
    },
    publish(user, home) {
      const hash = `${Math.floor(now().getTime() / 1000)}.${randomBytes(6).toString('base64url')}`
      const tab = { id: homes.get(user)?.id ?? viewId(), user, hash, home }
      journal.append({ op: 'home', ...tab })
      homes.set(user, tab)
      notify()
      return tab
    },
    homeTab: (user) => homes.get(user),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
