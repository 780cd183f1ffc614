import { compareText, type PageView, type Play, timeText, usersOf } from '../reference.ts'
import {
  type Answer,
  type Asked,
  groupBy,
  heard,
  isInside,
  listenersOf,
  percentOf,
  sessionsOf,
  sum,
  tenths,
} from './asked.ts'
import { dayOf } from './calendar.ts'

export const paidVsFree: Answer = (asked) => {
  const plays = heard(asked)
  const byLevel = groupBy(plays, ({ level }) => level)
  const now = groupBy(usersOf(asked.source), ([, , , , level]) => String(level))
  return [...new Set([...byLevel.keys(), ...now.keys()])].toSorted(compareText).map((level) => {
    const group = byLevel.get(level) ?? []
    const none = group.length === 0
    const minutes = sum(group.map(({ milliseconds }) => milliseconds)) / 60_000
    return [
      level,
      group.length,
      none ? null : percentOf(group.length, plays.length),
      listenersOf(group),
      now.get(level)?.length ?? 0,
      none ? null : tenths(group.length / listenersOf(group)),
      sessionsOf(group),
      none ? null : tenths(minutes / sessionsOf(group)),
    ]
  })
}

/** The value below which a part of the sorted numbers lies, between two neighbours in proportion. */
function percentile(numbers: readonly number[], tenthsBelow: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [place, rest] = [Math.floor((tenthsBelow * (sorted.length - 1)) / 10), (tenthsBelow * (sorted.length - 1)) % 10]
  const [low = 0, high = low] = [sorted[place], sorted[place + 1]]
  return (low * (10 - rest) + high * rest) / 10
}

export const sessions: Answer = (asked) => {
  const visits = [...groupBy(heard(asked), ({ user, session }) => `${user} ${session}`).values()].map((plays) => ({
    user: plays[0]?.user ?? 0,
    level: plays[0]?.level ?? '',
    plays: plays.length,
    minutes: sum(plays.map(({ milliseconds }) => milliseconds)) / 60_000,
  }))
  const levels = [...groupBy(visits, ({ level }) => level)].toSorted(([a], [b]) => compareText(a, b))
  const all: [string, typeof visits] = ['all', visits]
  return (visits.length === 0 ? [] : [all, ...levels]).map(([level, group]) => {
    const [plays, minutes] = [group.map((visit) => visit.plays), group.map((visit) => visit.minutes)]
    return [
      level,
      group.length,
      listenersOf(group),
      percentile(plays, 5),
      percentile(plays, 9),
      Math.max(...plays),
      tenths(percentile(minutes, 5)),
      tenths(percentile(minutes, 9)),
    ]
  })
}

function daysFrom(start: Date, end: Date): number {
  return dayOf(end, 'UTC') - dayOf(start, 'UTC')
}

/** Of those who took a step, the first time after it that they opened a page. */
function next(views: readonly PageView[], taken: ReadonlyMap<number, Date>, page: string): ReadonlyMap<number, Date> {
  return new Map(
    [...taken].flatMap(([user, since]) => {
      const view = views.find(
        (candidate) => candidate.user === user && candidate.page === page && candidate.at >= since,
      )
      return view === undefined ? [] : [[user, view.at] as const]
    }),
  )
}

export const upgradeFunnel: Answer = (asked) => {
  const views = asked.views.filter(isInside(asked))
  const free = heard(asked).filter(({ level }) => level === 'free')
  const listened = new Map([...groupBy(free, ({ user }) => user)].map(([user, [play]]) => [user, Number(play?.at)]))
  const first = new Map([...listened].map(([user, at]) => [user, new Date(at)]))
  const opened = next(views, first, 'Upgrade')
  const submitted = next(views, opened, 'Submit Upgrade')
  const meanDays = (taken: ReadonlyMap<number, Date>): number | null =>
    taken.size === 0
      ? null
      : tenths(sum([...taken].map(([user, at]) => daysFrom(first.get(user) ?? at, at))) / taken.size)
  return [
    ['Listened on the free level', first.size, null, percentOf(first.size, first.size), null],
    [
      'Opened Upgrade',
      opened.size,
      percentOf(opened.size, first.size),
      percentOf(opened.size, first.size),
      meanDays(opened),
    ],
    [
      'Submitted the upgrade',
      submitted.size,
      percentOf(submitted.size, opened.size),
      percentOf(submitted.size, first.size),
      meanDays(submitted),
    ],
  ]
}

