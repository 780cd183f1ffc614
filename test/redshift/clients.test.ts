import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DescribeStatementCommand } from '@aws-sdk/client-redshift-data'
import { expect, it, vi } from 'vitest'
import { createClients } from '../../src/redshift/clients.ts'

it('one signal ends all requests that wait with it, as those of steps beside each other do', async () => {
  let waiting = 0
  const server = createServer(() => {
    waiting++
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none')
  const clients = createClients({ region: 'us-west-2' })
  const stop = new AbortController()
  const asked = ['first', 'second'].map((Id) =>
    clients.data.send(new DescribeStatementCommand({ Id }), { abortSignal: stop.signal }),
  )
  await vi.waitUntil(() => waiting === 2, { timeout: 10_000 })
  stop.abort()
  const ends = await Promise.all(asked.map((one) => one.catch((error: unknown) => error)))
  clients.close()
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
  expect(ends).toEqual([
    expect.objectContaining({ name: 'AbortError' }),
    expect.objectContaining({ name: 'AbortError' }),
  ])
})
