import { z } from 'zod'
import { liveRows } from '../answers/query-answer.ts'
import { copiedRows } from '../answers/while-away.ts'
import type { Channel } from '../channel.ts'
import { described, optionalChannel, optionalInteger, words } from '../command/args.ts'
import { authorise } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import { partLines, quote } from '../command/line.ts'
import { canonicalLine } from '../command/read-arguments.ts'
import { inField, OpsError } from '../errors.ts'
import { type Place, placeWords } from '../place.ts'
import type { ArgumentValues } from '../ports/runs.ts'
import type { AlertDefinition } from '../ports/watches.ts'
import { cutChannel } from '../schedule/make/when.ts'
import { hasRowPerDay } from '../sql/files.ts'
import { zoneParam } from '../sql/query-statement.ts'
import { withLive } from '../warehouse/live.ts'
import { type ColumnCondition, conditionForms, conditionText, readColumnCondition } from './condition.ts'
import { readFigures, type WatchedFigures, watchedQuery, wholeDaysOf } from './figures.ts'
import { neededFrom, type Observed, observeDay, observeSingle } from './observe.ts'
import { unusualPoints } from './verdict.ts'

/** How many alerts there may be. */
export const mostAlerts = 50

const mostDays = 7

/** What can be given of an alert, in words or by name; the form has the named ones. */
export function alertArgs(presence: { readonly form?: 'required' }) {
  return {
    words: words({
      about: 'the query in quotation marks, then when and the condition, then in #channel (here if left out)',
      accepts: `"pulse" when ${conditionForms} in #channel`,
    }),
    query: described(
      z.string().min(1).max(1000).optional(),
      { label: 'Query', about: 'a query with a row for each day, or with a single row', bare: false, ...presence },
      { accepts: 'a query like pulse', kind: 'lines' },
    ),
    when: described(
      z
        .string()
        .refine((typed) => readColumnCondition(typed) !== null)
        .transform((typed) => readColumnCondition(typed) ?? undefined)
        .optional(),
      {
        label: 'When',
        about: 'below or above a limit, changed from the same day a week before, or outside of its usual band',
        bare: false,
        ...presence,
      },
      { noun: 'a condition', accepts: conditionForms },
    ),
    for: optionalInteger({
      label: 'Days in a row',
      about: `how many days in a row must meet it, 1 to ${mostDays}; 1 if left out`,
      bare: false,
      min: 1,
      max: mostDays,
    }),
    channel: optionalChannel({ label: 'Channel', about: 'where it posts; here if left out', bare: false }),
  } as const
}

/** What somebody wants an alert to be; undefined where they have not named it. */
interface WantedAlert {
  readonly query: string | undefined
  readonly when: ColumnCondition | undefined
  readonly days: number | undefined
  readonly channel: Channel | undefined
}

/** Reads `"pulse" when plays<200 for 2 days in #channel` and the same by name. Throws `bad_argument` for what is not understood. */
export function wantedAlert(said: z.output<z.ZodObject<ReturnType<typeof alertArgs>>>): WantedAlert {
  const { channel, rest } = cutChannel(said.words)
  const at = rest.findIndex((word) => word.toLowerCase() === 'when')
  const query = (at === -1 ? rest : rest.slice(0, at)).join(' ')
  const behind = at === -1 ? '' : rest.slice(at + 1).join(' ')
  const [, typed = behind, days] = /^(.*?)\s+for\s+(\d)(?:\s*d|\s+days?)?$/i.exec(behind) ?? []
  const when = typed === '' ? said.when : readColumnCondition(typed)
  if (when === null) {
    throw new OpsError('bad_argument', `"${typed}" is not a condition. Nothing was done.`, `Use ${conditionForms}.`, {
      field: 'when',
    })
  }
  return {
    query: query === '' ? said.query : query,
    when,
    days: days === undefined ? said.for : Number(days),
    channel: channel ?? said.channel,
  }
}

/** An alert that can be judged, and what the live load shows of it now. */
interface CheckedAlert {
  readonly definition: AlertDefinition
  readonly now: Observed | null
  readonly zone: string
}

/**
 * The definition of an alert, with its query's line as it will be asked: its days in the zone of the asker, without a period where it has a row
 * for each day. It is tried on the live load. Throws what is wrong with the line, `not_allowed`, `bad_argument` with what can be watched, and
 * what keeps the warehouse from answering.
 */
