import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { dayMs } from '../../span.ts'

const noteKey = 'bot-presence'

const absenceSchema = z.object({ from: z.string(), to: z.string() })

/** When the bot was last at work, and when it was not within the last two days. ISO 8601 in UTC. */
const presenceSchema = z.object({ at: z.string(), absences: z.array(absenceSchema) })
type Absence = z.infer<typeof absenceSchema>

// The bot looks at the clock every minute; a restart within this time is none of its absences.
const absentMs = 180_000
const keptMs = 2 * dayMs

/** Notes that the bot is at work at this minute, and what it missed since the last one: it was stopped, or its machine slept. */
export async function notePresence({ ledger, clock }: Pick<Deps, 'ledger' | 'clock'>): Promise<void> {
  const now = clock.now()
  const known = presenceSchema.safeParse(await ledger.notes.get(noteKey)).data
  const to = now.toISOString()
  const isBack = known !== undefined && now.getTime() - Date.parse(known.at) > absentMs
  const absences = [...(known?.absences ?? []), ...(isBack ? [{ from: known.at, to }] : [])]
  await ledger.notes.set(noteKey, {
    at: to,
    absences: absences.filter(({ to: end }) => now.getTime() - Date.parse(end) < keptMs),
  })
}

/** The longest absence of the bot within a span of time; null where it was there all the time. */
export async function absenceWithin(from: Date, to: Date, { ledger }: Pick<Deps, 'ledger'>): Promise<Absence | null> {
  const known = presenceSchema.safeParse(await ledger.notes.get(noteKey)).data
  const within = (known?.absences ?? [])
    .map(({ from: begin, to: end }) => ({
      from: begin > from.toISOString() ? begin : from.toISOString(),
      to: end < to.toISOString() ? end : to.toISOString(),
      whole: { from: begin, to: end },
    }))
    .filter((absence) => absence.from < absence.to)
    .toSorted((a, b) => length(b) - length(a))
  return within[0]?.whole ?? null
}

function length({ from, to }: Absence): number {
  return Date.parse(to) - Date.parse(from)
}