export const churnRisk: Answer = (asked) => {
  const { level, silent, n } = asked.args
  const before = asked.plays.filter(({ at }) => at < asked.range.to)
  const newest = before.at(-1)?.at ?? new Date(0)
  const lastPlays = new Map(before.map(({ user, at }) => [user, at]))
  const pages = groupBy(asked.views.filter(isInside(asked)), ({ user, page }) => `${user} ${page}`)
  return usersOf(asked.source)
    .filter(([, , , , current]) => level === 'any' || current === level)
    .map(([user, firstName, lastName, , current]) => {
      const last = lastPlays.get(Number(user))
      const silentDays = last === undefined ? null : daysFrom(last, newest)
      const [seen, submitted] = ['Downgrade', 'Submit Downgrade'].map(
        (page) => pages.get(`${user} ${page}`)?.length ?? 0,
      )
      const found = [(seen ?? 0) > 0, (submitted ?? 0) > 0, silentDays !== null && silentDays >= Number(silent)]
      return {
        user: Number(user),
        name: `${firstName} ${lastName}`,
        level: current ?? null,
        signs: found.filter(Boolean).length,
        submitted: submitted ?? 0,
        seen: seen ?? 0,
        silentDays,
        last: last === undefined ? null : timeText(last),
      }
    })
    .filter(({ signs }) => signs > 0)
    .toSorted(
      (a, b) =>
        b.signs - a.signs ||
        b.submitted - a.submitted ||
        b.seen - a.seen ||
        (b.silentDays ?? -1) - (a.silentDays ?? -1) ||
        a.user - b.user,
    )
    .slice(0, Number(n))
    .map((row) => [row.user, row.name, row.level, row.signs, row.submitted, row.seen, row.silentDays, row.last])
}

/** Plays and listeners by some name, those of too few listeners together at the end. */
function byPlace(asked: Asked, nameOf: (play: Play) => string, merged: string): Answer {
  const plays = heard(asked)
  const groups = [...groupBy(plays, nameOf)]
  const isSmall = (group: readonly Play[]): boolean => asked.args['people'] === 'hide' && listenersOf(group) < 3
  const small = groups.filter(([, group]) => isSmall(group)).flatMap(([, group]) => group)
  const rows = groups
    .filter(([, group]) => !isSmall(group))
    .map(([name, group]) => ({ name, plays: group.length, listeners: listenersOf(group) }))
    .toSorted((a, b) => b.plays - a.plays || b.listeners - a.listeners || compareText(a.name, b.name))
    .slice(0, Number(asked.args['n'] ?? Number.POSITIVE_INFINITY))
    .map((row) => [row.name, row.plays, percentOf(row.plays, plays.length), row.listeners])
  if (small.length === 0) return () => rows
  if (listenersOf(small) < 3) return () => [...rows, [merged, null, null, null]]
  return () => [...rows, [merged, small.length, percentOf(small.length, plays.length), listenersOf(small)]]
}

export const locations: Answer = (asked) => {
  const nameOf = ({ location }: Play): string =>
    (asked.args['by'] === 'metro' ? location : location?.split(', ')[1]) ?? 'unknown'
  return byPlace(asked, nameOf, 'Places of fewer than 3 listeners')(asked)
}

const systems = [
  [/iPhone|iPad|iPod/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Macintosh/, 'Mac'],
  [/X11; Linux/, 'Linux'],
] as const
const browsers = [
  [/MSIE|Trident/, 'Internet Explorer'],
  [/Firefox/, 'Firefox'],
  [/Chromium/, 'Chromium'],
  [/Chrome/, 'Chrome'],
  [/Version.*Safari/, 'Safari'],
] as const

export const platforms: Answer = (asked) => {
  const nameOf = ({ agent }: Play): string => {
    const [system, browser] = [systems, browsers].map(
      (known) => known.find(([words]) => words.test(agent ?? ''))?.[1] ?? 'other',
    )
    if (asked.args['by'] === 'both') return `${browser} on ${system}`
    return String(asked.args['by'] === 'browser' ? browser : system)
  }
  return byPlace(asked, nameOf, 'Platforms of fewer than 3 listeners')(asked)
}