export async function checkedAlert(
  { query: line, when, days = 1 }: Pick<WantedAlert, 'query' | 'when' | 'days'>,
  context: Context,
): Promise<CheckedAlert> {
  const { deps, who, signal } = context
  if (line === undefined || when === undefined) {
    const field = line === undefined ? 'query' : 'when'
    const what = line === undefined ? 'Which query should be watched?' : 'When should it fire?'
    throw new OpsError('bad_argument', `${what} Nothing was done.`, `For example: alert add "pulse" when plays<200.`, {
      field,
    })
  }
  const watched = await inField('query', () => lineToWatch(line, context))
  const { catalog } = context
  authorise(catalog.read(watched).command, who, deps.directory)
  const definition: AlertDefinition = { kind: 'alert', line: watched, ...when, days }
  const asked = watchedQuery(watched, catalog, deps)
  const { now } = await inField('when', () =>
    withLive(
      deps,
      async (load) => ({ now: await tried(definition, liveRows(load, deps)) }),
      async (cluster) => {
        const copy = await copiedRows(cluster, deps)
        return copy === null ? null : { now: await tried(definition, copy) }
      },
    ),
  )
  return { definition, now, zone: asked.zone }

  async function tried(alert: AlertDefinition, source: Parameters<typeof readFigures>[4]): Promise<Observed | null> {
    const whole = wholeDaysOf(source.load, asked.zone)
    const since = whole === null ? null : neededFrom(alert, whole.last)
    const figures = await readFigures(asked, alert.column, whole, since, source, { library: deps.library, signal })
    requireDays(alert, figures)
    if (figures.kind === 'single') return observeSingle(alert, figures, null, null)
    return whole === null ? null : observeDay(alert, figures, whole.last)
  }
}

/** A single figure has no days, so nothing of it is usual, and none are in a row. */
function requireDays({ condition, days }: AlertDefinition, { kind }: WatchedFigures): void {
  if (kind === 'days' || (condition.kind !== 'unusual' && days === 1)) return
  const [what, field] = condition.kind === 'unusual' ? ['unusual', 'when'] : ['for=', 'for']
  throw new OpsError(
    'bad_argument',
    `${what} needs a query with a row for each day; this one has a single row. Nothing was done.`,
    condition.kind === 'unusual' ? 'Use a limit, or changed>20%.' : 'Leave it out.',
    { field },
  )
}

/** The canonical line of a query: in the asker's zone where its days depend on one, and without a period where it has a row for each day. */
async function lineToWatch(typed: string, { catalog, deps, who }: Context): Promise<string> {
  const [line = '', ...more] = partLines(typed)
  if (more.length > 0) {
    throw new OpsError('bad_argument', 'An alert watches one query. Nothing was done.', 'Add one alert for each.')
  }
  const { query } = watchedQuery(line, catalog, deps)
  const { command, given } = catalog.read(line)
  const periods = hasRowPerDay(query) ? ['since', 'until', 'last', 'compare'] : ['compare']
  const kept = Object.entries(given).filter(([name]) => !periods.includes(name))
  const param = zoneParam(query)
  const own = param === undefined || param.name in given ? null : await deps.directory.zoneOf(who)
  const zone: ArgumentValues = param === undefined || own === null || own === param.default ? {} : { [param.name]: own }
  return canonicalLine(command, { ...Object.fromEntries(kept), ...zone })
}

/** How it is judged, for who makes or changes an alert. */
export function judgingWords({ definition, now, zone }: CheckedAlert): readonly string[] {
  const seen =
    now === null
      ? []
      : [now.observation.kind === 'unknown' ? `Now: ${now.observation.why}` : `Now: ${now.observation.headline}`]
  const band =
    definition.condition.kind === 'unusual'
      ? [`Usual: median ± 3 MAD of the same weekday, of ${unusualPoints.least} to ${unusualPoints.weeks} weeks.`]
      : []
  return [...seen, ...band, `It is judged within a minute of each new load, on whole days (${zone}).`]
}

/** The line that makes an alert again, in its channel. */
export function alertLine({ line, days, ...condition }: AlertDefinition, place: Place): string {
  const when = quote(conditionText(condition))
  const where = place.kind === 'slack' && !place.direct ? ` in ${placeWords(place)}` : ''
  return `alert add ${quote(line)} when ${when}${days === 1 ? '' : ` for=${days}`}${where}`
}
