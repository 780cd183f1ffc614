import { z } from 'zod'

/** How often a fault happens before it is over. */
const times = z.number().int().positive().default(1)

/** An action as a policy names it, with `*` for any: `redshift:CreateCluster`, `redshift-data:*`. */
const action = z.string()

/** Something that goes wrong on demand. */
export const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('throttle'), action, times }),
  z.strictObject({ kind: z.literal('internal'), action, times }),
  z.strictObject({ kind: z.literal('expired-token'), action: action.default('*'), times }),
  z.strictObject({
    kind: z.literal('error'),
    action,
    code: z.string(),
    message: z.string(),
    status: z.number().default(400),
    times,
  }),
  /** The connection is cut, before anything is done or when the answer should come. */
  z.strictObject({ kind: z.literal('drop'), action, when: z.enum(['before', 'answer']), times }),
  /** The connection is cut in the middle of the answer. */
  z.strictObject({ kind: z.literal('cut'), action, times }),
  /** The principal may not do this, until the faults are cleared. */
  z.strictObject({ kind: z.literal('deny'), action }),
  /** A statement whose text matches fails with this text, as `ERROR: …`. */
  z.strictObject({ kind: z.literal('statement-fails'), matching: z.string(), error: z.string(), times }),
  /** A statement whose text matches stays STARTED until it is cancelled, or runs once the faults are cleared. */
  z.strictObject({ kind: z.literal('statement-hangs'), matching: z.string(), times }),
  /** A statement whose text matches is submitted and runs, and the answer to its submission is lost. */
  z.strictObject({ kind: z.literal('statement-answer-lost'), matching: z.string(), times }),
  /** The secret has been rotated, and connections still get the old password. */
  z.strictObject({ kind: z.literal('secret-rotated'), times }),
])

/** A fault as a test writes it. */
export type FaultInput = z.input<typeof fault>

/** A fault with its defaults filled in. */
export type Fault = z.output<typeof fault>
