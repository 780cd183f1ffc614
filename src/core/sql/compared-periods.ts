import { dayMs, hourMs } from '../span.ts'
import { type DataSpan, periodLabel, type TimeWindow } from './window.ts'
import { instantAt, wallClock } from './zone.ts'

/** The earlier periods that an answer can be compared with: the one right before it, or the same days a week or a calendar month before. */
export const earlierPeriods = ['previous', 'week', 'month'] as const
export type EarlierPeriod = (typeof earlierPeriods)[number]

/**
 * Two equally long periods. Only the label of the earlier one, which comes last in a title, names the zone. `days`: how many days lie between
 * their beginnings. `isCut`: they are shorter than what was asked for, because the data hold no more of both.
 */
export interface ComparedPeriods {
  readonly now: TimeWindow
  readonly before: TimeWindow
  readonly days: number
  readonly isCut: boolean
}

/**
 * The part of a period that has data and an equally long part of an earlier one that has data, by the clocks of a zone. A first or last
 * day of the data that lacks less than an hour counts as whole. `byDay`: the answer has a row a day, so whole days lie between the two. Null
 * where there is no such part.
 */
export function comparedPeriods(
  { from, to }: TimeWindow,
  with_: EarlierPeriod,
  data: DataSpan,
  zone: string,
  byDay = false,
): ComparedPeriods | null {
  const wall = (at: number): number => wallClock(at, zone).getTime()
  const [begin, end] = [wall(from.getTime()), wall(to.getTime())]
  const shift = begin - beginOfEarlier(begin, end, with_, byDay)
  const [oldest, newest] = [wall(data.oldest.getTime()), wall((data.anchor ?? data.newest).getTime()) + 1]
  const dataBegin = begin % dayMs === 0 && oldest % dayMs < hourMs ? oldest - (oldest % dayMs) : oldest
  const dataEnd = dayMs - (newest % dayMs) < hourMs ? newest + dayMs - (newest % dayMs) : newest
  const first = Math.max(begin, dataBegin + shift)
  const last = Math.min(end, dataEnd)
  if (first >= last) return null
  const windowOf = (wallFrom: number, wallTo: number): TimeWindow => {
    const [start, stop] = [instantAt(wallFrom, zone), instantAt(wallTo, zone)]
    return { from: new Date(start), to: new Date(stop), label: periodLabel(start, stop, zone) }
  }
  const now = windowOf(first, last)
  return {
    now: { ...now, label: now.label.slice(0, -` ${zone}`.length) },
    before: windowOf(first - shift, last - shift),
    days: Math.round(shift / dayMs),
    isCut: first > begin || last < end,
  }
}

function beginOfEarlier(begin: number, end: number, with_: EarlierPeriod, byDay: boolean): number {
  if (with_ === 'week') return begin - 7 * dayMs
  if (with_ === 'previous') {
    // Hours end a millisecond after the newest play.
    return begin - (byDay || begin % dayMs === 0 ? Math.ceil((end - begin - 1) / dayMs) * dayMs : end - begin)
  }
  const date = new Date(begin)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() - 1]
  // The 31st of a month has no day of that number in the month before a short one.
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastOfMonth)) + (begin % dayMs)
}
