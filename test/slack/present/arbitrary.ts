import fc from 'fast-check'
import type { Answer, RunView } from '../../../src/core/answer.ts'
import type { Home, HomeEntry } from '../../../src/core/home/home-view.ts'
import type { PlanRecord } from '../../../src/core/ports/plans.ts'
import {
  type Cell,
  formatSchema,
  type PlanReply,
  type Reply,
  type StepView,
  stepStateSchema,
  type TableReply,
} from '../../../src/core/reply.ts'
import { anyCharacter } from '../../support/any-text.ts'

const nasty = [
  '',
  ' ',
  '\u200b',
  '\u202eabc\u202c',
  '<!channel>',
  '<@U123ABC>',
  '@here',
  'https://evil.example/x?y=1',
  'evil.com',
  '*bold* _it_ ~st~ `code` ```block```',
  '&amp; & < >',
  ':skull:',
  '=HYPERLINK("http://evil.example")',
  'BjÃ¶rk',
  '👩‍🚀👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'שלום עולם',
  'مرحبا بالعالم',
  '日本語の歌手です',
  'می‌خواهم',
  'line one\nline two\r\nline three\u2028four',
  'Z̸̡̢̛̗̘̙̜̝̞̟̠̣̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎̀́̂̃̄',
  '\ud800',
  '9223372036854775807',
] as const

/** Words as people and data may hold them, the worst included, up to 3,000 characters and beyond. */
export const words: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...nasty) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...nasty), fc.integer({ min: 1, max: 3_000 }))
      .map(([piece, n]) => piece.repeat(Math.ceil(n / (piece.length || 1)))),
  },
)

const cell: fc.Arbitrary<Cell> = fc.oneof(
  words,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant('2018-11-30T21:59:00.123Z'),
)

/** Tables from nothing to 5,000 rows of 25 columns; long ones repeat a few rows, ragged ones lack cells. */
export const table: fc.Arbitrary<TableReply> = fc
  .record({
    title: words,
    columns: fc.array(words, { maxLength: 25 }),
    formats: fc.option(fc.array(fc.constantFrom(...formatSchema.options), { maxLength: 25 }), { nil: undefined }),
    some: fc.array(fc.array(cell, { maxLength: 25 }), { maxLength: 6 }),
    times: fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.constantFrom(20, 99, 100, 101, 1_000) },
    ),
    more: fc.constantFrom(0, 0, 1, 4_000),
    action: fc.option(fc.record({ label: words, line: words, form: fc.boolean() })),
  })
  .map(({ title, columns, formats, some, times, more, action }) => {
    const rows = Array.from({ length: some.length * times }, (_, at) => some[at % some.length] ?? [])
    return {
      kind: 'table',
      title,
      columns,
      rows,
      total: rows.length + more,
      ...(action === null ? {} : { actions: rows.map((_, at) => (at % 3 === 1 ? null : action)) }),
      ...(formats === undefined ? {} : { formats }),
    }
  })

const step: fc.Arbitrary<StepView> = fc
  .record({
    title: words,
    state: fc.constantFrom(...stepStateSchema.options),
    ms: fc.option(fc.integer({ min: 0, max: 1e9 })),
    detail: fc.option(words, { nil: undefined }),
  })
  .map(({ detail, ...rest }) => (detail === undefined ? rest : { ...rest, detail }))

const chart: fc.Arbitrary<Reply> = fc.record({
  kind: fc.constant('chart' as const),
  type: fc.constantFrom('bar', 'line', 'pie', 'area'),
  title: words,
  xLabel: words,
  yLabel: words,
  categories: fc.array(words, { maxLength: 45 }),
  series: fc.array(
    fc.record({
      name: words,
      values: fc.array(fc.oneof(fc.integer({ min: -50, max: 5_000 }), fc.double()), { maxLength: 45 }),
    }),
    { maxLength: 8 },
  ),
})

/** Charts whose series have one figure for each category, as a command makes them. */
const wholeChart: fc.Arbitrary<Reply> = fc
  .tuple(
    fc.constantFrom('bar' as const, 'line' as const, 'pie' as const, 'area' as const),
    fc.array(fc.tuple(words, fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: -99, max: 9_999 })), {
      minLength: 1,
      maxLength: 20,
    }),
    words,
  )
  .map(([type, points, title]) => ({
    kind: 'chart',
    type,
    title,
    xLabel: title,
    yLabel: title,
    categories: points.map(([label]) => label),
    series: [
      { name: title, values: points.map(([, value]) => value) },
      ...(type === 'pie' ? [] : [{ name: title, values: points.map(([, , value]) => value) }]),
    ],
  }))

const line = fc.option(words, { nil: null })

/** Those whom a card calls. */
export const approvers = ['U02AB3C4D', 'S0APPROVE', 'nobody'] as const

