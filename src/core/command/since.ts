import { z } from 'zod'
import { type ArgOptions, described } from './arg-meta.ts'

const units = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const

/** A day, or a length of time back from now: `2018-11-30`, `15m`, `24h`, `7d`, `4w`; may be left out. `sinceTime` reads it. */
export function optionalSince(options: ArgOptions): z.ZodType<string | undefined> {
  const span = z
    .string()
    .toLowerCase()
    .regex(/^[1-9]\d{0,3}[mhdw]$/)
  return described(z.union([z.iso.date(), span]).optional(), options, {
    accepts: 'a day like 2018-11-30 or a length of time like 15m, 24h or 7d',
  })
}

/** The time that `optionalSince` was given, in ISO 8601: the beginning of that day in UTC, or so long before `now`. */
export function sinceTime(said: string, now: Date): string {
  const unit = unitOf(said)
  const time =
    unit === null ? Date.parse(`${said}T00:00:00.000Z`) : now.getTime() - Number.parseInt(said, 10) * units[unit]
  return new Date(time).toISOString()
}

function unitOf(said: string): keyof typeof units | null {
  if (said.endsWith('m')) return 'm'
  if (said.endsWith('h')) return 'h'
  if (said.endsWith('d')) return 'd'
  return said.endsWith('w') ? 'w' : null
}
