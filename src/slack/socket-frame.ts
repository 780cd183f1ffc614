import { z } from 'zod'

/** One message on a Socket Mode connection (https://docs.slack.dev/apis/events-api/using-socket-mode). */
export type Frame =
  /** Slack's greeting, with the number of connections that the app-level token has now. */
  | { readonly kind: 'hello'; readonly connections: number }
  /** The connection is about to end: `warning` and `refresh_requested` are usual, `link_disabled` and `too_many_websockets` are faults. */
  | { readonly kind: 'disconnect'; readonly reason: string }
  | { readonly kind: 'delivery' }
  /** Anything else. One with an `envelope` is delivered again until that is acknowledged. */
  | { readonly kind: 'unknown'; readonly envelope: string | null }

const frameSchema = z.union([
  z
    .object({ type: z.literal('hello'), num_connections: z.int().nullish().catch(null) })
    .transform(({ num_connections }): Frame => ({ kind: 'hello', connections: num_connections ?? 1 })),
  z
    .object({ type: z.literal('disconnect'), reason: z.string().nullish().catch(null) })
    .transform(({ reason }): Frame => ({ kind: 'disconnect', reason: reason ?? 'disconnect' })),
  z
    .object({
      type: z.literal('events_api'),
      envelope_id: z.string(),
      payload: z.looseObject({ event: z.looseObject({ type: z.string() }) }),
    })
    .transform((): Frame => ({ kind: 'delivery' })),
  z
    .object({ type: z.enum(['slash_commands', 'interactive']), envelope_id: z.string(), payload: z.looseObject({}) })
    .transform((): Frame => ({ kind: 'delivery' })),
])

const envelopeSchema = z.object({ envelope_id: z.string() })

/** Reads what came on the connection. */
export function readFrame(data: unknown): Frame {
  const message = jsonOf(data)
  const read = frameSchema.safeParse(message)
  if (read.success) return read.data
  return { kind: 'unknown', envelope: envelopeSchema.safeParse(message).data?.envelope_id ?? null }
}

function jsonOf(data: unknown): unknown {
  if (typeof data !== 'string') return undefined
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
