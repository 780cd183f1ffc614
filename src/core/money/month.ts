/** A calendar month in UTC: `name` as `2026-11`, `from` inclusive, `to` exclusive. */
export interface Month {
  readonly name: string
  readonly from: Date
  readonly to: Date
}

/** The month that a time is in. */
export function monthOf(at: Date): Month {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()]
  return {
    name: at.toISOString().slice(0, 7),
    from: new Date(Date.UTC(year, month)),
    to: new Date(Date.UTC(year, month + 1)),
  }
}

/** The month of a name like `2026-11`. */
export function monthNamed(name: string): Month {
  return monthOf(new Date(`${name}-01T00:00:00.000Z`))
}

const words = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** "November 2026". */
export function monthWords({ from }: Month): string {
  return words.format(from)
}
