import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { readConfig } from '../../src/config.ts'
import { createHeartbeat } from '../../src/machine/heartbeat.ts'
import { setProxies } from '../../src/machine/proxies.ts'
import { createClients } from '../../src/redshift/clients.ts'
import { createSlackClients } from '../../src/slack/clients.ts'
import { createSocket } from '../../src/slack/inbound/socket.ts'
import { createResponseUrl } from '../../src/slack/outbound/response-url.ts'
import { createFakeClock } from '../slack/support/clock.ts'
import { listen } from '../slack/support/front.ts'
import { type CompanyProxy, openProxy } from '../support/proxy.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const none = { http: '', https: '', bypass: '' }

let proxy: CompanyProxy
let site: Awaited<ReturnType<typeof listen>>
let port: string
beforeEach(async () => {
  proxy = await openProxy()
  site = await listen((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url?.startsWith('/api/apps.connections.open'))
      response.end(JSON.stringify({ ok: true, url: `ws://wss.slack.test:${port}/link` }))
    else if (request.url === '/aws/')
      response.end(
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>123</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      )
    else response.end(JSON.stringify({ ok: true, user_id: 'U1', bot_id: 'B1', user: 'sparkify', team: 'T' }))
  })
  port = new URL(site.origin).port
})
afterEach(async () => {
  await setProxies(none)
  proxy.close()
  await site.close()
})

/** Everything that this program fetches from outside, at hosts of this ending. */
async function fetchAll(ending: string): Promise<void> {
  const at = (host: string) => `http://${host}${ending}:${port}`
  const { quick } = createSlackClients({ botToken: 'xoxb-1', apiUrl: `${at('slack')}/api/`, log, retryPauseMs: 5 })
  await quick.apiCall('auth.test')
  await createResponseUrl(`${at('hooks')}/response`, `${at('hooks')}/api/`, log)?.replace([
    { text: 'done', blocks: [] },
  ])
  expect(await createHeartbeat(`${at('beat')}/ping`, createFakeClock(), log).beat()).toBe('delivered')
}

describe('a proxy', () => {
  it('carries the Web API, response URLs and the heartbeat', async () => {
    await setProxies({ ...none, http: proxy.address, https: proxy.address })
    await fetchAll('.test')
    expect(proxy.passed).toEqual(['slack.test', 'hooks.test', 'beat.test'])
  })

  it.each(['http', 'https'] as const)('is used where there is one for %s alone', async (scheme) => {
    await setProxies({ ...none, [scheme]: proxy.address })
    // Nothing answers https there: that it came is enough.
    await fetch(`${scheme}://only.test:${port}/`).catch(() => null)
    expect(proxy.passed).toEqual(['only.test'])
    await setProxies(none)
    await fetch(`${scheme}://only.test:${port}/`).catch(() => null)
    expect(proxy.passed).toEqual(['only.test'])
  })

  it('carries AWS’s clients', async () => {
    await setProxies({ ...none, http: proxy.address })
    process.env['AWS_ENDPOINT_URL_STS'] = `http://sts.test:${port}/aws/`
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAEXAMPLE0000EXAMP'
    process.env['AWS_SECRET_ACCESS_KEY'] = 'a'
    const clients = createClients({ region: 'us-west-2' })
    const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
    expect(await clients.sts.send(new GetCallerIdentityCommand())).toMatchObject({ Account: '123' })
    clients.close()
    expect(proxy.passed).toEqual(['sts.test'])
  })

  it('carries Socket Mode', async () => {
    await setProxies({ ...none, http: proxy.address })
    const greeter = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await once(greeter, 'listening')
    greeter.on('connection', (socket) => socket.send('{"type":"hello","num_connections":1}'))
    const { port: there } = greeter.address() as AddressInfo
    port = String(there)
    const socket = createSocket({
      appToken: 'xapp-1',
      apiUrl: `http://slack.test:${new URL(site.origin).port}/api/`,
      clock: createFakeClock(),
      log,
    })
    await socket.start()
    expect(socket.state().connected).toBe(true)
    expect(proxy.passed).toEqual(['slack.test', 'wss.slack.test'])
    for (const client of greeter.clients) client.terminate()
    await socket.stop()
    greeter.close()
  })

  it.each(['.test', 'slack.test,hooks.test,*.beat.test beat.test', '*'])(
    'is passed by for the hosts of NO_PROXY (%s)',
    async (bypass) => {
      await setProxies({ http: proxy.address, https: proxy.address, bypass })
      await expect(fetchAll('.test')).rejects.toThrow()
      expect(proxy.passed).toEqual([])
    },
  )

  it('is never used for this machine, whose local workspace and stand-ins it cannot reach', async () => {
    await setProxies({ http: 'http://127.0.0.1:1', https: 'http://127.0.0.1:1', bypass: '' })
    const answer = await fetch(`${site.origin}/api/auth.test`)
    expect(answer.ok).toBe(true)
    expect((await fetch(`http://localhost:${port}/`)).ok).toBe(true)
  })
})

describe('the variables of a proxy', () => {
  it('are read in upper and lower case, also without a scheme', () => {
    expect(readConfig({ https_proxy: 'proxy.example:8080', NO_PROXY: 'corp.example' }).proxies).toEqual({
      http: '',
      https: 'http://proxy.example:8080',
      bypass: 'corp.example',
    })
  })

  it.each(['socks5://proxy:1080', 'http://', 'http://ada:50%off@proxy:8080'])(
    'are refused by name where they are none (%s), and not shown',
    (value) => {
      const read = () => readConfig({ HTTPS_PROXY: `${value}` })
      expect(read).toThrow('HTTPS_PROXY is "…"')
    },
  )
})
