import { z } from 'zod'
import { described, optionalZone } from '../../command/args.ts'
import type { Context } from '../../command/context.ts'
import type { Condition, ScheduleRecord, WhenPaused } from '../../ports/schedules.ts'
import { readSpan, spanMs } from '../../span.ts'

/** What a schedule does where nobody says otherwise. */
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

/** What was said of the options, the usual where nothing was; the zone is that of the asker's profile. */
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
  const about = 'the time zone of its times'
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
        about: 'when it is posted: only if it has rows, if a figure changes, if a check turns red or green',
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
        about: 'what it does while the warehouse is paused: wait, resume it, or give the last answers',
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
      { about: 'how late it is said where it was missed; 0 never', bare: false, form: 'left-out' },
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
  if (/^0[mhd]?$/.test(typed.trim().toLowerCase())) return 0
  const span = readSpan(typed, ['m', 'h', 'd'], 'h')
  const hours = span === null ? Number.POSITIVE_INFINITY : spanMs(span) / 3_600_000
  return hours <= longestHours ? hours : null
}
