import type { WebClient } from '@slack/web-api'
import type { OpsError } from '../core/errors.ts'
import type { AccessPolicy } from '../core/policy.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import type { Probe } from '../core/ports/probe.ts'
import { identify } from './identity.ts'
import { cannotPost, createChannels, whyNotHere } from './membership.ts'
import type { SlackPlace } from './place.ts'
import { tokenProbe } from './probes.ts'
import { createSharedChannels } from './shared-channels.ts'

/** A program that has the bot's token, but neither hears Slack nor posts there. */
export interface Onlooker {
  readonly token: Probe
  /** Why the bot cannot post there, with the cure; null where it can be, or where Slack cannot say. */
  obstacle(place: SlackPlace): Promise<OpsError | null>
}

/** Looks with this client. */
export function createOnlooker(client: WebClient, policy: AccessPolicy, clock: Clock, log: Log): Onlooker {
  const channels = createChannels(client, clock, log)
  const shared = createSharedChannels({ client, channels, policy, clock, log })
  const asking = { client, channels, shared, log }
  return {
    token: tokenProbe(client),
    async obstacle(place) {
      const why = await whyNotHere(place, asking)
      return why === null ? null : cannotPost(why, place, (await identify(client)).name)
    },
  }
}
