// This machine itself: the local workspace, and stand-ins for AWS or Slack.
const here = ['localhost', '127.0.0.1', '[::1]']

let areUsed = false

/**
 * Sends what this process fetches through these proxies (empty: none), except to this machine and to the hosts in `bypass`, written as
 * NO_PROXY is. It sets undici's global dispatcher, which Node's own `fetch` uses too, and by which Slack's sockets and the requests to
 * AWS are sent. Without a proxy it is not loaded here: it is a fifth of what a command reads.
 */
export async function setProxies({ http, https, bypass }: Proxies): Promise<void> {
  if (http === '' && https === '' && !areUsed) return
  const { Agent, EnvHttpProxyAgent, setGlobalDispatcher } = await import('undici')
  if (http !== '' || https !== '') {
    const noProxy = bypass.trim() === '*' ? '*' : [...here, bypass].join(',')
    setGlobalDispatcher(new EnvHttpProxyAgent({ httpProxy: http, httpsProxy: https, noProxy }))
  } else {
    setGlobalDispatcher(new Agent())
  }
  areUsed = http !== '' || https !== ''
}

interface Proxies {
  readonly http: string
  readonly https: string
  readonly bypass: string
}
