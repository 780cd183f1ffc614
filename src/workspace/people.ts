/** Someone that the person at the page can be; ids look like Slack's. */
export interface Persona {
  readonly id: string
  /** What is typed after `@`. */
  readonly name: string
  readonly realName: string
  /** The role that the program's configuration gives to this id. */
  readonly part: 'admin' | 'operator' | 'viewer'
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
}

const tz = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The three people of the local workspace, one for each role, in the machine's own time zone. */
export const defaultPersonas: readonly Persona[] = [
  { id: 'U0ADA0ADMIN', name: 'ada', realName: 'Ada', part: 'admin', tz },
  { id: 'U0OTTO0OPER', name: 'otto', realName: 'Otto', part: 'operator', tz },
  { id: 'U0VERA0VIEW', name: 'vera', realName: 'Vera', part: 'viewer', tz },
]

/** Two channels with the bot in them, and one where `/invite @Sparkify` has to be typed first. */
export const defaultChannels: readonly ChannelSeed[] = [
  { id: 'C0DATAENG00', name: 'data-eng', topic: 'The warehouse: loads, checks, costs', hasBot: true },
  { id: 'C0MUSIC0000', name: 'music', topic: 'What people listen to', hasBot: true },
  { id: 'C0RANDOM000', name: 'random', topic: 'Anything else', hasBot: false },
]

/** The bot's own ids, as `auth.test` reports them. */
export const bot = {
  id: 'U0SPARKIFY0',
  botId: 'B0SPARKIFY0',
  appId: 'A0SPARKIFY0',
  name: 'sparkify',
  realName: 'Sparkify',
} as const

/** What Slack says in its own voice, about failed commands for example. */
export const slackbot = { id: 'USLACKBOT', name: 'slackbot', realName: 'Slackbot' } as const

/** The workspace as payloads name it. */
export const team = { id: 'T0SPARKIFY0', domain: 'sparkify' } as const

/** The id of someone's direct messages with the bot. */
export function directChannelOf(user: string): string {
  return `D${user.slice(1)}`
}
