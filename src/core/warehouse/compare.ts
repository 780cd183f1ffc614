import { isoDay } from '../day.ts'
import type { Deps, PublishLimits } from '../deps.ts'
import { count, percent, plural } from '../format.ts'
import type { ResultSet, Target } from '../ports/engine.ts'
import type { Comparison, LoadRecord } from '../ports/loads.ts'
import { figuresTable, type TableReply, type TextReply, text } from '../reply.ts'
import { formatCell } from '../tables.ts'
import { losesTooMuch } from './limits.ts'

/*
 * A load is compared with the one that readers have, before it takes its place. Rows of tables were counted by the audits of both; plays
 * by day take one scan of each load, and so do those by artist where the one did not begin as a copy of the other.
 */

const daysKept = 20
const artistsKept = 5
// More are not fetched; one that is missing on either side is left out then, because nobody knows its plays there.
const artistsRead = 20_000
const daysRead = 50_000

/** Compares a load, built or held, with the live one. Throws what the engine throws. */
export async function compareLoads(
  target: Target,
  live: LoadRecord,
  deps: Deps,
  signal: AbortSignal,
): Promise<Comparison> {
  const load = await deps.ledger.loads.get(target.load)
  const both: readonly Target[] = [{ kind: 'live', load: live.id }, target]
  const isIncrement = target.kind === 'candidate' && load?.facts.base === live.id
  const touched: readonly Target[] = both.map((one) => ({ ...one, touched: { key: 'event', by: target.load } }))
  const of = (targets: readonly Target[], sql: string, maxRows: number) =>
    Promise.all(targets.map((one) => deps.engine.query(one, { sql }, { maxRows, signal })))
  const [days, artists] = await Promise.all([
    of(both, deps.library.comparison.days, daysRead),
    of(isIncrement ? touched : both, deps.library.comparison.artists, artistsRead),
  ])
  const { policy, clock, library } = deps
  const today = isoDay(clock.now())
  return judge({ live, load, days, artists }, { limits: policy.publishLimits, star: library.tables.star, today })
}

/** What is known of two loads, of the live one first. */
interface Found {
  readonly live: LoadRecord
  readonly load: LoadRecord | null
  readonly days: readonly ResultSet[]
  readonly artists: readonly ResultSet[]
}

/** What a comparison is judged by: without limits nothing is held. `today` is YYYY-MM-DD in UTC; that day is not over. */
interface Judged {
  readonly limits: PublishLimits | null
  readonly star: readonly string[]
  readonly today: string
}

/** Compares what is known of two loads. */
export function judge({ live, load, days, artists }: Found, { limits, star, today }: Judged): Comparison {
  const isLost = (before: number, after: number, percent: number): boolean =>
    limits !== null && losesTooMuch(before, after, percent, limits)
  const [then, now] = [live.facts.counts ?? {}, load?.facts.counts ?? {}]
  const tables = Object.entries(now).map(([table, after]) => {
    const before = then[table] ?? 0
    // Staging may hold an event twice, of which one may go.
    const held = star.includes(table) && isLost(before, after, limits?.rows ?? 0)
    return { table, before, after, held }
  })
  const changed = changesIn(days.map(playsBy)).map(({ name: day, before, after }) => {
    const held = (day < today || after === 0) && isLost(before, after, limits?.days ?? 0)
    return { day, before, after, held }
  })
  const shown = changed
    .toSorted((a, b) => Number(b.held) - Number(a.held) || change(b) - change(a) || (a.day < b.day ? -1 : 1))
    .slice(0, daysKept)
    .toSorted((a, b) => (a.day < b.day ? -1 : 1))
  const [before = 0, after = 0] = days.map(coverageOf)
  return {
    live: live.id,
    tables,
    days: { changed: changed.length, held: changed.filter(({ held }) => held).length, shown },
    coverage: { before, after, held: limits !== null && before - after > limits.coverage },
    artists: changesIn(artists.map(playsBy), artists.map(isWhole))
      .toSorted((a, b) => change(b) - change(a) || (a.name < b.name ? -1 : 1))
      .slice(0, artistsKept)
      .map(({ name: artist, ...plays }) => ({ artist, ...plays })),
  }
}

function change({ before, after }: { readonly before: number; readonly after: number }): number {
  return Math.abs(after - before)
}

function isWhole({ rows, total }: ResultSet): boolean {
  return rows.length === total
}

/** The second column of a result by its first. */
function playsBy({ rows }: ResultSet): ReadonlyMap<string, number> {
  return new Map(rows.map(([name, plays]) => [String(name), Number(plays)]))
}

