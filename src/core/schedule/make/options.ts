import { z } from 'zod'
import { described, optionalZone } from '../../command/args.ts'
import type { Context } from '../../command/context.ts'
import { capitalized, hours } from '../../format.ts'
import type { Condition, ScheduleRecord, WhenPaused } from '../../ports/schedules.ts'
import { hourMs, readSpan, spanMs } from '../../span.ts'

/** The defaults of a schedule. */
export const usual = { condition: { kind: 'always' }, whenPaused: 'wait', catchUpHours: 6 } as const satisfies Options

/** How a schedule behaves. */
export type Options = Pick<ScheduleRecord, 'condition' | 'whenPaused' | 'catchUpHours'>

const conditions = ['always', 'not-empty', 'changed', 'changed>5%', 'changed>10%', 'changed>25%', 'checks']
const ways = ['wait', 'resume', 'last'] as const satisfies readonly WhenPaused[]
const longestHours = 7 * 24

/** The arguments that make a new schedule another one than the usual. */
export const optionArgs = { tz: zone('that of your profile'), ...options('always', 'wait', '6h') }

/** The same arguments, where what is left out stays as it is. */
export const changeArgs = { tz: zone(), ...options() }

/** What was run of the options, the usual where nothing was; the zone is that of the asker's profile. */
export async function optionsOf(
  said: z.output<z.ZodObject<typeof optionArgs>>,
  { deps, who }: Context,
): Promise<Options & Pick<ScheduleRecord, 'zone'>> {
  return {
    zone: said.tz ?? (await deps.directory.zoneOf(who)),
    condition: said.if ?? usual.condition,
    whenPaused: said.paused ?? usual.whenPaused,
    catchUpHours: said['catch-up'] ?? usual.catchUpHours,
  }
}

function zone(fallback?: string) {
  const about = 'time zone; that of your profile if left out'
  return optionalZone({
    about,
    label: 'Time zone',
    bare: false,
    ...(fallback === undefined ? {} : { usual: fallback }),
  })
}

function options(condition?: string, whenPaused?: string, catchUp?: string) {
  const usually = (fallback?: string) => (fallback === undefined ? {} : { fallback })
  return {
    if: described(
      z
        .string()
        .refine((typed) => readCondition(typed) !== null)
        .transform((typed): Condition => readCondition(typed) ?? usual.condition)
        .optional(),
      {
        label: 'Post only when',
        about: 'post always, or only with rows, when a figure changes, or when a check turns red or green',
        bare: false,
      },
      {
        accepts: 'always, not-empty, changed, changed>10% (or any other figure), checks',
        values: conditions,
        ...usually(condition),
      },
    ),
    paused: described(
      z.string().toLowerCase().pipe(z.enum(ways)).optional(),
      {
        about: 'while the warehouse is paused: wait, resume it, or post the last answers',
        bare: false,
        form: 'left-out',
      },
      { accepts: ways.join(', '), values: ways, ...usually(whenPaused) },
    ),
    'catch-up': described(
      z
        .string()
        .refine((typed) => readCatchUp(typed) !== null)
        .transform((typed) => readCatchUp(typed) ?? usual.catchUpHours)
        .optional(),
      { about: 'how late a missed time is still run; 0: not at all', bare: false, form: 'left-out' },
      { noun: 'a valid duration', accepts: `6h or 90m, at most ${longestHours}h, or 0`, ...usually(catchUp) },
    ),
  } as const
}

/** Reads `changed>10%` and its likes; null for anything else. Words as people write them: `changed by 10 %`. */
export function readCondition(typed: string): Condition | null {
  const word = typed.trim().toLowerCase()
  if (word === 'always' || word === 'not-empty' || word === 'checks') return { kind: word }
  const [whole, percent = '0'] = /^changed(?:\s*(?:>|by|\s)\s*(\d{1,4}(?:\.\d{1,3})?)\s*%?)?$/.exec(word) ?? []
  return whole === undefined ? null : { kind: 'changed', percent: Number(percent) }
}

/** Reads `6h`, `90m`, `2d` and `0` as hours; null for anything else. */
function readCatchUp(typed: string): number | null {
  if (/^0[mhd]?$/i.test(typed.trim())) return 0
  const span = readSpan(typed, ['m', 'h', 'd'], 'h')
  const hours = span === null ? Number.POSITIVE_INFINITY : spanMs(span) / hourMs
  return hours <= longestHours ? hours : null
}

/** The options that are not the usual ones, as they would be typed. */
export function optionWords({ condition, whenPaused, catchUpHours }: Options): readonly string[] {
  return [
    ...(condition.kind === usual.condition.kind ? [] : [`if=${conditionWord(condition)}`]),
    ...(whenPaused === usual.whenPaused ? [] : [`paused=${whenPaused}`]),
    ...(catchUpHours === usual.catchUpHours ? [] : [`catch-up=${spanWord(catchUpHours)}`]),
  ]
}

function conditionWord(condition: Condition): string {
  if (condition.kind !== 'changed') return condition.kind
  return condition.percent === 0 ? 'changed' : `changed>${condition.percent}%`
}

function spanWord(span: number): string {
  return Number.isInteger(span) ? `${span}h` : `${Math.round(span * 60)}m`
}

/** All options in words: "Always posts · waits while the warehouse is paused · runs up to 6 h late if missed". */
export function optionSentence({ condition, whenPaused, catchUpHours }: Options): string {
  return capitalized([conditionWords(condition), pausedWords[whenPaused], lateWords(catchUpHours)].join(' · '))
}

/** Those in words that are not the usual ones. */
export function unusualWords({ condition, whenPaused, catchUpHours }: Options): readonly string[] {
  return [
    ...(condition.kind === usual.condition.kind ? [] : [conditionWords(condition)]),
    ...(whenPaused === usual.whenPaused ? [] : [pausedWords[whenPaused]]),
    ...(catchUpHours === usual.catchUpHours ? [] : [lateWords(catchUpHours)]),
  ]
}

const pausedWords = {
  wait: 'waits while the warehouse is paused',
  resume: 'resumes a paused warehouse and pauses it again',
  last: 'posts the last answers while the warehouse is paused',
} as const satisfies Readonly<Record<WhenPaused, string>>

function lateWords(catchUpHours: number): string {
  return catchUpHours === 0 ? 'does not run late' : `runs up to ${hours(catchUpHours)} late if missed`
}

function conditionWords(condition: Condition): string {
  switch (condition.kind) {
    case 'always':
      return 'always posts'
    case 'not-empty':
      return 'posts when it has rows or fails'
    case 'changed':
      return condition.percent === 0
        ? 'posts when a figure changes or it fails'
        : `posts when a figure changes by more than ${condition.percent}% or it fails`
    case 'checks':
      return 'posts when a check turns red or green, or it fails'
  }
}
