import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { call } from '../../src/slack/api-methods.ts'
import { createSlackClients, type SlackClients } from '../../src/slack/clients.ts'
import { SlackBusy, SlackRefused } from '../../src/slack/slack-errors.ts'
import { listen } from './support/front.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
let close = async (): Promise<void> => undefined
afterEach(() => close())

/** Clients of a Slack that answers everything in one way; `lost` loses every answer on its way, another text is the answer itself. */
async function clientsOf(answer: { status?: number; headers?: Record<string, string>; body: object } | string) {
  const calls: string[] = []
  const slack = await listen((request, response) => {
    calls.push(request.url ?? '')
    if (answer === 'lost') response.destroy()
    else if (typeof answer === 'string') response.end(answer)
    else response.writeHead(answer.status ?? 200, answer.headers).end(JSON.stringify(answer.body))
  })
  close = slack.close
  return {
    calls,
    clients: createSlackClients({ botToken: 'xoxb-1', apiUrl: `${slack.origin}/api/`, log, retryPauseMs: 5 }),
  }
}
const both: readonly (keyof SlackClients)[] = ['quick', 'once']
const post = (clients: SlackClients, which: keyof SlackClients) =>
  call(clients[which], 'chat.postMessage', { channel: 'C1', text: 'hello' }, z.object({ ts: z.string() }))

describe('the clients of Slack’s Web API', () => {
  it.each(both)('give a call back at once that Slack wants later (%s)', async (which) => {
    const { calls, clients } = await clientsOf({ status: 429, headers: { 'retry-after': '9' }, body: {} })
    const thrown = await post(clients, which).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(SlackBusy)
    expect(thrown).toMatchObject({ retryAfterMs: 9000 })
    expect(calls).toHaveLength(1)
  })

  it.each(both)('do not repeat what Slack refused, and hand on its reasons (%s)', async (which) => {
    const body = { ok: false, error: 'invalid_blocks', response_metadata: { messages: ['[ERROR] must be shorter'] } }
    const { calls, clients } = await clientsOf({ headers: { 'content-type': 'application/json' }, body })
    const thrown = await post(clients, which).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(SlackRefused)
    expect(thrown).toMatchObject({ code: 'invalid_blocks', messages: ['[ERROR] must be shorter'] })
    expect(calls).toHaveLength(1)
  })

  it('try three times when answers are lost, because each may have posted', async () => {
    const { calls, clients } = await clientsOf('lost')
    await expect(post(clients, 'quick')).rejects.toThrow()
    expect(calls).toHaveLength(3)
  })

  it.each([
    'fatal_error',
    'internal_error',
    'service_unavailable',
    'ratelimited',
    'request_timeout',
    'team_added_to_org',
  ])('try again where Slack fails for a moment (%s)', async (error) => {
    const { calls, clients } = await clientsOf({ body: { ok: false, error } })
    await expect(post(clients, 'quick')).rejects.toThrow()
    expect(calls).toHaveLength(3)
  })

  it.each(['<html>Blocked by your company</html>', 'null', '"ok"', '[]'])(
    'take an answer that is not Slack’s for no answer: %s',
    async (page) => {
      const { calls, clients } = await clientsOf(page)
      const thrown = await post(clients, 'quick').catch((error: unknown) => error)
      expect(thrown).not.toBeInstanceOf(SlackRefused)
      expect(String(thrown)).not.toContain(page)
      expect(calls).toHaveLength(3)
    },
  )

  it('refuse an answer that is not what Slack documents', async () => {
    const { clients } = await clientsOf({ body: { ok: true, ts: 5 } })
    await expect(post(clients, 'quick')).rejects.toThrow(z.ZodError)
  })
})
