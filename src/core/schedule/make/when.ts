import { withChannelNames } from '../../channel.ts'
import { OpsError } from '../../errors.ts'

/** When a schedule is said. */
export interface When {
  /** The words about time, tidied, for lists: "daily at 03:00". Read again they say the same. */
  readonly phrase: string
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
export function beginsWhen(words: readonly string[], at: number): boolean {
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
  if (isCron(fields)) return { phrase: `cron ${fields.join(' ')}`, cron: fields.join(' ') }
  const [first = '', second = '', ...rest] = fields.map((word) => withChannelNames(word).toLowerCase())
  if (first === '') throw new OpsError('bad_argument', 'When? Nothing was done.', `Say ${forms}.`)
  if (isTime(first === 'at' ? second : first))
    throw new OpsError('bad_argument', 'On which days? Nothing was done.', `Say ${forms}.`)
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
  return { phrase: `${first} at ${clockWords(at)}`, cron: `${at.minute} ${at.hour} * * ${days}` }
}

interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

function clockWords({ hour, minute }: TimeOfDay): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
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
      `"${`every ${span}`.trim()}" does not part a day into equal hours. Nothing was done.`,
      'Say every 1h, 2h, 3h, 4h, 6h, 8h, 12h or 24h; for minutes, a cron expression such as "*/15 * * * *".',
    )
  }
  const { hour, minute } = from === undefined ? { hour: 0, minute: 0 } : timeOf(time ?? '')
  const first = hour % hours
  const label = hourly ?? `every ${hours}h`
  const phrase = first === 0 && minute === 0 ? label : `${label} from ${clockWords({ hour: first, minute })}`
  if (hours === 24) return { phrase, cron: `${minute} ${first} * * *` }
  return { phrase, cron: `${minute} ${first === 0 ? '*' : `${first}-23`}/${hours} * * *` }
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
  const [, h, m = '0', half] = /^(\d{1,2})(?:[:.](\d{2}))?(am|pm)?$/.exec(word) ?? []
  const typed = Number(h)
  const hour = half === undefined ? typed : (typed % 12) + (half === 'pm' ? 12 : 0)
  const minute = Number(m)
  if (h === undefined || hour > 23 || minute > 59 || (half !== undefined && (typed < 1 || typed > 12))) {
    throw new OpsError(
      'bad_argument',
      word === '' ? 'At what time? Nothing was done.' : `"${word}" is not a time of day. Nothing was done.`,
      'Say it like at 03:00 or at 7am.',
    )
  }
  return { hour, minute }
}

function notUnderstood(word: string): OpsError {
  return new OpsError(
    'bad_argument',
    `schedule does not understand "${word.slice(0, 60)}". Nothing was done.`,
    `Say ${forms}, then in #channel. Lines of several words go in quotation marks.`,
  )
}
