import { createServer, type RequestListener } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Log } from '../../src/core/ports/log.ts'
import { createHeartbeat } from '../../src/machine/heartbeat.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const secret = 'b7e1c2d4-secret'

/** Somebody who listens for the heartbeat, and a heartbeat that goes to them. */
async function listening(answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has a port')
  return { asked, ...beating(`http://127.0.0.1:${address.port}/ping/${secret}`) }
}

/** A heartbeat, all that it logs, and how long it paused; its pauses are over at once. */
function beating(url: string | null) {
  const logged: string[] = []
  const paused: number[] = []
  const keep = (facts: object, message: string): void => void logged.push(`${message} ${JSON.stringify(facts)}`)
  const log: Log = { info: keep, warn: keep, error: keep }
  const clock = createFakeClock('2026-11-23T03:05:00.000Z')
  const sleep = async (ms: number): Promise<void> => void paused.push(ms)
  return { logged, paused, beat: createHeartbeat(url, { ...clock, sleep }, log).beat }
}

describe('the heartbeat of a good night', () => {
  it('fetches the address once', async () => {
    const { asked, logged, beat } = await listening((_, response) => response.end('OK'))
    expect(await beat()).toBe('delivered')
    expect([asked, logged]).toEqual([[`GET /ping/${secret}`], []])
  })

  it('tries again where it is refused, and is content with the second time', async () => {
    let times = 0
    const { asked, paused, logged, beat } = await listening((_, response) =>
      response.writeHead(times++ === 0 ? 503 : 200).end(),
    )
    expect(await beat()).toBe('delivered')
    expect([asked.length, paused, logged]).toEqual([2, [10_000], []])
  })

  // 404: the monitor was removed.
  it.each([404, 500])('gives up after the third %i, and says why without the address', async (status) => {
    const { asked, logged, beat } = await listening((_, response) =>
      response.writeHead(status, `at ${secret}`).end(secret),
    )
    expect(await beat()).toBe('failed')
    expect(asked).toHaveLength(3)
    expect(logged).toEqual([
      `the heartbeat of a good night could not be delivered: it answered ${status} {"attempt":3,"why":"it answered ${status}"}`,
    ])
  })

  it('says by its code that nobody listens', async () => {
    const { logged, beat } = beating(`http://127.0.0.1:1/ping/${secret}`)
    expect(await beat()).toBe('failed')
    expect(logged).toHaveLength(1)
    expect(logged.join()).not.toContain(secret)
  })

  it('that is cut off in the middle says no more than that', async () => {
    const { asked, logged, beat } = await listening((request) => request.socket.destroy())
    expect(await beat()).toBe('failed')
    expect(asked).toHaveLength(3)
    expect(logged.join()).not.toContain(secret)
  })

  it.each(['no address', `http://user:${secret}@127.0.0.1/`])(
    'of %s does not throw, and keeps it to itself',
    async (url) => {
      const { logged, beat } = beating(url)
      expect(await beat()).toBe('failed')
      expect(logged).toHaveLength(1)
      expect(logged.join()).not.toContain(url)
      expect(logged.join()).not.toContain(secret)
    },
  )

  it('is silent where no address is set', async () => {
    const { logged, beat } = beating(null)
    expect(await beat()).toBe('none')
    expect(logged).toEqual([])
  })
})
