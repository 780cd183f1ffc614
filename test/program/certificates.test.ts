import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Office, openOffice } from '../slack/support/office.ts'
import { type CompanyProxy, openProxy } from '../support/proxy.ts'
import { openSocketMode, type SocketMode } from '../support/socket-mode.ts'
import { openHomes } from './homes.ts'
import { freePort, start, until } from './program.ts'

/*
 * A company's network: Slack is reached through a proxy alone, and its certificates are of an authority that only the company knows.
 */

const homes = openHomes()
const folder = mkdtempSync(join(tmpdir(), 'sparkify-certificates-'))
const at = (name: string) => join(folder, name)

/** Makes a certificate and its key: of an authority, or of Slack's hosts and signed by that. */
function certify(name: string, subject: string, ...more: readonly string[]): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at(`${name}.key`)]
  const request = ['req', '-x509', ...key, '-out', at(`${name}.pem`), '-days', '2', '-subj', `/CN=${subject}`, ...more]
  execFileSync('openssl', request, { stdio: 'pipe' })
}

/** Puts TLS before a port of this machine. */
async function secure(port: number): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({ key: readFileSync(at('slack.key')), cert: readFileSync(at('slack.pem')) }, (client) => {
    const target = connect(port, '127.0.0.1')
    client.pipe(target).pipe(client)
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
  })
  // A client that trusts nobody here leaves in the middle of its greeting.
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { server, port: (server.address() as AddressInfo).port }
}

let office: Office
let socketMode: SocketMode
let proxy: CompanyProxy
let servers: readonly Server[]
let env: Readonly<Record<string, string>>
beforeAll(async () => {
  certify('authority', 'Certificates of a company')
  const signed = ['-CA', at('authority.pem'), '-CAkey', at('authority.key')]
  certify('slack', 'slack.test', ...signed, '-addext', 'subjectAltName=DNS:slack.test,DNS:wss.slack.test')
  office = await openOffice()
  socketMode = await openSocketMode()
  proxy = await openProxy()
  const api = await secure(Number(new URL(office.front.origin).port))
  const wss = await secure(Number(new URL(socketMode.url).port))
  servers = [api.server, wss.server]
  office.front.inject(({ name }) =>
    name === 'apps.connections.open' ? { body: { ok: true, url: `wss://wss.slack.test:${wss.port}/link` } } : undefined,
  )
  env = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
    SLACK_API_URL: `https://slack.test:${api.port}/api/`,
    HTTPS_PROXY: proxy.address,
  }
})
afterAll(async () => {
  for (const server of servers) server.close()
  proxy.close()
  await socketMode.close()
  await office.close()
  rmSync(folder, { recursive: true })
})

it('without the certificates of the company a start ends with one plain line, which names the variable', async () => {
  const { status, stdout, stderr } = await start(['main'], { ...(await homes.twoDays()), ...env }).ended
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr.trimEnd()).toBe(
    "✗ Cannot reach Slack (auth.test): its certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE). Set NODE_EXTRA_CA_CERTS to the file of your company's certificates, then start again.",
  )
  expect(new Set(proxy.passed)).toEqual(new Set(['slack.test']))
})

it('with NODE_EXTRA_CA_CERTS the bot connects by Socket Mode, all of it through the proxy', async () => {
  const before = proxy.passed.length
  const port = String(await freePort())
  const extra = { NODE_EXTRA_CA_CERTS: at('authority.pem'), SPARKIFY_PORT: port }
  const bot = start(['main'], { ...(await homes.twoDays()), ...env, ...extra })
  await until('the bot runs', () => {
    if (bot.child.exitCode !== null) throw new Error(`the bot ended: ${bot.stderr()}`)
    return bot.stdout().includes('is running') ? true : undefined
  })
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  expect(socketMode.connections()).toBe(1)
  bot.child.kill('SIGTERM')
  expect((await bot.ended).status).toBe(0)
  expect(new Set(proxy.passed.slice(before))).toEqual(new Set(['slack.test', 'wss.slack.test']))
})
