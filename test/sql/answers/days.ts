import { timeText } from '../reference.ts'
import {
  type Answer,
  distinct,
  groupBy,
  heard,
  isInside,
  listenersOf,
  percentOf,
  sessionsOf,
  sum,
  tenths,
} from './asked.ts'
import {
  dayOf,
  daysBetween,
  dayText,
  hasBegun,
  isKnownFromItsBeginning,
  isPartial,
  mondayOf,
  shownAt,
  zoneOf,
} from './calendar.ts'

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export const peakHours: Answer = (asked) => {
  const byWeekday = asked.args['by'] === 'weekday'
  const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`)
  const slots = groupBy(heard(asked), ({ at }) => {
    const shown = new Date(shownAt(at.getTime(), zoneOf(asked)))
    return byWeekday ? (shown.getUTCDay() + 6) % 7 : shown.getUTCHours()
  })
  return (byWeekday ? weekdays : hours).map((label, slot) => {
    const plays = slots.get(slot) ?? []
    return [label, plays.length, listenersOf(plays)]
  })
}

export const pulse: Answer = (asked) => {
  const zone = zoneOf(asked)
  const all = groupBy(asked.plays, ({ at }) => dayOf(at, zone))
  const inside = groupBy(heard(asked), ({ at }) => dayOf(at, zone))
  return daysBetween([...inside.keys()]).map((day) => {
    const plays = inside.get(day) ?? []
    const before = all.get(day - 7)?.length ?? 0
    const partial = isPartial(asked, day)
    const isCompared = !partial && before > 0 && isKnownFromItsBeginning(asked, day - 7)
    return [
      dayText(day),
      plays.length,
      listenersOf(plays),
      sessionsOf(plays),
      plays.length === 0 ? null : tenths(plays.length / listenersOf(plays)),
      tenths(sum(plays.map(({ milliseconds }) => milliseconds)) / 3_600_000),
      percentOf(plays.filter(({ level }) => level === 'paid').length, plays.length),
      isCompared ? percentOf(plays.length - before, before) : null,
      partial ? 'yes' : 'no',
    ]
  })
}

export const activeUsers: Answer = (asked) => {
  const zone = zoneOf(asked)
  const acts = [...asked.plays, ...asked.views].filter(({ at }) => at < asked.range.to)
  const people = groupBy(acts, ({ at }) => dayOf(at, zone))
  const oldest = Math.min(...people.keys())
  const active = (day: number, days: number): number =>
    listenersOf(Array.from({ length: days }, (_, back) => people.get(day - back) ?? []).flat())
  const days = acts.filter(isInside(asked)).map(({ at }) => dayOf(at, zone))
  return daysBetween(days).map((day) => {
    const [dau, wau, mau] = [active(day, 1), active(day, 7), active(day, 30)]
    const months = Math.min(30, day - oldest + 1)
    return [dayText(day), dau, wau, mau, percentOf(dau, mau), months, isPartial(asked, day) ? 'yes' : 'no']
  })
}

export const retention: Answer = (asked) => {
  const zone = zoneOf(asked)
  const weekOf = (at: Date): number => mondayOf(dayOf(at, zone))
  const newcomers = [...groupBy(asked.plays, ({ user }) => user)]
    .map(([user, plays]) => ({ user, at: plays[0]?.at ?? new Date(0) }))
    .filter(isInside(asked))
  const active = new Set(heard(asked).map(({ user, at }) => `${user} ${weekOf(at)}`))
  const cohorts = [...groupBy(newcomers, ({ at }) => weekOf(at))].toSorted(([a], [b]) => a - b)
  return cohorts.flatMap(([cohort, people]) =>
    Array.from({ length: Number(asked.args['weeks']) + 1 }, (_, week) => ({ week, monday: cohort + week * 7 }))
      .filter(({ monday }) => hasBegun(asked, monday))
      .map(({ week, monday }) => {
        const back = people.filter(({ user }) => active.has(`${user} ${monday}`)).length
        const share = percentOf(back, people.length)
        return [dayText(cohort), week, dayText(monday), back, share, isPartial(asked, monday, 7) ? 'yes' : 'no']
      }),
  )
}

export const coverage: Answer = (asked) => {
  const plays = heard(asked)
  const days = [...groupBy(plays, ({ at }) => dayText(dayOf(at, zoneOf(asked))))].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )
  const all: [string, typeof plays] = ['all days', plays]
  return [all, ...days].map(([period, group]) => {
    const matched = group.filter(({ match }) => match !== undefined).length
    const share = group.length === 0 ? null : Math.round((matched * 10_000) / group.length) / 100
    return [period, group.length, matched, share]
  })
}

export const timeframe: Answer = ({ plays }) => {
  const [first, last] = [plays[0]?.at ?? new Date(0), plays.at(-1)?.at ?? new Date(0)]
  const days = daysBetween([dayOf(first, 'UTC'), dayOf(last, 'UTC')]).length
  return [
    [
      timeText(first),
      timeText(last),
      days,
      distinct(plays, ({ at }) => dayOf(at, 'UTC')),
      plays.length,
      listenersOf(plays),
      sessionsOf(plays),
    ],
  ]
}