const plan: fc.Arbitrary<PlanReply> = fc
  .record({
    kind: fc.constant('plan' as const),
    id: fc.uuid(),
    line: words,
    title: words,
    facts: fc.array(words, { maxLength: 8 }),
    act: words,
    typed: fc.option(words, { nil: undefined }),
    danger: fc.boolean(),
    expires: fc.constantFrom('2026-11-30T03:10:00.000Z', 'soon'),
    reasons: fc.option(fc.array(words, { maxLength: 3 }), { nil: undefined }),
    changes: fc.option(fc.array(fc.record({ was: line, now: line }), { maxLength: 4 }), { nil: undefined }),
    card: fc.option(
      fc.record({ asker: words, second: fc.boolean(), approvers: fc.subarray([...approvers, ...approvers]) }),
      { nil: undefined },
    ),
  })
  .map(({ typed, reasons, changes, card, ...rest }) => ({
    ...rest,
    ...(typed === undefined ? {} : { typed }),
    ...(reasons === undefined ? {} : { reasons }),
    ...(changes === undefined ? {} : { changes }),
    ...(card === undefined ? {} : { card }),
  }))

const by = fc.record({ kind: fc.constant('slack' as const), id: fc.constantFrom('U1', 'U2'), name: words })
const at = fc.constant('2026-11-30T03:10:00.000Z')

/** Any plan, whatever has become of it. */
export const planRecord: fc.Arbitrary<PlanRecord> = fc.record({
  id: fc.uuid(),
  command: words,
  args: fc.constant(null),
  line: words,
  asker: by,
  place: fc.constant({ kind: 'slack' as const, channel: 'C1', direct: false }),
  draft: fc.record({ title: words, facts: fc.array(words, { maxLength: 8 }), act: words, danger: fc.boolean() }),
  expires: at,
  reasons: fc.constant([]),
  card: fc.boolean(),
  post: fc.constant(null),
  end: fc.option(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('approved', 'replaced', 'rejected', 'withdrawn'), by, at }),
      fc.record({ kind: fc.constant('failed' as const), by, at, why: words }),
      fc.record({ kind: fc.constant('expired' as const), at }),
    ),
  ),
})

/** Any reply. */
export const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({
    kind: fc.constant('text' as const),
    text: words,
    tone: fc.constantFrom('plain', 'note', 'good', 'warning'),
  }),
  table,
  chart,
  wholeChart,
  fc.record({ kind: fc.constant('steps' as const), title: words, steps: fc.array(step, { maxLength: 40 }) }),
  plan,
  fc.record(
    {
      kind: fc.constant('failure' as const),
      code: words,
      message: words,
      remedy: words,
      ask: fc.subarray([...approvers]),
    },
    { requiredKeys: ['kind', 'code', 'message', 'remedy'] },
  ),
)

/** Any run. */
export const run: fc.Arbitrary<RunView> = fc.record({
  id: fc.integer({ min: 1 }),
  command: words,
  line: words,
  who: words,
  state: fc.constantFrom('running', 'complete', 'error', 'cancelled'),
  started: fc.constant('2026-11-30T03:00:00.000Z'),
  ended: fc.constantFrom(null, '2026-11-30T03:00:41.000Z'),
  steps: fc.array(step, { maxLength: 40 }),
})

const homeEntry: fc.Arbitrary<HomeEntry> = fc.record({
  title: words,
  words: fc.array(fc.oneof(words, fc.record({ id: fc.constantFrom('C0MUSIC', 'x'), name: words })), {
    maxLength: 8,
  }),
  steps: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(step, { maxLength: 40 }) },
  ),
  next: fc.array(
    fc.oneof(
      fc.record({ label: words, line: fc.constant('runs 12') }),
      fc.record({ label: words, line: fc.constant('schedule-add'), form: fc.boolean() }),
      fc.record({ label: words, line: fc.constant('cancel 12'), sure: words }),
    ),
    { maxLength: 9 },
  ),
  note: words,
})

/** Any Home tab, also one with more in it than Slack takes. */
export const home: fc.Arbitrary<Home> = fc.record({
  headline: words,
  sections: fc.array(fc.record({ title: words, entries: fc.array(homeEntry, { maxLength: 12 }) }), { maxLength: 8 }),
  note: words,
})

/** Any answer. */
export const answer: fc.Arbitrary<Answer> = fc.record({
  ok: fc.boolean(),
  exit: fc.constantFrom(0, 1, 2, 3),
  headline: words,
  audience: fc.constantFrom('asker', 'channel'),
  run: fc.option(run),
  replies: fc.array(reply, { maxLength: 8 }),
  next: fc.array(fc.record({ label: words, line: words }), { maxLength: 6 }),
})
