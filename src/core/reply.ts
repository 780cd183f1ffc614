import { z } from 'zod'

/*
 * What a command answers, as plain data. Presenters make Block Kit, aligned text or JSON of it; nothing here is escaped or
 * formatted. The schemas are the scripting contract: `docs/answer.schema.json` is generated from them.
 */

/** One value of a table. Times are ISO 8601 in UTC, dates `YYYY-MM-DD`, whole numbers beyond 2^53 are strings. */
const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])
export type Cell = z.infer<typeof cellSchema>

/**
 * How a column is written for people; scripts can ignore it. An `id` is a number that is never grouped (ids, years, epochs); `signed` numbers
 * and a `change` in percent always show their sign.
 */
export const formatSchema = z.enum([
  'text',
  'integer',
  'id',
  'decimal',
  'signed',
  'percent',
  'change',
  'time',
  'date',
  'duration',
  'seconds',
  'bytes',
])
export type Format = z.infer<typeof formatSchema>

/** Something that a text states, in its words: `about` is the same for the same fact, whichever command states it. */
const factSchema = z.object({ about: z.string(), text: z.string() })
export type Fact = z.infer<typeof factSchema>

/**
 * `note` is small print below an answer; `warning` and `good` carry a mark; `code` keeps its lines as they are. `facts`: what it is made of, where
 * other commands state the same, so that one message of several answers has each once.
 */
const textReply = z.object({
  kind: z.literal('text'),
  text: z.string(),
  tone: z.enum(['plain', 'note', 'good', 'warning', 'code']).optional(),
  facts: z.array(factSchema).optional(),
})

/** A button: its label, and the command line that it runs; with `form` the rest of that line is filled in first. */
export const suggestionSchema = z.object({ label: z.string(), line: z.string(), form: z.boolean().optional() })
export type Suggestion = z.infer<typeof suggestionSchema>

/**
 * `labels` are the titles of the columns for people, where their names do not read well enough. `rows` may be fewer than `total`, the number of rows the answer has: its first ones, or with a `timeOrder` the newest ones, behind so
 * many first rows of another kind, such as a total. The only row of a `list`, of things and not of figures, is shown as a row too,
 * however wide it is. `actions` has what can be done with each row, in their order; null where there is nothing.
 */
const tableReply = z.object({
  kind: z.literal('table'),
  title: z.string(),
  columns: z.array(z.string()),
  labels: z.array(z.string()).optional(),
  formats: z.array(formatSchema).optional(),
  rows: z.array(z.array(cellSchema)),
  total: z.number(),
  list: z.literal(true).optional(),
  timeOrder: z.object({ after: z.int() }).optional(),
  actions: z.array(suggestionSchema.nullable()).exactOptional(),
})

/**
 * Command lines under headings: `name` is what is typed, `text` what it does. With `choose` they are offered in a menu of that label, which
 * runs the `line`; with `form` the rest of that line is filled in first.
 */
const menuReply = z.object({
  kind: z.literal('menu'),
  groups: z.array(
    z.object({
      title: z.string(),
      items: z.array(z.object({ name: z.string(), text: z.string(), line: z.string() })),
    }),
  ),
  choose: z.object({ label: z.string(), form: z.literal(true).optional() }).optional(),
})

/** A text file; `about` names its content in a few words. */
const fileReply = z.object({ kind: z.literal('file'), name: z.string(), about: z.string(), content: z.string() })

/**
 * Points in the order of `categories`; each series has one number per category, or null where there is none, and a `label` for people. `heat`:
 * a series is a row of cells, in percent. `funnel`: the categories are steps. `finding` states in a sentence what it shows. `notes` are on the
 * categories from `first` to `last`, which are days.
 */
const chartReply = z.object({
  kind: z.literal('chart'),
  type: z.enum(['bar', 'line', 'pie', 'area', 'heat', 'funnel']),
  title: z.string(),
  xLabel: z.string(),
  yLabel: z.string(),
  categories: z.array(z.string()),
  series: z.array(
    z.object({ name: z.string(), label: z.string().exactOptional(), values: z.array(z.number().nullable()) }),
  ),
  finding: z.string().exactOptional(),
  notes: z.array(z.object({ id: z.int(), first: z.string(), last: z.string(), text: z.string() })).exactOptional(),
})

