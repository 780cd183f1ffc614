import { z } from 'zod'

/*
 * Block Kit as Slack takes it: the blocks and elements this bot uses, each with the limits of
 * https://docs.slack.dev/reference/block-kit. Anything else is refused as unsupported, so a new block has to be taught here first.
 * Where Slack's pages and reports of live use disagree, the smaller number stands.
 */

const words = (max: number, min = 1) => z.string().min(min).max(max)
const maybe = <S extends z.ZodType>(schema: S) => z.exactOptional(schema)
const list = <S extends z.ZodType>(of: S, min: number, max: number) => z.array(of).min(min).max(max)
const typed = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape })
const block = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), block_id: maybe(words(255)), ...shape })

const flag = maybe(z.boolean())
const actionId = maybe(words(255))
const style = maybe(z.enum(['primary', 'danger']))
const plain = (max: number) => typed('plain_text', { text: words(max), emoji: flag })
const mrkdwn = (max: number) => typed('mrkdwn', { text: words(max), verbatim: flag })
const text = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)])

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
const conversationSelect = typed('conversations_select', {
  action_id: actionId,
  placeholder: maybe(plain(150)),
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

const inlineStyle = maybe(z.strictObject({ bold: flag, italic: flag, strike: flag, code: flag }))
const inline = z.discriminatedUnion('type', [
  typed('text', { text: words(3000), style: inlineStyle }),
  typed('link', { url: words(3000), text: maybe(z.string()), style: inlineStyle }),
  typed('user', { user_id: words(255) }),
  typed('channel', { channel_id: words(255) }),
  typed('usergroup', { usergroup_id: words(255) }),
  typed('emoji', { name: words(255) }),
  typed('broadcast', { range: z.enum(['here', 'channel', 'everyone']) }),
  typed('date', { timestamp: z.int(), format: words(255), fallback: maybe(z.string()) }),
])
const richSection = typed('rich_text_section', { elements: z.array(inline) })
const richList = typed('rich_text_list', { style: z.enum(['bullet', 'ordered']), elements: z.array(richSection) })
const richCode = typed('rich_text_preformatted', { elements: z.array(inline) })
const richQuote = typed('rich_text_quote', { elements: z.array(inline) })
const richText = block('rich_text', {
  elements: z.array(z.discriminatedUnion('type', [richSection, richList, richCode, richQuote])),
})

const section = block('section', {
  text: maybe(text(3000)),
  fields: maybe(list(text(2000), 1, 10)),
  accessory: maybe(z.discriminatedUnion('type', [button, select])),
  expand: flag,
}).refine((given) => given.text !== undefined || given.fields !== undefined, 'must define either `text` or `fields`')
const header = block('header', { text: plain(150), level: maybe(z.literal([1, 2, 3, 4])) })
const context = block('context', { elements: list(text(3000), 1, 10) })
const divider = block('divider', {})
const actions = block('actions', { elements: list(z.discriminatedUnion('type', [button, select]), 1, 25) })
const input = block('input', {
  label: plain(2000),
  hint: maybe(plain(2000)),
  optional: flag,
  element: z.discriminatedUnion('type', [textInput, select, conversationSelect]),
})

const cell = z.discriminatedUnion('type', [
  typed('raw_text', { text: words(10_000) }),
  typed('raw_number', { value: z.number(), text: words(10_000) }),
  richText,
])
const rows = (min: number, max: number) => list(list(cell, 1, 20), min, max)
const column = z.strictObject({ align: maybe(z.enum(['left', 'center', 'right'])), is_wrapped: flag })
const table = block('table', { rows: rows(1, 100), column_settings: maybe(list(column.nullable(), 0, 20)) })
const dataTable = block('data_table', {
  caption: words(3000),
  rows: rows(2, 101),
  page_size: maybe(z.int().min(1).max(100)),
  row_header_column_index: maybe(z.int().min(0).max(19)),
})

const point = z.strictObject({ label: words(20), value: z.number() })
const segment = z.strictObject({ label: words(20), value: z.number().positive() })
const axes = z.strictObject({
  categories: list(words(20), 1, 20),
  x_label: maybe(words(50)),
  y_label: maybe(words(50)),
})
const series = list(z.strictObject({ name: words(20), data: list(point, 1, 20) }), 1, 6)
const chart = z.discriminatedUnion('type', [
  typed('bar', { series, axis_config: axes }),
  typed('line', { series, axis_config: axes }),
  typed('area', { series, axis_config: axes }),
  typed('pie', { segments: list(segment, 1, 6) }),
])
const dataVisualization = block('data_visualization', { title: words(50), chart })

const taskCard = block('task_card', {
  task_id: words(255),
  title: words(3000),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
  details: maybe(richText),
  output: maybe(richText),
})
const plan = block('plan', { title: words(3000), tasks: maybe(z.array(taskCard)) })

const shared = [section, header, context, divider, actions, richText] as const

/** A block that a message may hold. */
export const messageBlockSchema = z.discriminatedUnion('type', [
  ...shared,
  table,
  dataTable,
  dataVisualization,
  plan,
  taskCard,
])

/** A modal as `views.open` takes it (https://docs.slack.dev/reference/views/modal-views). */
export const modalSchema = typed('modal', {
  title: plain(24),
  submit: maybe(plain(24)),
  close: maybe(plain(24)),
  blocks: list(z.discriminatedUnion('type', [...shared, input]), 0, 100),
  private_metadata: maybe(words(3000, 0)),
  callback_id: maybe(words(255, 0)),
  external_id: maybe(words(255, 0)),
  clear_on_close: flag,
  notify_on_close: flag,
})

/** A block of a message, checked. */
export type Block = z.infer<typeof messageBlockSchema>
/** The block of one type. */
export type BlockOf<T extends Block['type']> = Extract<Block, { type: T }>
/** A modal, checked. */
export type Modal = z.infer<typeof modalSchema>
/** What a person fills in, with its label. */
export type InputBlock = z.infer<typeof input>
/** What a modal shows besides its inputs. */
export type ShownBlock = Exclude<Modal['blocks'][number], { type: 'input' }>
/** The question before an action. */
export type Confirm = z.infer<typeof confirm>
/** One cell of a table. */
export type Cell = z.infer<typeof cell>
/** A stretch of rich text: words in one style, a mention, a link. */
export type Inline = z.infer<typeof inline>
/** Formatted text as Slack stores it. */
export type RichText = z.infer<typeof richText>
/** Plain text or mrkdwn. */
export type TextObject = z.infer<ReturnType<typeof text>>
/** What can be pressed or chosen. */
export type Element = z.infer<typeof button> | z.infer<typeof select>
/** What an input block is filled in with. */
export type InputElement = InputBlock['element']
