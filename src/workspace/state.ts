import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Modal, messageBlockSchema } from './block-kit.ts'
import type { Journal } from './journal.ts'
import { bot, type ChannelSeed, directChannelOf, type Persona } from './people.ts'

const fileSchema = z.object({ id: z.string(), name: z.string(), title: z.string(), size: z.number() })
/** A file that was shared, `size` in bytes, which `files.ts` keeps. */
export type SharedFile = z.infer<typeof fileSchema>

const messageSchema = z.object({
  channel: z.string(),
  ts: z.string(),
  user: z.string(),
  text: z.string(),
  // A block that this version would refuse leaves the message's text, so an old journal can always be opened.
  blocks: z.array(messageBlockSchema).optional().catch(undefined),
  thread_ts: z.string().optional(),
  files: z.array(fileSchema).optional(),
  metadata: z.unknown().optional(),
  viewer: z.string().optional(),
})
/** A message as it stands. `viewer` is the only person who sees it; such messages are never stored, as in Slack. */
export type Message = z.infer<typeof messageSchema>

const entrySchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('message'), message: messageSchema }),
  z.object({ op: z.literal('removed'), channel: z.string(), ts: z.string() }),
  z.object({ op: z.literal('joined'), channel: z.string() }),
])

/** A channel or someone's direct messages with the bot (`partner`). */
export interface Channel {
  readonly id: string
  readonly name: string
  readonly topic: string
  readonly archived: boolean
  readonly partner: string | undefined
  hasBot: boolean
}

/** A modal that is open on someone's pages; lost with the process, as a closed window loses it in Slack. */
export interface View {
  readonly id: string
  readonly user: string
  readonly modal: Modal
}

/** Everything that is in the workspace. A change is stored before anyone hears of it. */
export interface State {
  readonly personas: readonly Persona[]
  channels(): readonly Channel[]
  channel(id: string): Channel | undefined
  /** The messages of a channel that `viewer` sees, oldest first, replies included. */
  messages(channel: string, viewer: string): readonly Message[]
  find(channel: string, ts: string): Message | undefined
  /** Adds a message under a new `ts`, unique and ascending in the whole workspace. */
  add(message: Omit<Message, 'ts'>): Message
  replace(message: Message): void
  remove(message: Message): void
  /** Makes the bot a member. */
  join(channel: string): void
  openView(user: string, modal: Modal): View
  /** The modal that is open for this person, the newest if there are several. */
  viewOf(user: string): View | undefined
  closeView(view: View): void
  onChange(listener: () => void): () => void
}

/** How many messages of a channel a restart keeps. */
const keptPerChannel = 2_000

/** The state that the journal tells, on top of the people and channels given. */
export function openState(
  journal: Journal,
  now: () => Date,
  personas: readonly Persona[],
  seeds: readonly ChannelSeed[],
): State {
  const channels = new Map<string, Channel>()
  for (const { id, name, topic, hasBot, archived = false } of seeds)
    channels.set(id, { id, name, topic, archived, partner: undefined, hasBot })
  for (const person of personas) {
    const id = directChannelOf(person.id)
    const topic = `Direct messages between ${person.realName} and ${bot.realName}`
    channels.set(id, { id, name: 'directmessage', topic, archived: false, partner: person.id, hasBot: true })
  }
  const messages = new Map<string, Map<string, Message>>()
  const views = new Map<string, View>()
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const put = (message: Message) => {
    const inChannel = messages.get(message.channel) ?? new Map<string, Message>()
    messages.set(message.channel, inChannel.set(message.ts, message))
  }
  let lastMicros = 0
  for (const entry of journal.read(entrySchema)) {
    if (entry.op === 'removed') messages.get(entry.channel)?.delete(entry.ts)
    else if (entry.op === 'message') {
      put(entry.message)
      lastMicros = Math.max(lastMicros, Math.round(Number(entry.message.ts) * 1e6))
    } else {
      const channel = channels.get(entry.channel)
      if (channel !== undefined) channel.hasBot = true
    }
  }
  const joined = [...channels.values()].filter((channel) => channel.hasBot && channel.partner === undefined)
  journal.compact([
    ...joined.map((channel) => ({ op: 'joined', channel: channel.id })),
    ...[...messages.values()]
      .flatMap((all) => [...all.values()].slice(-keptPerChannel))
      .map((message) => ({ op: 'message', message })),
  ])

  const keep = (message: Message, entry: z.input<typeof entrySchema>) => {
    if (message.viewer === undefined) journal.append(entry)
  }
  const replace = (message: Message) => {
    keep(message, { op: 'message', message })
    put(message)
    tell()
  }
  return {
    personas,
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
    remove(message) {
      keep(message, { op: 'removed', channel: message.channel, ts: message.ts })
      messages.get(message.channel)?.delete(message.ts)
      tell()
    },
    join(channel) {
      const found = channels.get(channel)
      if (found === undefined || found.hasBot) return
      journal.append({ op: 'joined', channel })
      found.hasBot = true
      tell()
    },
    openView(user, modal) {
      const view = { id: `V${randomBytes(6).toString('hex').toUpperCase()}`, user, modal }
      views.set(view.id, view)
      tell()
      return view
    },
    viewOf: (user) => [...views.values()].findLast((view) => view.user === user),
    closeView(view) {
      views.delete(view.id)
      tell()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
