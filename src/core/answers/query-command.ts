import { z } from 'zod'
import type { AskedQuestion, Suggestion } from '../answer.ts'
import {
  argMeta,
  choice,
  flag,
  integer,
  optionalChoice,
  optionalDate,
  optionalPeriod,
  optionalText,
} from '../command/args.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context, RunContext } from '../command/context.ts'
import { type Command, defineCommand } from '../command/define.ts'
import { quote } from '../command/line.ts'
import { canonicalLine } from '../command/read-arguments.ts'
import { isoDay } from '../day.ts'
import type { ClusterFacts } from '../ports/cluster.ts'
import type { RunId } from '../ports/ledger.ts'
import type { ArgumentValues } from '../ports/runs.ts'
import type { TableReply } from '../reply.ts'
import { dayMs } from '../span.ts'
import { earlierPeriods } from '../sql/compared-periods.ts'
import { hasRowPerDay, type QueryFile } from '../sql/files.ts'
import type { QueryParam } from '../sql/query-param.ts'
import { zoneParam } from '../sql/query-statement.ts'
import { wallClock, zoneName } from '../sql/zone.ts'
import { withLive } from '../warehouse/live.ts'
import { answerOfQuery, liveRows, type QueryAnswer, type RowSource } from './query-answer.ts'
import { rowsPerPage } from './stored-result.ts'
import { copiedRows, keptOutcome, wakeButton } from './while-away.ts'

/**
 * A query file as a command: its header's parameters are the arguments, its rows the answer. It counts days in its asker's own zone, keeps
 * what it asked of the engine with the answer, word for word, and offers buttons that go on from there.
 */
export function commandOfQuery(query: QueryFile): Command {
  const shape = Object.fromEntries(query.params.map((param) => [param.name, argumentOf(param)]))
  const days = zoneParam(query) === undefined ? ' (UTC)' : ''
  const window = query.timed
    ? {
        last: optionalPeriod({
          about: 'period up to the newest data: 24h, 7d or 4w; whole-day is the newest complete day',
        }),
        since: optionalDate({ about: `first day${days}`, bare: false }),
        until: optionalDate({ about: `last day, inclusive${days}`, bare: false }),
        compare: optionalChoice({
          about: 'an earlier period to compare with: the previous one, or the same days a week or a month before',
          values: earlierPeriods,
          bare: false,
        }),
      }
    : {}
  const command: Command = defineCommand({
    name: query.name,
    summary: query.description,
    group: 'questions',
    role: query.role,
    effect: 'read',
    keeps: true,
    audience: query.audience,
    args: z.object({ ...shape, ...window }),
    examples: query.examples,
    async run(args, context, named) {
      const { deps, signal, who } = context
      const own = await ownZone(query, named, context)
      const given = { ...named, ...own }
      // A nightly post is of one day, in the zone of the person who had it posted.
      const isWholeDay = args['last'] === 'whole-day' && zoneParam(query) === undefined
      const zone = isWholeDay ? zoneName(await deps.directory.zoneOf(who)) : null
      const asking = { signal, ...(zone === null ? {} : { zone }) }
      const answered = async (source: RowSource, away: ClusterFacts | null) => {
        const answer = await answerOfQuery(source, query, { ...args, ...own }, deps, asking)
        const next = nextOf(query, command, given, answer, context)
        return {
          ...answer.outcome,
          asked: answer.asked,
          facts: { rows: answer.table.rows.length },
          next: away === null ? next : [...wakeButton(away, context), ...next],
        }
      }
      return withLive(
        deps,
        (load) => answered(liveRows(load, deps), null),
        async (cluster) => {
          const copy = await copiedRows(cluster, deps)
          if (copy !== null) return answered(copy, cluster)
          return keptOutcome(query, { ...args, ...own }, cluster, context, zone ?? undefined)
        },
      )
    },
  })
  return command
}

/** The zone of the asker's profile, as an argument, where the days of a query depend on one and its line named none. */
async function ownZone(
  query: QueryFile,
  given: ArgumentValues,
  { deps, who }: Context,
): Promise<Record<string, string>> {
  const param = zoneParam(query)
  if (param === undefined || param.name in given) return {}
  const zone = zoneName(await deps.directory.zoneOf(who))
  return zone === null || zone === param.default ? {} : { [param.name]: zone }
}

function nextOf(
  query: QueryFile,
  command: Command,
  given: ArgumentValues,
  { asked, table, load, isComparable }: QueryAnswer,
  { place, runId, catalog, who }: RunContext,
): readonly Suggestion[] {
  const direct = place.kind === 'slack' && place.direct
  // In a channel buttons are for everyone who may click them; direct messages have one reader.
  const offers = (next: Suggestion): boolean => {
    const makes = place.kind === 'slack' ? catalog.named(next.line) : undefined
    return makes !== undefined && (!direct || mayUse(makes, who.role))
  }
  return followUps({ query, command, given, asked, table, id: runId, direct, offers, facts: load.facts, isComparable })
}

function argumentOf(param: QueryParam): z.ZodType {
  const about = param.description
  switch (param.kind) {
    case 'integer':
      return integer({ about, min: param.min, max: param.max, fallback: param.default })
    case 'choice':
      return choice({ about, values: param.values, fallback: param.default })
    case 'flag':
      return flag({ about, fallback: param.default })
    case 'date':
      return optionalDate({ about, bare: false })
    case 'text':
      return optionalText({
        about,
        bare: false,
        maxLength: param.maxLength,
        accepts: `text of up to ${param.maxLength} characters`,
      })
    case 'zone':
      return zone(about, param.default)
  }
}

