import type { WebClient } from '@slack/web-api'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { Finding, Probe } from '../core/ports/probe.ts'
import { list } from '../core/words.ts'
import { identify } from './identity.ts'
import { cureFor, whyNotHere } from './membership.ts'
import { neededScopes } from './methods.ts'

export interface ProbeParts {
  readonly client: WebClient
  readonly ledger: Pick<Ledger, 'schedules'>
  readonly log: Log
  readonly botName: string
  health(): { readonly ok: boolean; readonly detail: string }
}

/** What must be right in Slack. */
export function createProbes(parts: ProbeParts): readonly Probe[] {
  const { client } = parts
  return [
    probe('Slack token', async () => {
      const { name, team } = await identify(client)
      return green(`@${name} in ${team}`)
    }),
    probe('Slack scopes', async () => scopesFinding((await identify(client)).scopes)),
    probe('Slack connection', async () => {
      const { ok, detail } = parts.health()
      return ok ? green(detail) : { state: 'red', detail, cure: 'Check the network; the bot goes on trying.' }
    }),
    probe('Slack channels of schedules', () => channelsFinding(parts)),
  ]
}

function probe(title: string, look: () => Promise<Finding>): Probe {
  return {
    title,
    async look(signal) {
      try {
        signal.throwIfAborted()
        return await look()
      } catch (error) {
        const cure = error instanceof OpsError ? error.remedy : ''
        return { state: 'red', detail: messageOf(error), cure }
      }
    },
  }
}

function scopesFinding(granted: readonly string[] | undefined): Finding {
  if (granted === undefined)
    return { state: 'warn', detail: 'the server does not say which scopes the token has', cure: '' }
  const missing = neededScopes.filter((scope) => !granted.includes(scope))
  if (missing.length === 0) return green(`all ${neededScopes.length} that the manifest asks for`)
  return {
    state: 'red',
    detail: `${list(missing)} missing`,
    cure: 'Add them under OAuth & Permissions at https://api.slack.com/apps (or paste manifest.yml under App Manifest), then reinstall the app.',
  }
}

async function channelsFinding({ client, ledger, log, botName }: ProbeParts): Promise<Finding> {
  const active = (await ledger.schedules.list()).filter(({ state }) => state === 'active')
  const places = new Map(
    active.flatMap(({ place }) => (place.kind === 'slack' ? [[place.channel, place] as const] : [])),
  )
  if (places.size === 0) return green('no schedule posts to Slack')
  const shut: { readonly channel: string; readonly cure: string }[] = []
  for (const place of places.values()) {
    const why = await whyNotHere(client, place, log)
    if (why !== null) shut.push({ channel: place.channelName ?? place.channel, cure: cureFor(why, place, botName) })
  }
  const [first] = shut
  if (first === undefined) return green(`the bot may post in all ${places.size}`)
  return {
    state: 'red',
    detail: `the bot may not post in ${list(shut.map(({ channel }) => channel))}`,
    cure: first.cure,
  }
}

function green(detail: string): Finding {
  return { state: 'green', detail, cure: '' }
}
