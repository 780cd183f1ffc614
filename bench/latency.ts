import { createServer, get } from 'node:http'
import { setTimeout } from 'node:timers/promises'

const everyMs = 20

/** How long requests took in milliseconds: the half, 99 of 100, the slowest; and how many there were. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly requests: number
}

/** Sends a small request to a server in this process every 20 ms for as long as `work` lasts. */
export async function latencyDuring(work: () => Promise<unknown>): Promise<Latency> {
  const server = createServer((_, response) => response.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const took: number[] = []
  let over = false
  const working = work().finally(() => {
    over = true
  })
  while (!over) {
    const begun = performance.now()
    await request(address.port)
    took.push(performance.now() - begun)
    await setTimeout(everyMs)
  }
  await working
  await new Promise((resolve) => server.close(resolve))
  return summary(took)
}

function request(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume()
      response.on('end', resolve)
    }).on('error', reject)
  })
}

function summary(took: readonly number[]): Latency {
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1), requests: took.length }
}
