import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/** A proxy of a company, as far as CONNECT goes. */
export interface CompanyProxy {
  readonly address: string
  /** The hosts to which it has connected, in order. */
  readonly passed: readonly string[]
  close(): void
}

/** Opens a proxy on a free port of loopback. Every host that it connects to is this machine. */
export async function openProxy(): Promise<CompanyProxy> {
  const passed: string[] = []
  const server = createServer()
  server.on('connect', ({ url = '' }: IncomingMessage, client) => {
    const [host = '', port = ''] = url.split(':')
    passed.push(host)
    const target = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(target).pipe(client)
    })
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    passed,
    address: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
