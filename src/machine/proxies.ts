import { Agent, EnvHttpProxyAgent, setGlobalDispatcher } from 'undici'

// This machine itself: the local workspace, and whatever stands in for AWS or Slack beside the bot.
const here = ['localhost', '127.0.0.1', '[::1]']

let areUsed = false

/**
 * Sends what this process fetches through these proxies (empty: none), except to this machine and to the hosts in `bypass`, written as
 * NO_PROXY is. It sets undici's global dispatcher, which Node's own `fetch` uses too, and by which Slack's sockets and the requests to
 * AWS are sent.
 */
export function setProxies({ http, https, bypass }: Proxies): void {
  if (http !== '' || https !== '') {
    const noProxy = bypass.trim() === '*' ? '*' : [...here, bypass].join(',')
    setGlobalDispatcher(new EnvHttpProxyAgent({ httpProxy: http, httpsProxy: https, noProxy }))
  } else if (areUsed) {
    setGlobalDispatcher(new Agent())
  }
  areUsed = http !== '' || https !== ''
}

interface Proxies {
  readonly http: string
  readonly https: string
  readonly bypass: string
}
