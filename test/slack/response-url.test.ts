import { json } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createResponseUrl, type ResponseUrl } from '../../src/slack/outbound/response-url.ts'
import { listen } from './support/front.ts'

const warned: object[] = []
const log = { info: () => undefined, warn: (facts: object) => void warned.push(facts), error: () => undefined }
const ladder = [{ text: 'for one pair of eyes', blocks: [] }] as const

describe('a response URL', () => {
  it.each([
    'http://hooks.slack.com/commands/1/2/3',
    'https://hooks.slack.com.evil.example/commands',
    'https://hooks-slack.com/commands',
    'https://evil.example/?hooks.slack.com',
    'https://hooks.slack.com@evil.example/',
    'https://user:password@hooks.slack.com/',
    'https://hooks.slack.com:8443/commands',
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:6379/',
    'file:///etc/passwd',
    'javascript:1',
    'no address',
  ])('that is not Slack’s is not used: %s', (url) => {
    expect(createResponseUrl(url, undefined, log)).toBeUndefined()
    expect(createResponseUrl(url, 'http://127.0.0.1:3000/api/', log)).toBeUndefined()
  })

  it.each(['https://hooks.slack.com/commands/1/2/3', 'https://hooks.slack-gov.com/actions/1'])(
    'of Slack’s is used: %s',
    (url) => {
      expect(createResponseUrl(url, undefined, log)).toBeDefined()
    },
  )

  it('at the configured Web API is used, and leads nowhere else', async () => {
    const heard: string[] = []
    const server = await listen((request, response) => {
      heard.push(request.url ?? '')
      if (request.url === '/moved') response.writeHead(307, { location: '/elsewhere' }).end()
      else response.end('ok')
    })
    try {
      const at = (path: string) => createResponseUrl(`${server.origin}${path}`, `${server.origin}/api/`, log)
      await at('/response')?.say(ladder)
      await expect(at('/moved')?.say(ladder)).rejects.toThrow()
      expect(heard).toEqual(['/response', '/moved'])
    } finally {
      await server.close()
    }
  })

  /** What a response URL whose answers are these has heard, and what came of the calls. */
  async function heardBy(answers: readonly string[], use: (url: ResponseUrl) => Promise<void>, status = 200) {
    const heard: unknown[] = []
    const left = [...answers]
    const server = await listen(async (request, response) => {
      heard.push(await json(request))
      response.writeHead(status).end(left.shift() ?? 'ok')
    })
    try {
      const url = createResponseUrl(`${server.origin}/response`, `${server.origin}/api/`, log)
      if (url === undefined) throw new Error('it is not used')
      await use(url)
      return heard
    } finally {
      await server.close()
    }
  }

  it('posts beside what is there, or replaces it, for one person', async () => {
    const blocks = [{ type: 'divider' }]
    const heard = await heardBy([], async (url) => {
      await url.say(ladder)
      await url.replace([{ text: 'now', blocks }])
    })
    expect(heard).toEqual([
      { response_type: 'ephemeral', replace_original: false, text: 'for one pair of eyes' },
      { response_type: 'ephemeral', replace_original: true, text: 'now', blocks },
    ])
  })

  it('takes five messages, each once however many forms of it Slack refuses', async () => {
    const open: boolean[] = []
    const refused = JSON.stringify({ ok: false, error: 'invalid_blocks' })
    const heard = await heardBy([refused], async (url) => {
      for (let n = 0; n < 5; n++) {
        open.push(url.isOpen)
        await url.say([
          { text: `${n}`, blocks: [{ type: 'divider' }] },
          { text: `${n} in words`, blocks: [] },
        ])
      }
      open.push(url.isOpen)
    })
    expect(open).toEqual([true, true, true, true, true, false])
    expect(heard.slice(0, 2)).toMatchObject([{ text: '0' }, { text: '0 in words' }])
    expect(heard).toHaveLength(6)
  })

  it.each([
    [200, JSON.stringify({ ok: false, error: 'used_url' }), 'used_url'],
    [404, 'expired_url', 'expired_url'],
    [500, '<html>no</html>', 'http_500'],
    [500, '', 'http_500'],
  ])('that answers %i %s is a refusal of this name: %s', async (status, answer, code) => {
    await heardBy(
      [answer],
      async (url) => {
        await expect(url.say(ladder)).rejects.toMatchObject({ code })
        expect(url.isOpen).toBe(true)
      },
      status,
    )
  })
})
