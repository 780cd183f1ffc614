import { z } from 'zod'

/*
 * Block Kit as Slack accepts it: the blocks and elements this bot uses, with the limits of
 * https://docs.slack.dev/reference/block-kit. Anything else is refused as unsupported: a new block is added here first.
 * Where Slack's pages and reports of live use disagree, the smaller number counts.
 */

/** A string of at least `min` (one, where it is left out) and at most `max` characters. */
const characters = (max: number, min = 1) => z.string().min(min).max(max)
/** A field that may be left out, but not be undefined. */
const maybe = <S extends z.ZodType>(schema: S) => z.exactOptional(schema)
/** From `min` to `max` of these. */
const list = <S extends z.ZodType>(of: S, min: number, max: number) => z.array(of).min(min).max(max)
/** An object of one type, with these fields and no others. */
const typed = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape })
/** A yes or no that may be left out. */
const flag = maybe(z.boolean())

const actionId = maybe(characters(255))
const style = maybe(z.enum(['primary', 'danger']))
/** Text without formatting. */
const plain = (max: number) => typed('plain_text', { text: characters(max), emoji: flag })
const mrkdwn = (max: number) => typed('mrkdwn', { text: characters(max), verbatim: flag })
/** Plain text or mrkdwn. */
const text = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)])

const confirm = z.strictObject({
  title: maybe(plain(100)),
  text: text(300),
  confirm: maybe(plain(30)),
  deny: maybe(plain(30)),
  style,
})
const option = z.strictObject({ text: plain(75), value: characters(150), description: maybe(plain(75)) })
const button = typed('button', {
  action_id: actionId,
  text: plain(75),
  value: maybe(characters(2000, 0)),
  style,
  confirm: maybe(confirm),
  accessibility_label: maybe(characters(75)),
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
  initial_value: maybe(characters(3000, 0)),
  focus_on_load: flag,
})

/** What sends an action by itself, in an actions block or beside a section. */
const elementSchema = z.discriminatedUnion('type', [button, select, overflow, timePicker])
/** What an input block is filled in with. */
const inputElementSchema = z.discriminatedUnion('type', [textInput, select, timePicker, conversationSelect])

const block = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), block_id: maybe(characters(255)), ...shape })

const inlineStyle = maybe(z.strictObject({ bold: flag, italic: flag, strike: flag, code: flag }))
const inline = z.discriminatedUnion('type', [
  typed('text', { text: characters(3000), style: inlineStyle }),
  typed('link', { url: characters(3000), text: maybe(z.string()), style: inlineStyle }),
  typed('user', { user_id: characters(255) }),
  typed('channel', { channel_id: characters(255) }),
  typed('usergroup', { usergroup_id: characters(255) }),
  typed('emoji', { name: characters(255) }),
  typed('broadcast', { range: z.enum(['here', 'channel', 'everyone']) }),
  typed('date', { timestamp: z.int(), format: characters(255), fallback: maybe(z.string()) }),
])
const richSection = typed('rich_text_section', { elements: z.array(inline) })
const richList = typed('rich_text_list', { style: z.enum(['bullet', 'ordered']), elements: z.array(richSection) })
const richCode = typed('rich_text_preformatted', { elements: z.array(inline) })
const richQuote = typed('rich_text_quote', { elements: z.array(inline) })
const richText = block('rich_text', {
  elements: z.array(z.discriminatedUnion('type', [richSection, richList, richCode, richQuote])),
})

const section = block('section', { text: text(3000), accessory: maybe(elementSchema), expand: flag })
const header = block('header', { text: plain(150) })
const context = block('context', { elements: list(text(3000), 1, 10) })
const divider = block('divider', {})
const image = block('image', {
  image_url: maybe(characters(3000)),
  slack_file: maybe(z.strictObject({ id: characters(100) })),
  alt_text: characters(2000),
  title: maybe(plain(2000)),
}).refine(
  ({ image_url, slack_file }) => (image_url === undefined) !== (slack_file === undefined),
  'must define one of `image_url` and `slack_file`',
)
const actions = block('actions', { elements: list(elementSchema, 1, 25) })
const input = block('input', {
  label: plain(2000),
  hint: maybe(plain(2000)),
  optional: flag,
  element: inputElementSchema,
})

