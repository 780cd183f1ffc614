import { createDoubles, type HostRequest } from './host.ts'

/**
 * The process that doubles live in, as many at once as are asked for over its IPC channel. It ends with the process that
 * started it.
 */
const doubles = createDoubles((error) => {
  process.stderr.write(`aws double: ${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
process.on('message', (request: HostRequest) => {
  void doubles.answer(request).then((reply) => process.send?.(reply))
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C in a terminal, and `timeout`, reach every process there; who started this one still wants to ask it something.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
