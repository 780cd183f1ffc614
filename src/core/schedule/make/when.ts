import { type Channel, readChannel, withChannelNames } from '../../channel.ts'
import { OpsError } from '../../errors.ts'
import { readTimeOfDay, type TimeOfDay, timeOfDayWords } from '../../time-of-day.ts'

/** When a schedule is run. */
export interface When {
  /** The words about time, tidied, for lists: "daily at 03:00". Reading them gives the same again. */
  readonly phrase: string
  /** Its days, or how often: "nightly", "mondays", "every 6h". Null where a cron expression was given. */
  readonly days: string | null
  /** Five fields. */
  readonly cron: string
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const named = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat'
const cronField = `(?:[\\d*/,?LW#-]|${named})+`
const wholeField = new RegExp(`^${cronField}$`, 'i')

/** The five fields of a cron expression, as the source of a regular expression that minds no case. */
export const cronSource = `${cronField}(?: ${cronField}){4}`

const forms =
  'daily at 03:00, weekdays at 07:30, mondays at 9:00, every 6h, hourly, or a cron expression such as "0 3 * * *"'

/** Whether words about time begin at this place: "daily", "every", or the first of the five fields of a cron expression. */
function beginsWhen(words: readonly string[], at: number): boolean {
  const word = words[at]?.toLowerCase() ?? ''
  if (['every', 'hourly', 'cron'].includes(word) || daysOf(word) !== null || isCron(word.split(/\s+/))) return true
  const behind = words[at + 5]?.toLowerCase()
  return isCron(words.slice(at, at + 5)) && (behind === undefined || behind === 'in')
}

function isCron(fields: readonly string[]): boolean {
  return fields.length === 5 && fields.every((field) => wholeField.test(field))
}

/** Reads the words about time. Throws `bad_argument` naming the word and the forms there are. */
export function readWhen(words: readonly string[]): When {
  const split = words.flatMap((word) => word.split(/\s+/))
  const fields = split[0]?.toLowerCase() === 'cron' ? split.slice(1) : split
  if (isCron(fields)) return { phrase: `cron ${fields.join(' ')}`, days: null, cron: fields.join(' ') }
  const [first = '', second = '', ...rest] = fields.map((word) => withChannelNames(word).toLowerCase())
  if (first === '') throw new OpsError('bad_argument', 'When should it run? Nothing was done.', `Use ${forms}.`)
  if (first === 'at') return timeFirst(second, rest)
  if (isTime(first)) return timeFirst(first, [second, ...rest])
  if (first === 'hourly') return everyOf('1h', second === '' ? [] : [second, ...rest], first)
  if (first === 'every') {
    const days = second === 'day' ? 'daily' : second.replace(/s?$/, 's')
    if (daysOf(days) !== null) return readWhen([days, ...rest])
    return everyOf(second, rest)
  }
  const [time, ...more] = second === 'at' ? rest : [second, ...rest]
  const days = daysOf(first)
  if (days === null) throw notUnderstood(first)
  if (more[0] !== undefined) throw notUnderstood(more[0])
  const at = timeOf(time ?? '')
  return { phrase: `${first} at ${timeOfDayWords(at)}`, days: first, cron: `${at.minute} ${at.hour} * * ${days}` }
}

/** `at 07:00 daily`: the time before the days. */
function timeFirst(time: string, words: readonly string[]): When {
  timeOf(time)
  const [days = '', ...rest] = isOnBefore(words, 0) ? words.slice(1) : words
  if (days === '') throw new OpsError('bad_argument', 'On which days? Nothing was done.', `Use ${forms}.`)
  if (days === 'every') return readWhen([days, ...rest.slice(0, 1), 'at', time, ...rest.slice(1)])
  if (days !== 'hourly' && daysOf(days) === null) throw notUnderstood(days)
  return readWhen([days, 'at', time, ...rest])
}

/** `every 6h`, from midnight on or, with `from 01:30`, from the first such time of the day on. */
function everyOf(span: string, rest: readonly string[], hourly?: string): When {
  const hours = span === 'hour' ? 1 : Number(/^(\d{1,2})h?$/.exec(span)?.[1] ?? Number.NaN)
  const [from, time, ...extra] = rest.filter((word) => !['h', 'hour', 'hours'].includes(word))
  const unknown = from === undefined || from === 'from' || from === 'at' ? extra[0] : from
  if (unknown !== undefined) throw notUnderstood(unknown)
  // Only divisors of 24 keep the same distance over midnight.
  if (!(hours >= 1 && 24 % hours === 0)) {
    throw new OpsError(
      'bad_argument',
      `"${`every ${span}`.trim()}" does not divide a day into equal parts. Nothing was done.`,
      'Use every 1h, 2h, 3h, 4h, 6h, 8h, 12h or 24h; for minutes, a cron expression such as "*/15 * * * *".',
    )
  }
  const { hour, minute } = from === undefined ? { hour: 0, minute: 0 } : timeOf(time ?? '')
  const first = hour % hours
  const days = hourly ?? `every ${hours}h`
  const phrase = first === 0 && minute === 0 ? days : `${days} from ${timeOfDayWords({ hour: first, minute })}`
  if (hours === 24) return { phrase, days, cron: `${minute} ${first} * * *` }
  return { phrase, days, cron: `${minute} ${first === 0 ? '*' : `${first}-23`}/${hours} * * *` }
}

/** The day-of-week field for "daily", "weekdays", "mondays", "mondays,thursdays"; null for anything else. */
function daysOf(word: string): string | null {
  if (word === 'daily' || word === 'nightly') return '*'
  if (word === 'weekdays') return '1-5'
  if (word === 'weekends') return '0,6'
  const days = word.split(',').map((day) => weekdays.indexOf(day.replace(/s$/, '')))
  return days.every((day) => day >= 0) ? days.join(',') : null
}

function isTime(word: string): boolean {
  return /^\d{1,2}(?:[:.]\d{2})?(?:am|pm)?$/.test(word)
}

function timeOf(word: string): TimeOfDay {
  const time = readTimeOfDay(word)
  if (time !== null) return time
  throw new OpsError(
    'bad_argument',
    word === '' ? 'At what time? Nothing was done.' : `"${word}" is not a time. Nothing was done.`,
    "Use 'at 03:00' or 'at 7am'.",
  )
}

function notUnderstood(word: string): OpsError {
  return new OpsError(
    'bad_argument',
    `schedule does not understand "${word.slice(0, 60)}". Nothing was done.`,
    `Use ${forms}, then in #channel. Put commands of several words in quotation marks.`,
  )
}

/** When and where, as it was typed: `daily at 03:00 in #music`. The channel is null where none was named. */
interface Phrase extends When {
  readonly channel: Channel | null
}

/** Reads when and where. Throws `bad_argument` naming the word and the forms there are. */
export function readPhrase(words: readonly string[]): Phrase {
  const { channel, rest } = cutChannel(words)
  return { ...readWhen(isOnBefore(rest, 0) ? rest.slice(1) : rest), channel }
}

/** Takes `in #channel` out of the words. Throws `bad_argument` where something else follows the "in". */
export function cutChannel(words: readonly string[]): {
  readonly channel: Channel | null
  readonly rest: readonly string[]
} {
  const at = words.findIndex((word) => word.toLowerCase() === 'in')
  return at < 0 ? { channel: null, rest: words } : { channel: channelOf(words[at + 1]), rest: words.toSpliced(at, 2) }
}

/**
 * Parts the lines of a schedule from the words about its time, wherever these begin: people on phones forget quotation marks. Where
 * nothing is about time, words with a semicolon are lines, all of them; otherwise the first word is, and the rest is for `readPhrase` to
 * refuse.
 */
export function cutLines(words: readonly string[]): { readonly lines: string; readonly when: readonly string[] } {
  const begins = whereWhenBegins(words)
  const isAt = words[0]?.toLowerCase() === 'at'
  const unquoted = words.some((word) => word.includes(';')) ? words.length : Math.min(1, words.length)
  const at = isAt ? 0 : begins < 0 ? unquoted : begins
  return { lines: words.slice(0, at).join(' '), when: words.slice(at) }
}

/** Where the words about time or place begin; -1 where there are none. */
export function whereWhenBegins(words: readonly string[]): number {
  return words.findIndex(
    (word, at) =>
      word.toLowerCase() === 'in' || beginsWhen(words, at) || isOnBefore(words, at) || isTimeBefore(words, at),
  )
}

/** Whether `on` stands there before a day: `on mondays`. */
function isOnBefore(words: readonly string[], at: number): boolean {
  return words[at]?.toLowerCase() === 'on' && beginsWhen(words, at + 1)
}

/** Whether a time stands there: `at 7`, or before its days `07:00 daily`. A bare number is more often an argument. */
function isTimeBefore(words: readonly string[], at: number): boolean {
  const [word = '', next = ''] = words.slice(at, at + 2).map((one) => one.toLowerCase())
  if (word === 'at') return isTime(next)
  return /[:m]/.test(word) && isTime(word) && (beginsWhen(words, at + 1) || isOnBefore(words, at + 1))
}

function channelOf(word = ''): Channel {
  // Somebody's direct messages, by whose id they go; `schedule export` writes it.
  const channel = readChannel(word) ?? (/^[UW][A-Z0-9]{7,}$/.test(word) ? { channel: word } : null)
  if (channel !== null) return channel
  const remedy = /^[a-z0-9][\w-]*$/.test(word) ? `Did you mean in #${word}?` : 'Use in #channel.'
  throw new OpsError('bad_argument', `"${word}" is not a channel. Nothing was done.`, remedy)
}
