import { z } from 'zod'
import { argMeta } from '../command/arg-meta.ts'
import { choice, flag, integer, optionalDate, optionalSpan, optionalText } from '../command/args.ts'
import { type Command, defineCommand } from '../command/define.ts'
import type { QueryFile } from '../sql/files.ts'
import type { QueryParam } from '../sql/query-param.ts'
import { zoneParam } from '../sql/query-statement.ts'
import { zoneName } from '../sql/zone.ts'
import { answerOf } from './query-answer.ts'

/** A query file as a command: its header's parameters are the arguments, its rows the answer. */
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
  return defineCommand({
    name: query.name,
    summary: query.description,
    group: 'questions',
    role: query.role,
    effect: 'read',
    audience: 'channel',
    args: z.object({ ...shape, ...window }),
    examples: query.examples,
    async run(args, { deps, signal, who }) {
      // What a night posts is of one day: that of its figures, which are told in the zone of whoever had it posted.
      const isWholeDay = args['last'] === 'whole-day' && zoneParam(query) === undefined
      const zone = isWholeDay ? zoneName(await deps.directory.zoneOf(who)) : null
      return answerOf(query, args, deps, { signal, ...(zone === null ? {} : { zone }) })
    },
  })
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
