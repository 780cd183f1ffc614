import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ada, botToken, dataEng, openStage, type Stage, signingSecret } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

/** A request with any Host, which fetch does not allow. */
function ask(path: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(stage.origin)
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('the workspace', () => {
  it.each(['127.0.0.1:3000', 'localhost', 'localhost:8080', '[::1]:3000'])(
    'answers under the name %s',
    async (host) => {
      expect(await ask('/page/style.css', { host })).toBe(200)
    },
  )

  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:3000', '192.168.0.7:3000'])(
    'answers 403 under the name %s, on every route',
    async (host) => {
      for (const path of ['/', '/page/events', '/files/x/y']) expect(await ask(path, { host })).toBe(403)
      expect(await ask('/api/auth.test', { host, authorization: `Bearer ${botToken}` }, 'POST')).toBe(403)
    },
  )

  it.each([{}, { origin: 'http://evil.example' }, { origin: 'null' }])(
    'lets only its own page act for people, not %o',
    async (headers) => {
      const body = JSON.stringify({ as: ada, channel: dataEng, text: 'forged' })
      expect(await ask('/page/send', headers, 'POST', body)).toBe(403)
      expect(stage.workspace.messages(dataEng, ada)).toEqual([])
    },
  )

  it('gives neither the token nor the secret to the page', async () => {
    const scripts = ['', '-actions', '-composer', '-update'].map((part) => `/page/client${part}.js`)
    for (const path of ['/', '/?in=D0ADA0ADMIN&tab=home', '/page/style.css', ...scripts]) {
      const response = await fetch(`${stage.origin}${path}`)
      expect(response.status).toBe(200)
      const text = await response.text()
      expect(text).not.toContain(botToken)
      expect(text).not.toContain(signingSecret)
    }
  })

  it('forbids the page everything but itself', async () => {
    const policy = (await fetch(stage.origin)).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:/)
  })

  it('answers nonsense from the page with 400', async () => {
    const origin = stage.origin
    for (const body of ['', '{', '[]', '{"as":1}', JSON.stringify({ as: 'U0NOBODY000', channel: dataEng, text: 'x' })])
      expect(await ask('/page/send', { origin }, 'POST', body)).toBe(400)
    expect(await ask('/page/dance', { origin }, 'POST', '{}')).toBe(404)
    expect(await ask('/page/send', { origin }, 'POST', 'x'.repeat(1_000_001))).toBe(400)
  })

  it.each(['127.0.0.1:99999', 'localhost:65536', '127.0.0.1:0x1', '127.0.0.1:', '[::1]:99999'])(
    'answers 403 under the name %s, which is no address, and does not fail over it',
    async (host) => {
      expect(await ask('/', { host })).toBe(403)
    },
  )

  it('leaves other paths to others', async () => {
    expect(await ask('/slack/events', { 'content-type': 'application/json' }, 'POST', '{}')).toBe(401)
  })

  it('gives away no other file of the home', async () => {
    for (const path of ['/files/..%2Fworkspace.jsonl/x', '/files/../../package.json', '/page/client-..js'])
      expect(await ask(path, {})).not.toBe(200)
  })
})

describe('a workspace with a token', () => {
  const pageToken = 'let-me-in'
  let closed: Stage
  beforeAll(async () => {
    closed = await openStage({ pageToken })
  })
  afterAll(() => closed.close())

  const get = (path: string, cookie = '') =>
    fetch(`${closed.origin}${path}`, { redirect: 'manual', headers: { cookie } })
  const cookieOf = async () => (await get(`/?token=${pageToken}`)).headers.getSetCookie()[0]?.split(';')[0] ?? ''

  it('shows nobody its page, its events and its files who does not come with the token', async () => {
    for (const path of ['/', '/?token=', '/?token=let-me-out', '/page/style.css', '/page/events', '/files/F0/x']) {
      expect([path, (await get(path)).status]).toEqual([path, 403])
    }
    const { port } = new URL(closed.origin)
    for (const cookie of ['sparkify=let-me-in', `sparkify-${port}=`, `sparkify-${port}=let-me-out`, pageToken]) {
      expect([cookie, (await get('/', cookie)).status]).toEqual([cookie, 403])
    }
  })

  it('turns the token of the address into a cookie, and lets that in', async () => {
    const entered = await get(`/?in=${dataEng}&token=${pageToken}`)
    expect([entered.status, entered.headers.get('location')]).toEqual([303, `/?in=${dataEng}`])
    expect(entered.headers.getSetCookie()[0]).toMatch(/^sparkify-\d+=let-me-in; Path=\/; HttpOnly; SameSite=Lax$/)
    const page = await get('/', `other=1; ${await cookieOf()}`)
    expect(page.status).toBe(200)
    expect(await page.text()).not.toContain(pageToken)
  })

  it('lets nobody act without it, nor with it from another page', async () => {
    const { origin } = closed
    const body = JSON.stringify({ as: ada, channel: dataEng, text: 'hello' })
    const say = (headers: Record<string, string>) => fetch(`${origin}/page/send`, { method: 'POST', body, headers })
    const cookie = await cookieOf()
    expect((await say({ origin })).status).toBe(403)
    expect((await say({ cookie, origin: 'http://evil.example' })).status).toBe(403)
    expect(closed.workspace.messages(dataEng, ada)).toEqual([])
    expect((await say({ cookie, origin })).status).toBe(200)
  })

  it('still serves the bot, which has a token of its own', async () => {
    expect((await closed.client.auth.test()).ok).toBe(true)
  })
})