const cell = z.discriminatedUnion('type', [
  typed('raw_text', { text: characters(10_000) }),
  typed('raw_number', { value: z.number(), text: characters(10_000) }),
  richText,
])
/** A button in a row; `fallback` is for clients that show none. */
const actionCell = typed('action_cell', {
  element: button,
  fallback: maybe(
    z.discriminatedUnion('type', [
      typed('raw_text', { text: characters(10_000) }),
      typed('raw_number', { value: z.number(), text: characters(10_000) }),
    ]),
  ),
})
const rowsOf = <S extends z.ZodType>(of: S, min: number, max: number) => list(list(of, 1, 20), min, max)
const column = z.strictObject({ align: maybe(z.enum(['left', 'center', 'right'])), is_wrapped: flag })
const table = block('table', { rows: rowsOf(cell, 1, 100), column_settings: maybe(list(column.nullable(), 0, 20)) })
const dataTable = block('data_table', {
  caption: characters(3000),
  rows: rowsOf(z.discriminatedUnion('type', [...cell.options, actionCell]), 2, 101),
  page_size: maybe(z.int().min(1).max(100)),
  row_header_column_index: maybe(z.int().min(0).max(19)),
})

const point = z.strictObject({ label: characters(20), value: z.number() })
const segment = z.strictObject({ label: characters(20), value: z.number().positive() })
const axes = z.strictObject({
  categories: list(characters(20), 1, 20),
  x_label: maybe(characters(50)),
  y_label: maybe(characters(50)),
})
const series = list(z.strictObject({ name: characters(20), data: list(point, 1, 20) }), 1, 6)
const chart = z.discriminatedUnion('type', [
  typed('bar', { series, axis_config: axes }),
  typed('line', { series, axis_config: axes }),
  typed('area', { series, axis_config: axes }),
  typed('pie', { segments: list(segment, 1, 6) }),
])
const dataVisualization = block('data_visualization', { title: characters(50), chart })

const taskCard = block('task_card', {
  task_id: characters(255),
  title: characters(3000),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
  details: maybe(richText),
  output: maybe(richText),
})
const plan = block('plan', { title: characters(3000), tasks: maybe(z.array(taskCard)) })

const shared = [section, header, context, divider, image, actions, richText] as const

/** A block that a message may hold. */
export const messageBlockSchema = z.discriminatedUnion('type', [...shared, table, dataTable, dataVisualization, plan])

const view = { private_metadata: maybe(characters(3000, 0)), callback_id: maybe(characters(255, 0)) }

/** A modal as `views.open` takes it (https://docs.slack.dev/reference/views/modal-views). */
export const modalSchema = typed('modal', {
  ...view,
  title: plain(24),
  submit: maybe(plain(24)),
  close: maybe(plain(24)),
  blocks: list(z.discriminatedUnion('type', [...shared, input]), 0, 100),
})

/** A Home tab as `views.publish` takes it (https://docs.slack.dev/reference/views/home-tab-views). */
export const homeViewSchema = typed('home', {
  ...view,
  blocks: list(z.discriminatedUnion('type', [...shared, input, table, dataTable]), 0, 100),
})

/** A block of a message, checked. */
export type MessageBlock = z.infer<typeof messageBlockSchema>
/** One step of a plan. */
export type TaskCard = z.infer<typeof taskCard>
/** The block of one type. */
export type BlockOf<T extends MessageBlock['type']> = Extract<MessageBlock, { type: T }>
/** A modal, checked. */
export type Modal = z.infer<typeof modalSchema>
/** A Home tab, checked. */
export type HomeView = z.infer<typeof homeViewSchema>
/** A block of any surface. */
export type AnyBlock = MessageBlock | Modal['blocks'][number] | HomeView['blocks'][number]
/** What a person fills in, with its label. */
export type InputBlock = z.infer<typeof input>
/** One cell of a table; only a `data_table` has buttons. */
export type TableCell = z.infer<typeof cell> | z.infer<typeof actionCell>
/** A stretch of rich text: words in one style, a mention, a link. */
export type Inline = z.infer<typeof inline>
/** Formatted text as Slack stores it. */
export type RichText = z.infer<typeof richText>
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
