import type { Root } from './compose.ts'
import type { Config } from './config.ts'
import { OpsError } from './core/errors.ts'
import type { Log } from './core/ports/log.ts'
import type { Outbox } from './core/ports/outbox.ts'
import { systemClock } from './machine/clock.ts'
import type { ReadOnlySlack } from './slack/probes.ts'

/** Slack in the terminal: with a token it can be read, and nothing is posted; without one none of it is loaded. */
export async function slackInTerminal({ slack, access }: Config, log: Log): Promise<Pick<Root, 'probes' | 'outbox'>> {
  const silent: Pick<Outbox, 'requirePosts' | 'resolve'> = {
    requirePosts() {
      throw noSlackHere()
    },
    resolve: async (place) => place,
  }
  if (slack.kind === 'none') {
    return { probes: () => [], outbox: { ...silent, postingError: async () => null, isBlind: true } }
  }
  let opened: Promise<ReadOnlySlack> | undefined
  const { accessProbe } = await import('./slack/people/access.ts')
  // Few commands need Slack, whose client takes long to load.
  const onlooker = (): Promise<ReadOnlySlack> => {
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
      // A schedule may be made here before the bot is invited, as scripts do: the channel is checked when the bot posts.
      postingError: async (place, by) =>
        place.kind === 'slack' && by === null ? (await onlooker()).postingError(place) : null,
    },
  }
}

async function openOnlooker(
  { botToken, apiUrl }: Exclude<Config['slack'], { kind: 'none' }>,
  access: Config['access'],
  log: Log,
): Promise<ReadOnlySlack> {
  const { createSlackClients } = await import('./slack/clients.ts')
  const { createReadOnlySlack } = await import('./slack/probes.ts')
  return createReadOnlySlack(createSlackClients({ botToken, apiUrl, log }).quick, access, systemClock, log)
}

/** A command in the terminal has no connection to Slack that could post its answer. */
function noSlackHere(): OpsError {
  return new OpsError(
    'slack',
    'The terminal cannot post in Slack. Nothing was done.',
    'Type it in Slack, or save the answer with csv.',
  )
}
