import { once } from 'node:events'
import { doubleOptions } from './options.ts'
import { createDoubleServer } from './server.ts'
import { createWorld } from './world.ts'

/** What the process of the doubles is asked: to open one with these options, or to close the one at this URL. */
export type HostRequest =
  | { readonly kind: 'open'; readonly id: number; readonly options: unknown }
  | { readonly kind: 'close'; readonly id: number; readonly url: string }

/** What became of the request of this id: the URL of the double, or why there is none. */
export type HostReply =
  | { readonly kind: 'done'; readonly id: number; readonly url: string }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string }

/** The doubles of one process. Each has an account and a port of its own; they share the databases that are idle. */
export type Doubles = { readonly answer: (request: HostRequest) => Promise<HostReply> }

/** No doubles yet. `crash` ends the process: a bug of a double is never an answer. */
export function createDoubles(crash: (error: unknown) => void): Doubles {
  const closers = new Map<string, () => Promise<void>>()

  async function open(given: unknown): Promise<string> {
    const options = doubleOptions.parse(given)
    const world = createWorld(options, crash)
    const server = createDoubleServer(world)
    // Long polls last up to 30 s, and the SDK keeps its connections open between calls.
    server.keepAliveTimeout = 60_000
    server.listen(options.port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the double is not listening on a port')
    const url = `http://127.0.0.1:${address.port}`
    closers.set(url, async () => {
      server.close()
      server.closeAllConnections()
      for (const statement of world.statements.values()) statement.cancel.abort()
      await Promise.all([...world.clusters.values()].map((cluster) => cluster.storage.close()))
    })
    return url
  }

  async function perform(request: HostRequest): Promise<string> {
    if (request.kind === 'open') return open(request.options)
    await closers.get(request.url)?.()
    closers.delete(request.url)
    return request.url
  }

  return {
    answer: (request) =>
      perform(request).then(
        (url) => ({ kind: 'done', id: request.id, url }),
        (error: unknown) => ({ kind: 'refused', id: request.id, reason: String(error) }),
      ),
  }
}
