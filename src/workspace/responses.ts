import { z } from 'zod'
import { contentOf, validOr } from './content.ts'
import type { Origin } from './grants.ts'
import { bot } from './people.ts'
import type { State } from './state.ts'
import { check } from './validate.ts'

const responseSchema = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
})

/** Does what an app posted to a response URL, or acknowledged a command with. Throws `ApiError`. */
export type Respond = (origin: Origin, payload: unknown) => void

/** Responses in this workspace. */
export function createRespond(state: State): Respond {
  return (origin, payload) => {
    const given = validOr(check(responseSchema, payload), 'invalid_payload')
    const { response_type, replace_original, delete_original, thread_ts, ...said } = given
    const original = origin.ts === undefined ? undefined : state.find(origin.channel, origin.ts)
    if (delete_original) return original && state.remove(original)
    const content = contentOf(said)
    if (replace_original && original !== undefined) {
      const { blocks: _, ...rest } = original
      return state.replace({ ...rest, ...content })
    }
    const viewer = response_type === 'in_channel' ? {} : { viewer: origin.user }
    state.add({ channel: origin.channel, user: bot.id, ...content, ...viewer, ...(thread_ts && { thread_ts }) })
  }
}