/** What differs between two lists of numbers; what is not in a list that is `whole` is 0 there. */
function changesIn(
  [then = new Map(), now = new Map()]: readonly ReadonlyMap<string, number>[],
  [isThenWhole = true, isNowWhole = true]: readonly boolean[] = [],
): readonly { readonly name: string; readonly before: number; readonly after: number }[] {
  return [...new Set([...then.keys(), ...now.keys()])].flatMap((name) => {
    const before = then.get(name) ?? (isThenWhole ? 0 : undefined)
    const after = now.get(name) ?? (isNowWhole ? 0 : undefined)
    return before === undefined || after === undefined || before === after ? [] : [{ name, before, after }]
  })
}

/** The share of plays that match the catalogue, in percent. */
function coverageOf({ rows }: ResultSet): number {
  const sum = (column: number): number => rows.reduce((all, row) => all + Number(row[column]), 0)
  return sum(1) === 0 ? 0 : (100 * sum(2)) / sum(1)
}

/** Whether anything was found to differ. */
export function differs({ tables, days }: Comparison): boolean {
  return days.changed > 0 || tables.some((rows) => change(rows) > 0)
}

/** Whether somebody has to look at a load before it is published. */
export function isBeyondLimits({ tables, days, coverage }: Comparison): boolean {
  return days.held > 0 || coverage.held || tables.some(({ held }) => held)
}

const reasonsShown = 3

const present = { lose: 'lose', loses: 'loses', falls: 'falls' }
/** For a text that is read after the load was published or discarded. */
export const past: typeof present = { lose: 'lost', loses: 'lost', falls: 'fell' }

/** What is beyond the limits, in a few words each: "2018-11-14 loses 431 of 451 plays", "songplays loses 431 of 6,820 rows". */
export function lossesOf({ tables, days, coverage }: Comparison, verbs = present): readonly string[] {
  const loss = (before: number, after: number, what: string): string =>
    `${verbs.loses} ${after === 0 ? `all ${plural(before, what)}` : `${count(before - after)} of ${plural(before, what)}`}`
  const lost = days.shown.filter(({ held }) => held).toSorted((a, b) => change(b) - change(a))
  const more = days.held - reasonsShown
  return [
    ...lost.slice(0, reasonsShown).map(({ day, before, after }) => `${day} ${loss(before, after, 'play')}`),
    ...(more > 0 ? [`${plural(more, 'more day')} ${more === 1 ? verbs.loses : verbs.lose} plays`] : []),
    ...tables.filter(({ held }) => held).map(({ table, before, after }) => `${table} ${loss(before, after, 'row')}`),
    ...(coverage.held ? [`coverage ${verbs.falls} from ${points(coverage.before)} to ${points(coverage.after)}`] : []),
  ]
}

function points(share: number): string {
  return percent(share, 100)
}

/** A comparison as its reader sees it: the tables, the days that changed, and what else did. */
export function comparisonReplies({
  live,
  tables,
  days,
  coverage,
  artists,
}: Comparison): readonly (TableReply | TextReply)[] {
  const more = days.changed - days.shown.length
  const movers = artists.map(({ artist, before, after }) => `${artist} ${formatCell(after - before, 'signed')}`)
  const small = [
    ...(more > 0 ? [`${plural(more, 'more day')} changed`] : []),
    `coverage ${points(coverage.before)} → ${points(coverage.after)}`,
    ...(movers.length === 0 ? [] : [`biggest changes in plays: ${movers.join(', ')}`]),
  ]
  return [
    tableOfChanges(
      `Compared with load ${live}`,
      'table',
      tables.map((row) => ({ name: row.table, ...row })),
      'text',
    ),
    ...(days.shown.length === 0
      ? []
      : [
          tableOfChanges(
            'Days that changed (plays, UTC)',
            'day',
            days.shown.map((row) => ({ name: row.day, ...row })),
            'date',
          ),
        ]),
    text(small.join(' · '), 'note'),
  ]
}

function tableOfChanges(
  title: string,
  first: string,
  rows: readonly { readonly name: string; readonly before: number; readonly after: number }[],
  format: 'text' | 'date',
): TableReply {
  return figuresTable(
    title,
    { [first]: format, before: 'integer', after: 'integer', change: 'signed' },
    rows.map(({ name, before, after }) => [name, before, after, after - before]),
  )
}

/** How the rows of tables have changed: "songplays +388 · users −2", or "same number of rows". */
export function changesLine(
  tables: readonly Pick<Comparison['tables'][number], 'table' | 'before' | 'after'>[],
): string {
  const changed = tables.filter((rows) => change(rows) > 0)
  if (changed.length === 0) return 'same number of rows'
  return changed.map(({ table, before, after }) => `${table} ${formatCell(after - before, 'signed')}`).join(' · ')
}
