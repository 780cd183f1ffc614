import type { WebClient } from '@slack/web-api'
import type { AccessPolicy } from '../core/deps.ts'
import { type Dated, green, notChecked, probe, red, skewFinding, warn } from '../core/doctor/run-probes.ts'
import type { OpsError } from '../core/errors.ts'
import { list } from '../core/format.ts'
import type { Conversation } from '../core/place.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import type { Finding, Probe } from '../core/ports/probe.ts'
import { neededScopes } from './api-methods.ts'
import { identify } from './bot-identity.ts'
import { type SocketState, sharedMs } from './inbound/socket.ts'
import { accessProbe } from './people/access.ts'
import { cannotPost, createChannels, postingRefusal } from './people/channels.ts'
import { createSharedChannels } from './people/shared-channels.ts'
import { unreachable } from './slack-errors.ts'

const timeoutMs = 10_000

interface ProbeParts {
  readonly client: WebClient
  readonly access: AccessPolicy
  readonly clock: Clock
  health(): { readonly ok: boolean; readonly detail: string }
  /** The state of the connection in Socket Mode; undefined in HTTP mode. */
  readonly socket: (() => SocketState) | undefined
}

/** What must be right in Slack. */
export function createProbes(parts: ProbeParts): readonly Probe[] {
  const { client } = parts
  return [
    probe({ id: 'slack', title: 'Slack' }, async (signal) => {
      await askTime(parts, signal)
      return green(`reached at ${new URL(client.slackApiUrl).host}`)
    }),
    tokenProbe(client),
    probe({ id: 'slack-scopes', title: 'Slack scopes', needs: ['slack-token'] }, async () =>
      scopesFinding((await identify(client)).scopes),
    ),
    probe({ id: 'slack-connection', title: 'Slack connection', needs: ['slack-token'] }, async () =>
      connectionFinding(parts),
    ),
    accessProbe(parts.access),
    probe({ id: 'slack-clock', title: 'Clock against Slack', needs: ['slack'] }, async (signal) =>
      skewFinding(await askTime(parts, signal), "Slack's"),
    ),
  ]
}

/** Whether Slack accepts the token, and whose it is. */
function tokenProbe(client: WebClient): Probe {
  return probe({ id: 'slack-token', title: 'Slack token', needs: ['slack'] }, async () => {
    const { name, team } = await identify(client)
    return green(`@${name} in ${team}`)
  })
}

function scopesFinding(granted: readonly string[] | undefined): Finding {
  if (granted === undefined) return notChecked('the server does not list the scopes of the token')
  const missing = neededScopes.filter((scope) => !granted.includes(scope))
  if (missing.length === 0) return green(`all ${neededScopes.length} that the manifest asks for`)
  return red(
    `${list(missing)} missing`,
    'Add them under OAuth & Permissions at https://api.slack.com/apps (or paste manifest.yml under App Manifest), then reinstall the app.',
  )
}

function connectionFinding({ clock, health, socket }: ProbeParts): Finding {
  const { ok, detail } = health()
  if (!ok) return red(detail, 'Check the network; the bot keeps trying.')
  const { shared = null } = socket?.() ?? {}
  if (shared === null || clock.now().getTime() - shared.since.getTime() < sharedMs) return green(detail)
  return warn(
    `${detail}; ${shared.connections} connections use SLACK_APP_TOKEN, each of which gets only part of the messages`,
    'Stop the other bot, or give it a Slack app of its own. If there is none, restart this one.',
  )
}

/** Slack's time: every answer has it, and this method needs no token. */
async function askTime({ client, clock }: ProbeParts, signal: AbortSignal): Promise<Dated> {
  const asked = clock.now()
  const date = await dateAt(new URL('api.test', client.slackApiUrl), signal)
  return { asked, answered: clock.now(), date }
}

async function dateAt(address: URL, signal: AbortSignal): Promise<string | null> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const answer = await fetch(address, { method: 'POST', signal: limit })
    await answer.body?.cancel()
    return answer.headers.get('date')
  } catch (cause) {
    throw unreachable('api.test', cause)
  }
}

/** Slack for a program that has the bot's token but neither receives requests nor posts: a terminal. */
export interface ReadOnlySlack {
  readonly token: Probe
  /** Why the bot cannot post there, with the remedy; null where it can be, or where Slack does not answer. */
  postingError(place: Conversation): Promise<OpsError | null>
}

export function createReadOnlySlack(client: WebClient, policy: AccessPolicy, clock: Clock, log: Log): ReadOnlySlack {
  const channels = createChannels(client, clock, log)
  const shared = createSharedChannels({ client, channels, policy, clock, log })
  const asking = { client, channels, shared, log }
  return {
    token: tokenProbe(client),
    async postingError(place) {
      const why = await postingRefusal(place, asking)
      return why === null ? null : cannotPost(why, place, (await identify(client)).name)
    },
  }
}