export const stepStateSchema = z.enum(['pending', 'in_progress', 'complete', 'error', 'skipped'])
export type StepState = z.infer<typeof stepStateSchema>

/** The state of a step; `ms` is null until it has begun. */
export const stepViewSchema = z.object({
  title: z.string(),
  state: stepStateSchema,
  ms: z.number().nullable(),
  detail: z.string().optional(),
})
export type StepView = z.infer<typeof stepViewSchema>

const stepsReply = z.object({ kind: z.literal('steps'), title: z.string(), steps: z.array(stepViewSchema) })

/** A line of a plan that reads differently than it did; null where there is none. */
const planChange = z.object({ was: z.string().nullable(), now: z.string().nullable() })
export type PlanChange = z.infer<typeof planChange>

/**
 * What will happen if it is confirmed. `typed` is the word a person must type; without it a click is enough. `reasons` are why it
 * needs approval, `changes` what is different in it from the one that was confirmed. With a `card` it is posted for everybody:
 * `asker` asked for it, and the people and groups of these ids may approve it; `second`: the asker may not.
 */
const planReply = z.object({
  kind: z.literal('plan'),
  id: z.string(),
  line: z.string(),
  title: z.string(),
  facts: z.array(z.string()),
  act: z.string(),
  typed: z.string().optional(),
  danger: z.boolean(),
  expires: z.string(),
  reasons: z.array(z.string()).optional(),
  changes: z.array(planChange).optional(),
  card: z.object({ asker: z.string(), second: z.boolean(), approvers: z.array(z.string()) }).optional(),
})

const failureReply = z.object({
  kind: z.literal('failure'),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  /** Ids of the people and groups who can help. */
  ask: z.array(z.string()).optional(),
})

export const replySchema = z.discriminatedUnion('kind', [
  textReply,
  tableReply,
  menuReply,
  fileReply,
  chartReply,
  stepsReply,
  planReply,
  failureReply,
])
export type Reply = z.infer<typeof replySchema>
export type TextReply = z.infer<typeof textReply>
export type TableReply = z.infer<typeof tableReply>
export type MenuReply = z.infer<typeof menuReply>
export type FileReply = z.infer<typeof fileReply>
export type ChartReply = z.infer<typeof chartReply>
export type StepsReply = z.infer<typeof stepsReply>
export type PlanReply = z.infer<typeof planReply>
export type FailureReply = z.infer<typeof failureReply>

/**
 * A table of things: a row for each, and what can be done with it. Presenters make a button of that, a menu, or the line to type; without an
 * `action`, or where it is null for all, there is nothing. `rowOf` has a cell for each column.
 */
export function tableOfThings<T>(
  things: readonly T[],
  {
    title,
    columns,
    rowOf,
    action,
  }: {
    readonly title: string
    readonly columns: Columns
    readonly rowOf: (thing: T) => readonly Cell[]
    readonly action?: (thing: T) => Suggestion | null
  },
): TableReply {
  const actions = action === undefined ? [] : things.map(action)
  return {
    ...figuresTable(title, columns, things.map(rowOf)),
    list: true,
    ...(actions.some((one) => one !== null) ? { actions } : {}),
  }
}

/** The columns of a table, in order, each with its format. */
type Columns = Readonly<Record<string, Format>>

/** A table of figures. `total` where not all rows are in it. */
export function figuresTable(
  title: string,
  columns: Columns,
  rows: readonly (readonly Cell[])[],
  total = rows.length,
): TableReply {
  return {
    kind: 'table',
    title,
    columns: Object.keys(columns),
    formats: Object.values(columns),
    rows: rows.map((row) => [...row]),
    total,
  }
}

/** Command lines below a heading, as they are typed. */
export function linesGroup(title: string, lines: readonly string[]): MenuReply['groups'][number] {
  return { title, items: lines.map((line) => ({ name: line, text: '', line })) }
}

/** A text reply made of facts, with this between one and the next. */
export function stating(facts: readonly Fact[], between: string, tone: TextReply['tone'] = 'plain'): TextReply {
  return { ...text(facts.map((fact) => fact.text).join(between), tone), facts: [...facts] }
}

/** A text reply. */
export function text(words: string, tone: TextReply['tone'] = 'plain'): TextReply {
  return tone === 'plain' ? { kind: 'text', text: words } : { kind: 'text', text: words, tone }
}
