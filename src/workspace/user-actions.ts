import { z } from 'zod'

const text = z.string().max(40_000)
const formState = z.array(z.object({ block_id: text, action_id: text, value: text })).max(200)
const by = { as: text, copies: z.int().positive().optional() }
const control = { ...by, block_id: text, action_id: text, value: text.optional(), form: formState.default([]) }

/**
 * What a user does in Slack's client, as the page posts it. `as` is the user's id; `copies` is how often the delivery is sent, because Slack
 * may send one twice. `form` is the value of every input and select around the control.
 */
export const userActions = {
  send: z.object({ ...by, channel: text, text, thread_ts: text.optional() }),
  /** A control of a message, or of the Home tab. `value` is the option or time that was chosen. */
  press: z.union([z.object({ ...control, channel: text, ts: text }), z.object({ ...control, view_id: text })]),
  submit: z.object({ ...by, view_id: text, form: formState }),
  dismiss: z.object({ ...by, view_id: text }),
  openTab: z.object({ ...by, tab: z.enum(['home', 'messages']) }),
}
/** The name of an action. */
export type UserActionName = keyof typeof userActions
/** One action, as tests and the page write it. */
export type UserAction<K extends UserActionName> = z.input<(typeof userActions)[K]>
/** A press on a message. */
export type MessagePress = Extract<UserAction<'press'>, { ts: string }>
/** A press in the Home tab. */
export type HomePress = Extract<UserAction<'press'>, { view_id: string }>
/** The values of inputs and selects. */
export type FormState = z.infer<typeof formState>

/** The result of an action: a notice for the user, if any, and errors by the `block_id` of a modal. */
export interface ActionResult {
  readonly notice?: string
  readonly errors?: Readonly<Record<string, string>>
}

/** Carries out what users do in the workspace. */
export interface Users {
  /** Sends a message or, where the text begins with a slash, a command. */
  send(action: UserAction<'send'>): Promise<ActionResult>
  /** Presses a button, or chooses in a select, an overflow menu or a time picker. */
  press(action: UserAction<'press'>): Promise<ActionResult>
  /** Submits a modal, which stays open when the app or an input's own rules refuse it. */
  submit(action: UserAction<'submit'>): Promise<ActionResult>
  /** Closes a modal without submitting it. */
  dismiss(action: UserAction<'dismiss'>): Promise<ActionResult>
  /** Opens one of the app's own tabs: Home, or the direct messages with the bot. */
  openTab(action: UserAction<'openTab'>): Promise<ActionResult>
}