function zone(about: string, fallback: string): z.ZodType<string> {
  const schema = z
    .string()
    .refine((typed) => zoneName(typed) !== null)
    .transform((typed) => zoneName(typed) ?? typed)
    .default(fallback)
  argMeta.add(schema, { about, bare: false, rest: false, accepts: 'a time zone like Europe/London', fallback })
  return schema
}

/** An answer, and what must be known to go on from it. */
export interface Answered {
  readonly query: QueryFile
  readonly command: Command
  /** What its line named, the zone of its days among it where they depend on one. */
  readonly given: ArgumentValues
  readonly asked: AskedQuestion
  readonly table: TableReply
  readonly id: RunId
  /** In direct messages. */
  readonly direct: boolean
  /** Whether somebody who reads it may fill this form in. */
  readonly offers: (form: Suggestion) => boolean
  /** When the data begin and end, ISO 8601. */
  readonly facts: QueryAnswer['load']['facts']
  /** There are data of the period before, and it is not compared with them. */
  readonly isComparable: boolean
}

/** What can be done with an answer, the most useful first: presenters show four, and the rest in a menu. */
export function followUps(answered: Answered): readonly Suggestion[] {
  const { id, direct, query } = answered
  const earlier = [...comparedWith(answered), ...periodBefore(answered)].slice(0, 1)
  const isPrivate = direct || query.audience === 'asker'
  const handed = isPrivate ? { label: 'Share…', line: `share ${id}`, form: true } : { label: 'CSV', line: `csv ${id}` }
  const [follow, post] = postedRegularly(answered)
  return [
    ...moreOf(answered),
    ...earlier,
    ...(follow ?? []),
    { label: 'Source', line: `result ${id} source` },
    ...(post ?? []),
    ...watchIt(answered),
    handed,
  ]
}

/** The forms that have this line posted to one person, and in a channel; day and time are there to be changed. */
function postedRegularly({ command, given, offers }: Answered): readonly (readonly Suggestion[])[] {
  const lines = `lines=${quote(canonicalLine(command, given))}`
  return [
    { label: 'Follow…', line: `follow ${lines} day=mondays time=09:00`, form: true },
    { label: 'Post this every…', line: `schedule-add ${lines} day=daily time=07:00`, form: true },
  ].map((form) => (offers(form) ? [form] : []))
}

/** The form of an alert on this query, where its answer has a row for each day. */
function watchIt({ query, command, given, offers }: Answered): readonly Suggestion[] {
  if (!hasRowPerDay(query)) return []
  const form: Suggestion = {
    label: 'Alert…',
    line: `alert-add query=${quote(canonicalLine(command, given))}`,
    form: true,
  }
  return offers(form) ? [form] : []
}

const usualLengths = [10, 20, 50, 100, 200, 500, 1000]

/** Stored rows that are not shown at once, or a longer list where this one was cut to the length that was asked for. */
function moreOf({ query, command, given, asked, table, id }: Answered): readonly Suggestion[] {
  if (table.rows.length > rowsPerPage) return [{ label: 'More rows', line: `result ${id} page=2` }]
  const length = asked.values['n']
  const param = query.params.find(({ name }) => name === 'n')
  if (typeof length !== 'number' || param?.kind !== 'integer' || table.rows.length < length) return []
  const longer = usualLengths.find((n) => n > length && n <= param.max)
  if (longer === undefined) return []
  return [{ label: `Top ${longer}`, line: lineWith(command, given, { n: String(longer) }) }]
}

/** The same question beside the period before, where one was asked for and there are data of it. */
function comparedWith({ command, given, isComparable }: Answered): readonly Suggestion[] {
  if (!isComparable || (given['last'] === undefined && given['since'] === undefined)) return []
  return [{ label: 'Compare', line: lineWith(command, given, { compare: 'previous' }) }]
}

/**
 * The same question about as many days before; about the last days with data where the window begins after them. Nothing without a window,
 * for one that is not of whole days, and for one that begins with the data.
 */
function periodBefore({ query, command, given, asked, facts }: Answered): readonly Suggestion[] {
  if (!query.timed || (given['last'] === undefined && given['since'] === undefined)) return []
  const zone = zoneOf(query, given)
  const [from, to] = [instantOf(asked.values['from']), instantOf(asked.values['to'])]
  if (Date.parse(facts.dataUntil ?? '') < from) {
    const line = lineWith(command, given, { last: '7d', since: undefined, until: undefined })
    return [{ label: 'Last 7 days of data', line }]
  }
  const first = wallClock(from, zone).getTime()
  if (first % dayMs !== 0 || !(Date.parse(facts.dataFrom ?? '') < from)) return []
  const lastDay = Math.floor(wallClock(to - 1, zone).getTime() / dayMs) * dayMs
  const days = (lastDay - first) / dayMs + 1
  const before = { since: isoDay(first - days * dayMs), until: isoDay(first - dayMs), last: undefined }
  return [{ label: days === 1 ? 'Previous day' : `Previous ${days} days`, line: lineWith(command, given, before) }]
}

function zoneOf(query: QueryFile, given: ArgumentValues): string {
  const param = zoneParam(query)
  const said = param === undefined ? undefined : given[param.name]
  return typeof said === 'string' ? said : (param?.default ?? 'UTC')
}

/** The instant of a timestamp in UTC as windows bind it: `2018-11-24 00:00:00.000`. */
function instantOf(timestamp: string | number | undefined): number {
  return Date.parse(`${String(timestamp).replace(' ', 'T')}Z`)
}

/** The line with some of its arguments changed; those that are undefined are left out. */
function lineWith(
  command: Command,
  given: ArgumentValues,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const changed = Object.entries({ ...given, ...changes })
  return canonicalLine(
    command,
    Object.fromEntries(changed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  )
}
