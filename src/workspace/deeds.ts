import { z } from 'zod'
import type { Ack } from './deliveries.ts'
import { bot } from './people.ts'

const words = z.string().max(40_000)
const entered = z.array(z.object({ block_id: words, action_id: words, value: words })).max(200)
const who = { as: words, copies: z.int().positive().optional() }
const pressed = { ...who, block_id: words, action_id: words, value: words.optional(), entered: entered.default([]) }

/** What people do, as the page sends it: `as` is who does it, `copies` how often the delivery travels, as Slack's may. */
export const deeds = {
  say: z.object({ ...who, channel: words, text: words, thread_ts: words.optional() }),
  /**
   * On a message, or in the Home tab. `value` is the option or time chosen; `entered` is what stands in every input and select
   * around.
   */
  press: z.union([z.object({ ...pressed, channel: words, ts: words }), z.object({ ...pressed, view_id: words })]),
  submit: z.object({ ...who, view_id: words, entered }),
  dismiss: z.object({ ...who, view_id: words }),
  enter: z.object({ ...who, tab: z.enum(['home', 'messages']) }),
}
/** One deed, as tests and the page write it. */
export type Deed<K extends keyof typeof deeds> = z.input<(typeof deeds)[K]>
/** A press on a message. */
export type MessagePress = Extract<Deed<'press'>, { ts: string }>
/** A press in the Home tab. */
export type ViewPress = Extract<Deed<'press'>, { view_id: string }>
/** What stands in inputs and selects. */
export type Entered = z.infer<typeof entered>

/** What came of it: what the person is told, if anything, and messages by `block_id` of a modal. */
export interface Outcome {
  readonly told?: string
  readonly errors?: Readonly<Record<string, string>>
}

/** What people can do in the workspace; each is what a click or an Enter in Slack's client does. */
export interface Interactions {
  /** Sends a message or, from a slash on, a command. */
  say(deed: Deed<'say'>): Promise<Outcome>
  /** Presses a button, or chooses in a select, an overflow menu or a time picker. */
  press(deed: Deed<'press'>): Promise<Outcome>
  /** Submits a modal, which stays open when the app or an input's own rules refuse it. */
  submit(deed: Deed<'submit'>): Promise<Outcome>
  /** Closes a modal without submitting it. */
  dismiss(deed: Deed<'dismiss'>): Promise<Outcome>
  /** Enters one of the app's own tabs: Home, or the direct messages with the bot. */
  enter(deed: Deed<'enter'>): Promise<Outcome>
}

/** What the person is told of a delivery: nothing, unless the app did not take it. */
export function outcomeOf(ack: Ack): Outcome {
  return ack.kind === 'acked' ? {} : { told: `${bot.realName} did not answer (${ack.error}).` }
}
