import type { Root } from './compose.ts'
import type { Config } from './config.ts'
import { OpsError } from './core/errors.ts'
import type { Log } from './core/ports/log.ts'
import type { Outbox } from './core/ports/outbox.ts'
import { systemClock } from './machine/clock.ts'
import { accessProbe } from './slack/access.ts'
import type { Onlooker } from './slack/onlooker.ts'

/** What of Slack there is in the terminal: with a token it can be looked at, and nothing is posted. */
export function slackInTerminal({ slack, access }: Config, log: Log): Pick<Root, 'probes' | 'outbox'> {
  const silent: Pick<Outbox, 'requirePosts' | 'resolve'> = {
    requirePosts() {
      throw noSlackHere()
    },
    resolve: async (place) => place,
  }
  if (slack.kind === 'none') {
    return { probes: () => [], outbox: { ...silent, obstacle: async () => null, isBlind: true } }
  }
  let opened: Promise<Onlooker> | undefined
  // Few lines ask anything of Slack, whose client takes long to load.
  const onlooker = (): Promise<Onlooker> => {
    opened ??= openOnlooker(slack, access, log)
    return opened
  }
  return {
    probes: () => [
      {
        id: 'slack-token',
        title: 'Slack token',
        needs: [],
        check: async (signal) => (await onlooker()).token.check(signal),
      },
      accessProbe(access),
    ],
    outbox: {
      ...silent,
      // Whoever makes a schedule here may do so before the bot is invited, as scripts do: it is looked at when the bot comes to post.
      obstacle: async (place, by) =>
        place.kind === 'slack' && by === null ? (await onlooker()).obstacle(place) : null,
    },
  }
}

async function openOnlooker(
  { botToken, apiUrl }: Exclude<Config['slack'], { kind: 'none' }>,
  access: Config['access'],
  log: Log,
): Promise<Onlooker> {
  const { createSlackClients } = await import('./slack/clients.ts')
  const { createOnlooker } = await import('./slack/onlooker.ts')
  return createOnlooker(createSlackClients({ botToken, apiUrl, log }).quick, access, systemClock, log)
}

/** The terminal is no face of Slack's: what is said there is posted by nobody. */
function noSlackHere(): OpsError {
  return new OpsError('slack', 'The terminal cannot post in Slack. Nothing was done.', 'Say it in Slack, or save csv.')
}
