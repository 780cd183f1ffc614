import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { neededScopes, scopesOf } from '../../src/slack/api-methods.ts'
import { servedDeliveries } from '../../src/workspace/workspace.ts'
import { openStage } from './stage.ts'

const slack = new URL('../../src/slack/', import.meta.url)
const sources = readdirSync(slack, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(new URL(path, slack), 'utf8'))

/** What a listener of Bolt's hears, by Slack's name for the delivery. */
const heardBy: Readonly<Record<string, string>> = {
  command: 'slash_command',
  action: 'block_actions',
  view: 'view_submission',
  "event('app_mention'": 'app_mention',
  "event('message'": 'message.im',
  "event('app_home_opened'": 'app_home_opened',
}

describe('the workspace serves what the bot uses, and nothing else', () => {
  it('in Web API methods', async () => {
    const stage = await openStage()
    expect([...stage.workspace.methods].sort()).toEqual(Object.keys(scopesOf).sort())
    await stage.close()
  })

  it('in the scopes of its token, which are those of the manifest', async () => {
    const stage = await openStage()
    const granted = (await stage.client.auth.test()).response_metadata?.scopes ?? []
    expect([...granted].sort()).toEqual(neededScopes)
    await stage.close()
  })

  it('in deliveries', () => {
    const heard = sources.flatMap((source) =>
      [...source.matchAll(/\b(?:bolt|app)\.(command|action|view|event\('\w+'|message|shortcut|options)[(,]/g)].map(
        ([, listener = '']) => heardBy[listener] ?? listener,
      ),
    )
    expect([...new Set(heard)].sort()).toEqual([...servedDeliveries].sort())
  })
})

it('ends the event stream of a page that asks for it when the workspace is closed already', async () => {
  const stage = await openStage()
  stage.workspace.close()
  const response = await fetch(`${stage.origin}/page/events`, { signal: AbortSignal.timeout(5_000) })
  expect(await response.text()).toMatch(/^data: [\d.]+\n\n$/)
  await stage.close()
})
