import { z } from 'zod'
import { OpsError } from '../core/errors.ts'

const wholeNumber = (least: number, most: number) => {
  const words = `a whole number from ${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}`
  return z.int(`must be ${words}`).min(least, `must be ${words}`).max(most, `must be ${words}`)
}

const schema = z
  .object({
    /** Events of the log, over all days. */
    events: wholeNumber(1, 1_000_000_000).default(10_000),
    /** Songs of the catalogue, one file each. */
    songs: wholeNumber(1, 1_000_000).default(500),
    /** UTC days of the log, one file each. */
    days: wholeNumber(1, 3_660).default(30),
    /** Other seeds give other samples. */
    seed: wholeNumber(0, 0xffff_ffff).default(1),
    /** The first day of the log. */
    start: z.iso.date('must be a date such as 2018-11-01').default('2018-11-01'),
  })
  .refine(({ events, days }) => events >= days, {
    path: ['events'],
    error: 'must be at least as many as there are days, so that no day is empty',
  })

/** All that a sample depends on. */
export type SampleOptions = Readonly<z.output<typeof schema>>

/** What `npm run sample` makes without options. */
export const sampleDefaults: SampleOptions = schema.parse({})

/** What the first start of the bot makes: made in a second, and large enough to hold every fault of the real data. */
export const firstSample: SampleOptions = { ...sampleDefaults, events: 4_000, songs: 400, days: 14 }

/**
 * Options as given by a program or typed in a terminal, where numbers are text. What is left out has its default.
 * @throws OpsError `bad_argument`, naming every wrong option the way it is typed (`--events`).
 */
export function sampleOptions(given: Readonly<Record<string, unknown>>): SampleOptions {
  const numbers = Object.entries(given).map(([name, value]) =>
    typeof value === 'string' && /^\d+$/.test(value) ? [name, Number(value)] : [name, value],
  )
  const parsed = schema.safeParse(Object.fromEntries(numbers))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.map(String).join('.')
    return `--${name} ${message}, not ${JSON.stringify(given[name] ?? null)}`
  })
  throw new OpsError('bad_argument', `${problems.join('; ')}.`, 'Nothing was written.')
}
