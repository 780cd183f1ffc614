import { once } from 'node:events'
import { createServer } from 'node:http'
import { type BrowserServer, chromium } from 'playwright-core'
import { chromiumPath } from './chromium.ts'

/** The one browser of a run of the suite. */
export interface OfferedBrowser {
  /** Answers with the address that Playwright connects to. Whoever asks first waits until the browser is started. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Offers a browser, headless and without a word to the network, which is started only for a run that asks for it: three of them,
 * one per worker, took a minute of a processor. Where it has crashed, the next who asks gets a new one.
 */
export async function offerBrowser(): Promise<OfferedBrowser> {
  let started: Promise<BrowserServer> | null = null
  const browser = (): Promise<BrowserServer> => {
    started ??= launch().then((server) => {
      server.on('close', () => {
        started = null
      })
      return server
    })
    return started
  }
  const server = createServer((_request, response) => {
    browser().then(
      (found) => response.end(found.wsEndpoint()),
      (error: unknown) => {
        started = null
        response.writeHead(500).end(String(error))
      },
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port for the address of the browser')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await (await started)?.close()
    },
  }
}

function launch(): Promise<BrowserServer> {
  if (chromiumPath === undefined) throw new Error('no Chromium found, set CHROMIUM_PATH')
  return chromium.launchServer({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
