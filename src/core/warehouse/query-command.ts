import { z } from 'zod'
import type { Suggestion } from '../answer.ts'
import { argMeta } from '../command/arg-meta.ts'
import { choice, flag, integer, optionalDate, optionalSpan, optionalText } from '../command/args.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context, RunContext } from '../command/context.ts'
import { type Command, defineCommand } from '../command/define.ts'
import type { ArgumentValues } from '../ports/runs.ts'
import type { QueryFile } from '../sql/files.ts'
import type { QueryParam } from '../sql/query-param.ts'
import { zoneParam } from '../sql/query-statement.ts'
import { zoneName } from '../sql/zone.ts'
import { followUps } from './follow-ups.ts'
import { answerOf, type QueryAnswer } from './query-answer.ts'

/**
 * A query file as a command: its header's parameters are the arguments, its rows the answer. It counts days in its asker's own zone, keeps
 * what it asked of the engine with the answer, word for word, and offers buttons that go on from there.
 */
export function commandOfQuery(query: QueryFile): Command {
  const shape = Object.fromEntries(query.params.map((param) => [param.name, argumentOf(param)]))
  const days = zoneParam(query) === undefined ? ' (UTC)' : ''
  const window = query.timed
    ? {
        last: optionalSpan({
          about: 'only the time up to the newest data, such as 24h, 7d or 4w; whole-day: the newest day that is over',
        }),
        since: optionalDate({ about: `only from this day on${days}`, bare: false }),
        until: optionalDate({ about: `only up to this day, inclusive${days}`, bare: false }),
      }
    : {}
  const command: Command = defineCommand({
    name: query.name,
    summary: query.description,
    group: 'questions',
    role: query.role,
    effect: 'read',
    keeps: true,
    audience: 'channel',
    args: z.object({ ...shape, ...window }),
    examples: query.examples,
    async run(args, context, named) {
      const { deps, signal, who } = context
      const own = await ownZone(query, named, context)
      const given = { ...named, ...own }
      // What a night posts is of one day: that of its figures, which are told in the zone of whoever had it posted.
      const isWholeDay = args['last'] === 'whole-day' && zoneParam(query) === undefined
      const zone = isWholeDay ? zoneName(await deps.directory.zoneOf(who)) : null
      const answer = await answerOf(query, { ...args, ...own }, deps, { signal, ...(zone === null ? {} : { zone }) })
      return {
        ...answer.outcome,
        asked: answer.asked,
        facts: { rows: answer.table.rows.length },
        next: nextOf(query, command, given, answer, context),
      }
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
  { asked, table, load }: QueryAnswer,
  { place, runId, catalog, who }: RunContext,
): readonly Suggestion[] {
  const direct = place.kind === 'slack' && place.direct
  // In a channel buttons are for whoever may press them; in direct messages there is but one.
  const offers = (next: Suggestion): boolean => {
    const makes = place.kind === 'slack' ? catalog.named(next.line) : undefined
    return makes !== undefined && (!direct || mayUse(makes, who.role))
  }
  const oldest = load.facts.dataFrom ?? null
  return followUps({ query, command, given, asked, table, id: runId, direct, offers, oldest })
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
