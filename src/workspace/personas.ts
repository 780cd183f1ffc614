/** An organization in Slack, as payloads name it. */
interface Team {
  readonly id: string
  readonly domain: string
  readonly name: string
}

/** The workspace itself, in which the app is installed. */
export const team: Team = { id: 'T0SPARKIFY0', domain: 'sparkify', name: 'Sparkify' }

/** Another organization, which shares a channel with it (Slack Connect). */
export const partner: Team = { id: 'T0PARTNER00', domain: 'partner-records', name: 'Partner Records' }

/** Someone that the person at the page can be; ids look like Slack's. */
export interface Persona {
  readonly id: string
  /** What is typed after `@`. */
  readonly name: string
  readonly realName: string
  /** The role that the program's configuration gives to this id. */
  readonly role: 'admin' | 'operator' | 'viewer'
  /** The organization of somebody who is not of this workspace. */
  readonly from?: Team
  readonly guest?: 'multi-channel' | 'single-channel'
  /** IANA time zone in which the page writes times for this person. */
  readonly tz: string
}

/** A channel as it is before anything has happened in it. */
export interface ChannelSeed {
  readonly id: string
  readonly name: string
  readonly topic: string
  /** Whether the bot is a member from the start. */
  readonly hasBot: boolean
  readonly archived?: boolean
  /** Public unless given; a `group` is direct messages of several people. */
  readonly kind?: 'public' | 'private' | 'group'
  /** The ids of the people in it; all members of the workspace, but no guests, where it is left out. */
  readonly people?: readonly string[]
  /** The organization that reads along, or that is invited to. */
  readonly shared?: { readonly with: Team; readonly pending?: boolean }
}

const tz = Intl.DateTimeFormat().resolvedOptions().timeZone

/**
 * The people of the local workspace, in the machine's own time zone: one for each role, two guests, and one of another organization, whom the
 * bot refuses.
 */
export const defaultPersonas: readonly Persona[] = [
  { id: 'U0ADA0ADMIN', name: 'ada', realName: 'Ada', role: 'admin', tz },
  { id: 'U0OTTO0OPER', name: 'otto', realName: 'Otto', role: 'operator', tz },
  { id: 'U0VERA0VIEW', name: 'vera', realName: 'Vera', role: 'viewer', tz },
  { id: 'U0GUS00GUES', name: 'gus', realName: 'Gus', role: 'viewer', guest: 'multi-channel', tz },
  { id: 'U0SINA0GUES', name: 'sina', realName: 'Sina', role: 'viewer', guest: 'single-channel', tz },
  { id: 'U0PETRA0PAR', name: 'petra', realName: 'Petra', role: 'viewer', from: partner, tz },
]

const everybody = defaultPersonas.filter(({ from }) => from === undefined).map(({ id }) => id)
const members = defaultPersonas.filter(({ from, guest }) => (from ?? guest) === undefined).map(({ id }) => id)

/** Two channels with the bot in them, one where `/invite @Sparkify` has to be typed first, and one that is shared. */
export const defaultChannels: readonly ChannelSeed[] = [
  { id: 'C0DATAENG00', name: 'data-eng', topic: 'The warehouse: loads, checks, costs', hasBot: true },
  { id: 'C0MUSIC0000', name: 'music', topic: 'What people listen to', hasBot: true, people: everybody },
  { id: 'C0RANDOM000', name: 'random', topic: 'Anything else', hasBot: false },
  {
    id: 'C0PARTNERS0',
    name: 'partners',
    topic: 'Releases of Partner Records',
    hasBot: true,
    people: [...members, 'U0GUS00GUES', 'U0PETRA0PAR'],
    shared: { with: partner },
  },
]

/** The bot's own ids, as `auth.test` reports them. */
export const bot = {
  id: 'U0SPARKIFY0',
  botId: 'B0SPARKIFY0',
  appId: 'A0SPARKIFY0',
  name: 'sparkify',
  realName: 'Sparkify',
} as const

/** The author of Slack's own notices, about failed commands for example. */
export const slackbot = { id: 'USLACKBOT', name: 'slackbot', realName: 'Slackbot' } as const

/** The id of someone's direct messages with the bot. */
export function directChannelOf(user: string): string {
  return `D${user.slice(1)}`
}

/** The organization a person belongs to. */
export function teamOf({ from }: Persona): Team {
  return from ?? team
}

/** A person's role, kind of guest, or organization, as the page writes it. */
export function affiliationOf({ from, guest, role }: Persona): string {
  if (from !== undefined) return from.name
  return guest === undefined ? role : guest === 'multi-channel' ? 'guest' : 'single-channel guest'
}
