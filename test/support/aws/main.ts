import { doubleOptions } from './options.ts'
import { createDoubleServer } from './server.ts'
import { createWorld } from './world.ts'

/**
 * The process of the double: options as JSON in the first argument, the URL on stdout and to the parent. It ends with
 * its parent, when it has one.
 */
const options = doubleOptions.parse(JSON.parse(process.argv[2] ?? '{}'))
const world = createWorld(options, (error) => {
  process.stderr.write(`aws double: ${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
const server = createDoubleServer(world)
// Long polls last up to 30 s, and the SDK keeps its connections open between calls.
server.keepAliveTimeout = 60_000
server.listen(options.port, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the double is not listening on a port')
  const url = `http://127.0.0.1:${address.port}`
  process.send?.({ url })
  process.stdout.write(`${url}\n`)
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C in a terminal reaches every process there; who started this one still wants to ask it something.
if (process.send !== undefined) process.on('SIGINT', () => undefined)
