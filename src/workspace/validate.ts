import { z } from 'zod'
import {
  type AnyBlock,
  type BlockOf,
  type HomeView,
  homeViewSchema,
  type MessageBlock,
  type Modal,
  messageBlockSchema,
  modalSchema,
} from './block-kit.ts'

/** One thing wrong with a payload: where (an RFC 6901 JSON pointer) and what, in Slack's words. */
interface Issue {
  readonly pointer: string
  readonly message: string
}

/** The payload as Slack reads it, or everything that is wrong with it. */
export type Checked<T> = { readonly value: T; readonly issues: readonly [] } | { readonly issues: readonly Issue[] }

/** All visible characters of one message; Slack answers `msg_blocks_too_long` above (https://github.com/slackapi/bolt-js/issues/2509). */
export const maxMessageCharacters = 13_200
const maxTableCharacters = 10_000

const shown = new Set(['text', 'title', 'caption', 'name', 'label', 'x_label', 'y_label', 'fallback'])

/** The characters a reader sees: every string of the payload that is neither an identifier nor a keyword. */
export function charactersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const sizes = Object.entries(value).map(([key, inner]) => {
    if (typeof inner === 'string') return shown.has(key) ? inner.length : 0
    return charactersOf(inner)
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}

const pointerOf = (path: readonly PropertyKey[]) => path.map((part) => `/${String(part)}`).join('')

function wordingOf(issue: z.core.$ZodIssue): Issue {
  const pointer = pointerOf(issue.path)
  const unit = 'origin' in issue && issue.origin === 'string' ? ' characters' : ''
  const items = 'origin' in issue && issue.origin === 'array'
  if (issue.code === 'invalid_type') {
    const missing = `missing required field: ${String(issue.path.at(-1))}`
    if (issue.message.endsWith('received undefined'))
      return { pointer: pointerOf(issue.path.slice(0, -1)), message: missing }
    return { pointer, message: `must provide ${/^[aio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}` }
  }
  if (issue.code === 'too_big') {
    const { maximum } = issue
    return {
      pointer,
      message: items ? `no more than ${maximum} items allowed` : `must be less than ${Number(maximum) + 1}${unit}`,
    }
  }
  if (issue.code === 'too_small') {
    const least = Number(issue.minimum) - (issue.inclusive ? 1 : 0)
    return {
      pointer,
      message: items ? `no less than ${issue.minimum} items allowed` : `must be more than ${least}${unit}`,
    }
  }
  // In these words: https://github.com/slackapi/node-slack-sdk/issues/925
  if (issue.code === 'invalid_value') return { pointer, message: 'must be a valid enum value' }
  if (issue.code === 'unrecognized_keys')
    return { pointer, message: `invalid additional property: ${issue.keys.join(', ')}` }
  return { pointer, message: issue.code === 'invalid_union' ? 'unsupported type' : issue.message }
}

const repeats = <T>(values: readonly T[]) =>
  values.flatMap((value, at) => (value !== undefined && values.indexOf(value) < at ? [{ at, value }] : []))

function repeatedIds(blocks: readonly AnyBlock[]): Issue[] {
  const twice = repeats(blocks.map((block) => block.block_id)).map(({ at, value }) => ({
    pointer: `/blocks/${at}/block_id`,
    message: `\`block_id\` "${value}" already exists`,
  }))
  const inside = blocks.flatMap((block, n) =>
    repeats(idsIn(block)).map(({ at, value }) => ({
      pointer: `/blocks/${n}/elements/${at}/action_id`,
      message: `\`action_id\` "${value}" already exists`,
    })),
  )
  return [...twice, ...inside]
}

/** The ids of what can be pressed in a block, in order. */
function idsIn(block: AnyBlock): readonly (string | undefined)[] {
  if (block.type === 'actions') return block.elements.map((each) => each.action_id)
  if (block.type !== 'data_table') return []
  return block.rows.flat().flatMap((cell) => (cell.type === 'action_cell' ? [cell.element.action_id] : []))
}

function tableIssues(block: BlockOf<'table' | 'data_table'>, at: string): Issue[] {
  const [first = []] = block.rows
  const issues: Issue[] = []
  block.rows.forEach((row, n) => {
    if (row.length !== first.length)
      issues.push({ pointer: `${at}/rows/${n}`, message: `must have ${first.length} cells like the first row` })
  })
  if (block.type === 'table') return issues
  const inHeader = first.flatMap(({ type }, n) =>
    type === 'rich_text' || type === 'action_cell'
      ? [{ pointer: `${at}/rows/0/${n}`, message: `the header may not hold ${type}` }]
      : [],
  )
  return [...issues, ...inHeader]
}

function chartIssues({ chart }: BlockOf<'data_visualization'>, at: string): Issue[] {
  if (chart.type === 'pie') return []
  const names = repeats(chart.series.map((series) => series.name))
  const issues = names.map((name) => ({
    pointer: `${at}/chart/series/${name.at}/name`,
    message: 'names must be unique',
  }))
  const categories = [...chart.axis_config.categories].sort().join('\n')
  chart.series.forEach(({ data }, n) => {
    if (
      data
        .map((point) => point.label)
        .sort()
        .join('\n') !== categories
    )
      issues.push({ pointer: `${at}/chart/series/${n}/data`, message: 'must have exactly one point for each category' })
  })
  return issues
}

function acrossBlocks(blocks: readonly AnyBlock[]): Issue[] {
  const issues: Issue[] = []
  const count = { table: 0, cells: 0, plan: 0, chart: 0 }
  blocks.forEach((block, n) => {
    const pointer = `/blocks/${n}`
    const wrong = (when: boolean, message: string) => when && issues.push({ pointer, message })
    if (block.type === 'table' || block.type === 'data_table') {
      count.cells += charactersOf(block.rows)
      wrong(++count.table > 1, 'only_one_table_allowed')
      wrong(count.cells > maxTableCharacters, `no more than ${maxTableCharacters} characters allowed in tables`)
      issues.push(...tableIssues(block, pointer))
    } else if (block.type === 'data_visualization') {
      wrong(++count.chart > 2, 'Cannot have more than 2 data_visualization blocks')
      issues.push(...chartIssues(block, pointer))
    } else if (block.type === 'plan') wrong(++count.plan > 1, 'Cannot have more than 1 plan block')
  })
  return issues
}

/** The value as the schema reads it, or its faults in Slack's words. */
export function check<T>(schema: z.ZodType<T>, given: unknown): Checked<T> {
  const parsed = schema.safeParse(given)
  return parsed.success ? { value: parsed.data, issues: [] } : { issues: parsed.error.issues.map(wordingOf) }
}

const messageSchema = z.object({ blocks: z.array(messageBlockSchema).max(50) })

/** Checks the blocks of a message as Slack does, except for `maxMessageCharacters`, which has an error code of its own. */
export function checkMessageBlocks(blocks: unknown): Checked<MessageBlock[]> {
  const checked = check(messageSchema, { blocks })
  if (!('value' in checked)) return checked
  const value = checked.value.blocks
  const issues = [...repeatedIds(value), ...acrossBlocks(value)]
  return issues.length > 0 ? { issues } : { value, issues: [] }
}

/** Checks a view as `views.open` does. */
export function checkModal(view: unknown): Checked<Modal> {
  const checked = check(modalSchema, view)
  if (!('value' in checked)) return checked
  const { submit, blocks } = checked.value
  const issues = repeatedIds(blocks)
  if (submit === undefined && blocks.some((block) => block.type === 'input'))
    issues.push({ pointer: '', message: 'missing required field: submit' })
  return issues.length > 0 ? { issues } : checked
}

/** Checks a view as `views.publish` does. Tables have the limits of a message: none are documented for a Home tab. */
export function checkHome(view: unknown): Checked<HomeView> {
  const checked = check(homeViewSchema, view)
  if (!('value' in checked)) return checked
  const { blocks } = checked.value
  const issues = [...repeatedIds(blocks), ...acrossBlocks(blocks)]
  return issues.length > 0 ? { issues } : checked
}
