import { type Channel, readChannel } from '../channel.ts'
import { OpsError } from '../errors.ts'

/** When and where, as it was said: `daily at 03:00 in #music`. */
export interface Phrase {
  /** The words about time, tidied, for lists: "daily at 03:00". */
  readonly phrase: string
  /** Five fields. */
  readonly cron: string
  /** Null when it is not said. */
  readonly channel: Channel | null
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const cronField = /^[\d*/,a-z-]+$/i
const forms = 'daily at 03:00, weekdays at 07:30, mondays at 9:00, every 6h, or a cron expression such as "0 3 * * *"'

/** Reads the words behind the lines of `schedule add`. Throws `bad_argument` naming the word and the forms there are. */
export function readPhrase(words: readonly string[]): Phrase {
  const at = words.findIndex((word) => word.toLowerCase() === 'in')
  const channel = at < 0 ? null : channelOf(words[at + 1])
  if (at >= 0 && words.length > at + 2) throw notUnderstood(words[at + 2] ?? '')
  return { ...whenOf(at < 0 ? words : words.slice(0, at)), channel }
}

function channelOf(word = ''): Channel {
  const channel = readChannel(word)
  if (channel !== null) return channel
  throw new OpsError('bad_argument', `"${word}" is not a channel. Nothing was done.`, 'Say in #channel.')
}

function whenOf(words: readonly string[]): { phrase: string; cron: string } {
  const fields = words.length === 1 ? (words[0] ?? '').split(/\s+/) : words
  if (fields.length === 5 && fields.every((field) => cronField.test(field))) {
    return { phrase: `cron ${fields.join(' ')}`, cron: fields.join(' ') }
  }
  const [first = '', second = '', ...rest] = fields.map((word) => word.toLowerCase())
  if (first === '') throw new OpsError('bad_argument', 'When? Nothing was done.', `Say ${forms}.`)
  if (first === 'every') {
    const days = second === 'day' ? 'daily' : second.replace(/s?$/, 's')
    return daysOf(days) === null ? everyOf(second, rest) : whenOf([days, ...rest])
  }
  const [time, ...more] = second === 'at' ? rest : [second, ...rest]
  const days = daysOf(first)
  if (days === null) throw notUnderstood(first)
  if (more[0] !== undefined) throw notUnderstood(more[0])
  const { hour, minute } = timeOf(time ?? '')
  return {
    phrase: `${first} at ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`,
    cron: `${minute} ${hour} * * ${days}`,
  }
}

function everyOf(span: string, rest: readonly string[]): { phrase: string; cron: string } {
  const hours = Number(/^(\d{1,2})h?$/.exec(span)?.[1] ?? Number.NaN)
  const extra = rest.filter((word) => !['h', 'hour', 'hours'].includes(word))
  if (extra[0] !== undefined) throw notUnderstood(extra[0])
  // Only divisors of 24 keep the same distance over midnight.
  if (!(hours >= 1 && 24 % hours === 0)) {
    throw new OpsError(
      'bad_argument',
      `"every ${span}" does not part a day evenly. Nothing was done.`,
      'Say every 1h, 2h, 3h, 4h, 6h, 8h, 12h or 24h.',
    )
  }
  return { phrase: `every ${hours}h`, cron: hours === 24 ? '0 0 * * *' : `0 */${hours} * * *` }
}

/** The day-of-week field for "daily", "weekdays", "mondays", "mondays,thursdays"; null for anything else. */
function daysOf(word: string): string | null {
  if (word === 'daily' || word === 'nightly') return '*'
  if (word === 'weekdays') return '1-5'
  if (word === 'weekends') return '0,6'
  const days = word.split(',').map((day) => weekdays.indexOf(day.replace(/s$/, '')))
  return days.every((day) => day >= 0) ? days.join(',') : null
}

function timeOf(word: string): { hour: number; minute: number } {
  const [, h, m = '0', half] = /^(\d{1,2})(?:[:.](\d{2}))?(am|pm)?$/.exec(word) ?? []
  const typed = Number(h)
  const hour = half === undefined ? typed : (typed % 12) + (half === 'pm' ? 12 : 0)
  const minute = Number(m)
  if (h === undefined || hour > 23 || minute > 59 || (half !== undefined && (typed < 1 || typed > 12))) {
    throw new OpsError(
      'bad_argument',
      `"${word}" is not a time of day. Nothing was done.`,
      'Say it like at 03:00 or at 7am.',
    )
  }
  return { hour, minute }
}

function notUnderstood(word: string): OpsError {
  return new OpsError(
    'bad_argument',
    `schedule does not understand "${word.slice(0, 60)}". Nothing was done.`,
    `Say ${forms}, then in #channel.`,
  )
}
