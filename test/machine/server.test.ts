import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import { type Routes, type Server, startServer } from '../../src/machine/server.ts'

const quiet = { info() {}, warn() {}, error() {} }
const routes: Routes = { health: () => ({ ok: true, detail: 'fine' }), slackEvents: null, rest: null }
const open: Server[] = []

async function start(port: number | null, own: Partial<Routes> = {}): Promise<Server> {
  const server = await startServer('127.0.0.1', port, { ...routes, ...own }, quiet)
  open.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

describe('the HTTP server', () => {
  it('tells its health, also when it is not well', async () => {
    let ok = true
    const { port } = await start(0, { health: () => ({ ok, detail: ok ? 'fine' : 'Slack is not connected' }) })
    const url = `http://127.0.0.1:${port}/healthz`
    expect((await fetch(url)).status).toBe(200)
    ok = false
    const ill = await fetch(url)
    expect([ill.status, await ill.json()]).toEqual([503, { ok: false, detail: 'Slack is not connected' }])
  })

  it('lives while it answers, whatever its health, so that a platform does not kill a load', async () => {
    const { port } = await start(0, { health: () => ({ ok: false, detail: 'Slack is not connected' }) })
    const alive = await fetch(`http://127.0.0.1:${port}/livez`)
    expect([alive.status, await alive.json()]).toEqual([200, { ok: true }])
  })

  it('gives Bolt the one path it knows, and answers 404 for all others', async () => {
    const heard: unknown[] = []
    const { port } = await start(0, {
      slackEvents: (request, response) => {
        heard.push(`${request.method} ${request.url}`)
        response.end('ok')
      },
    })
    const at = `http://127.0.0.1:${port}`
    expect((await fetch(`${at}/slack/events`, { method: 'POST' })).status).toBe(200)
    expect((await fetch(`${at}/slack/events`)).status).toBe(404)
    expect((await fetch(`${at}/elsewhere`)).status).toBe(404)
    expect(heard).toEqual(['POST /slack/events'])
  })

  it('survives a route that throws', async () => {
    const { port } = await start(0, {
      rest: async () => {
        throw new Error('a bug')
      },
    })
    expect((await fetch(`http://127.0.0.1:${port}/page`)).status).toBe(500)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  })

  it('says which port is taken, when a port was asked for', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const error = await startServer('127.0.0.1', port, routes, quiet).catch((thrown: unknown) => thrown)
    other.close()
    expect(error).toBeInstanceOf(OpsError)
    expect(error).toMatchObject({ code: 'port_taken', message: expect.stringContaining(String(port)) })
  })

  it('takes the next free port when none was asked for', async () => {
    const first = await start(null)
    const second = await start(null)
    expect(second.port).toBeGreaterThan(first.port)
  })
})
