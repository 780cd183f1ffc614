import { z } from 'zod'
import { elementSchema, flag, inputElementSchema, list, maybe, plain, text, typed, words } from './block-elements.ts'

/*
 * Block Kit as Slack takes it: the blocks and elements this bot uses, each with the limits of
 * https://docs.slack.dev/reference/block-kit. Anything else is refused as unsupported, so a new block has to be taught here first.
 * Where Slack's pages and reports of live use disagree, the smaller number stands.
 */

const block = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), block_id: maybe(words(255)), ...shape })

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
  accessory: maybe(elementSchema),
  expand: flag,
}).refine((given) => given.text !== undefined || given.fields !== undefined, 'must define either `text` or `fields`')
const header = block('header', { text: plain(150), level: maybe(z.literal([1, 2, 3, 4])) })
const context = block('context', { elements: list(text(3000), 1, 10) })
const divider = block('divider', {})
const image = block('image', { image_url: words(3000), alt_text: words(2000), title: maybe(plain(2000)) })
const actions = block('actions', { elements: list(elementSchema, 1, 25) })
const input = block('input', {
  label: plain(2000),
  hint: maybe(plain(2000)),
  optional: flag,
  element: inputElementSchema,
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

const shared = [section, header, context, divider, image, actions, richText] as const

/** A block that a message may hold. */
export const messageBlockSchema = z.discriminatedUnion('type', [
  ...shared,
  table,
  dataTable,
  dataVisualization,
  plan,
  taskCard,
])

const view = { private_metadata: maybe(words(3000, 0)), callback_id: maybe(words(255, 0)) }

/** A modal as `views.open` takes it (https://docs.slack.dev/reference/views/modal-views). */
export const modalSchema = typed('modal', {
  ...view,
  title: plain(24),
  submit: maybe(plain(24)),
  close: maybe(plain(24)),
  blocks: list(z.discriminatedUnion('type', [...shared, input]), 0, 100),
  external_id: maybe(words(255, 0)),
  clear_on_close: flag,
  notify_on_close: flag,
})

/** A Home tab as `views.publish` takes it (https://docs.slack.dev/reference/views/home-tab-views). */
export const homeSchema = typed('home', {
  ...view,
  blocks: list(z.discriminatedUnion('type', [...shared, input, table, dataTable]), 0, 100),
})

/** A block of a message, checked. */
export type Block = z.infer<typeof messageBlockSchema>
/** The block of one type. */
export type BlockOf<T extends Block['type']> = Extract<Block, { type: T }>
/** A modal, checked. */
export type Modal = z.infer<typeof modalSchema>
/** What someone's Home tab holds, checked. */
export type Home = z.infer<typeof homeSchema>
/** A block of any surface. */
export type AnyBlock = Block | Modal['blocks'][number] | Home['blocks'][number]
/** What a person fills in, with its label. */
export type InputBlock = z.infer<typeof input>
/** One cell of a table. */
export type Cell = z.infer<typeof cell>
/** A stretch of rich text: words in one style, a mention, a link. */
export type Inline = z.infer<typeof inline>
/** Formatted text as Slack stores it. */
export type RichText = z.infer<typeof richText>
