import { describe, expect, it } from 'vitest'
import { createResponseUrl } from '../../src/slack/outbound/response-url.ts'
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
})
