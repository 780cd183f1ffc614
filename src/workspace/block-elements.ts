import { z } from 'zod'

/*
 * Text, questions and what can be pressed, chosen or filled in, each with the limits of
 * https://docs.slack.dev/reference/block-kit/composition-objects and …/block-elements.
 */

/** A string of at least `min` (one, where it is left out) and at most `max` characters. */
export const words = (max: number, min = 1) => z.string().min(min).max(max)
/** A field that may be left out, but not be undefined. */
export const maybe = <S extends z.ZodType>(schema: S) => z.exactOptional(schema)
/** From `min` to `max` of these. */
export const list = <S extends z.ZodType>(of: S, min: number, max: number) => z.array(of).min(min).max(max)
/** An object of one type, with these fields and no others. */
export const typed = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape })
/** A yes or no that may be left out. */
export const flag = maybe(z.boolean())

const actionId = maybe(words(255))
const style = maybe(z.enum(['primary', 'danger']))
/** Text that is shown as it stands. */
export const plain = (max: number) => typed('plain_text', { text: words(max), emoji: flag })
const mrkdwn = (max: number) => typed('mrkdwn', { text: words(max), verbatim: flag })
/** Plain text or mrkdwn. */
export const text = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)])

const confirm = z.strictObject({
  title: maybe(plain(100)),
  text: text(300),
  confirm: maybe(plain(30)),
  deny: maybe(plain(30)),
  style,
})
const option = z.strictObject({ text: plain(75), value: words(150), description: maybe(plain(75)) })
const button = typed('button', {
  action_id: actionId,
  text: plain(75),
  value: maybe(words(2000, 0)),
  url: maybe(words(3000)),
  style,
  confirm: maybe(confirm),
  accessibility_label: maybe(words(75)),
})
const select = typed('static_select', {
  action_id: actionId,
  placeholder: maybe(plain(150)),
  options: list(option, 1, 100),
  initial_option: maybe(option),
  confirm: maybe(confirm),
})
const overflow = typed('overflow', { action_id: actionId, options: list(option, 1, 5), confirm: maybe(confirm) })

/** A time of day as a time picker holds it: `HH:mm`. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the form HH:mm')
const timePicker = typed('timepicker', {
  action_id: actionId,
  placeholder: maybe(plain(150)),
  initial_time: maybe(timeOfDay),
  confirm: maybe(confirm),
})
const conversationSelect = typed('conversations_select', {
  action_id: actionId,
  placeholder: maybe(plain(150)),
  default_to_current_conversation: flag,
  filter: maybe(
    z.strictObject({ include: maybe(z.array(z.enum(['im', 'mpim', 'public', 'private']))), exclude_bot_users: flag }),
  ),
})
const textInput = typed('plain_text_input', {
  action_id: actionId,
  placeholder: maybe(plain(150)),
  initial_value: maybe(words(3000, 0)),
  multiline: flag,
  min_length: maybe(z.int().min(0).max(3000)),
  max_length: maybe(z.int().min(1).max(3000)),
  focus_on_load: flag,
})

/** What sends an action by itself, in an actions block or beside a section. */
export const elementSchema = z.discriminatedUnion('type', [button, select, overflow, timePicker])
/** What an input block is filled in with. */
export const inputElementSchema = z.discriminatedUnion('type', [textInput, select, timePicker, conversationSelect])

/** The question before an action. */
export type Confirm = z.infer<typeof confirm>
/** One line of a select or an overflow menu. */
export type Option = z.infer<typeof option>
/** Plain text or mrkdwn. */
export type TextObject = z.infer<ReturnType<typeof text>>
/** What can be pressed or chosen. */
export type Element = z.infer<typeof elementSchema>
/** What an input block is filled in with. */
export type InputElement = z.infer<typeof inputElementSchema>
