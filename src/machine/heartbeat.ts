import { codeOf } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Heartbeat } from '../core/ports/heartbeat.ts'
import type { Log } from '../core/ports/log.ts'

const tries = 3
const pauseMs = 10_000
const timeoutMs = 10_000

/**
 * Fetches `url` once for each good night, with three attempts. The address is as good as a password: neither it nor error messages, which
 * contain it, are ever logged.
 */
export function createHeartbeat(url: string | null, clock: Clock, log: Log): Heartbeat {
  return {
    async beat() {
      if (url === null) return 'none'
      for (let attempt = 1; ; attempt++) {
        const why = await refusal(url)
        if (why === null) return 'delivered'
        if (attempt === tries) {
          log.error({ attempt, why }, `the heartbeat of a good night could not be delivered: ${why}`)
          return 'failed'
        }
        await clock.sleep(pauseMs)
      }
    },
  }
}

/** Why the address did not accept the request; null where it did. */
async function refusal(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    await response.body?.cancel()
    return response.ok ? null : `it answered ${response.status}`
  } catch (error) {
    return reasonOf(error)
  }
}

/** The code of a network error, which fetch hides in its cause: ECONNREFUSED, ENOTFOUND. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be fetched'
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  return codeOf(error.cause) || 'it cannot be fetched'
}
