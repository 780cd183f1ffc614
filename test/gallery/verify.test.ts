import { env } from 'node:process'
import type { KnownBlock } from '@slack/types'
import { WebAPIPlatformError, WebClient } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Block } from '../../src/slack/outbound/fallbacks.ts'
import { gallery } from './answers.ts'

/*
 * Asks Slack itself about every message of the gallery: `blocks.validate` needs neither token nor scopes, only the network
 * (https://docs.slack.dev/reference/methods/blocks.validate).
 */
const wanted = env['VERIFY_SLACK'] !== undefined

describe('the gallery at Slack', () => {
  if (wanted) {
    const slack = new WebClient(undefined, { retryConfig: { retries: 2 }, timeout: 10_000 })
    it.each(gallery.flatMap(payloadsOf))('%s is valid', async (_, payload) => {
      const { ok, errors = [] } = await verdictOn(slack, payload)
      expect({ ok, errors }).toEqual({ ok: true, errors: [] })
    })
  } else {
    it.skip('is valid (skipped: asks slack.com, and only with VERIFY_SLACK=1)')
  }
})

type Payload = { readonly blocks: (KnownBlock | Block)[] } | { readonly view: object }

function payloadsOf(exhibit: (typeof gallery)[number]): readonly (readonly [string, Payload])[] {
  if (exhibit.kind === 'modal') return [[exhibit.name, { view: exhibit.view }]]
  if (exhibit.kind === 'home')
    return exhibit.fallbacks.map((view, at) => [`${exhibit.name}, form ${at + 1}`, { view }] as const)
  const ladders =
    exhibit.kind === 'message'
      ? [[exhibit.message]]
      : exhibit.kind === 'run'
        ? [exhibit.main]
        : [exhibit.main, ...exhibit.thread]
  return ladders
    .flat()
    .flatMap(({ blocks }, at) =>
      blocks.length === 0 ? [] : [[`${exhibit.name}, message ${at + 1}`, { blocks: [...blocks] }] as const],
    )
}

const verdictSchema = z.object({ ok: z.boolean(), errors: z.array(z.unknown()).optional() })

/** `{ ok: true }` and no errors, or what Slack finds wrong, with its pointers. */
async function verdictOn(slack: WebClient, payload: Payload): Promise<z.infer<typeof verdictSchema>> {
  try {
    return verdictSchema.parse(await slack.apiCall('blocks.validate', { ...payload }))
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return { ok: false, errors: [error.data] }
    throw error
  }
}
