/*
 * Figures as people write them in sentences. Cells of tables stay values; their presenters format them.
 */

/** 6820 → "6,820". */
export function count(n: number): string {
  return n.toLocaleString('en')
}

/** "1 day", "2 days". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

/**
 * Milliseconds as "< 0.1 s", "0.4 s", "41 s", "3 min 12 s", "32 min", "2 h 5 min". An hour and more is cut to the minute, as clocks beside it are:
 * from 06:00 to 07:12:40 is 1 h 12 min.
 */
export function duration(ms: number): string {
  if (ms < 100) return '< 0.1 s'
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  return seconds < 3600 ? inUnits(seconds, 'min', 's') : inUnits(Math.floor(seconds / 60), 'h', 'min')
}

/** A length of time in hours as a person would ask for it: "8 h", "30 min", "1 h 30 min". */
export function hours(n: number): string {
  return inUnits(Math.round(n * 60), 'h', 'min')
}

/** So many of the smaller unit in both, 60 of which are one of the larger; a unit of which there is nothing is left out. */
function inUnits(n: number, larger: string, smaller: string): string {
  const [whole, rest] = [Math.floor(n / 60), n % 60]
  return [...(whole > 0 ? [`${count(whole)} ${larger}`] : []), ...(rest > 0 ? [`${rest} ${smaller}`] : [])].join(' ')
}

/** How long something has lasted: "3 min 12 s". */
export function lasting(since: Date, now: Date): string {
  return duration(Math.max(0, now.getTime() - since.getTime()))
}

/** 1536 → "1.5 kB"; decimal units, as disks and bills use. */
export function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let value = n
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

// Making a format takes twenty times as long as using it, and 5 ms of a start.
const formats = new Map<number, Intl.NumberFormat>()

/** 6820.5 with two decimals → "6,820.50". */
export function withDecimals(n: number, decimals: number): string {
  const format =
    formats.get(decimals) ??
    new Intl.NumberFormat('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  formats.set(decimals, format)
  return format.format(n)
}

/** US dollars to the cent: 4.344 → "$4.34"; less than a cent is "less than $0.01". */
export function usd(amount: number): string {
  if (amount > 0 && amount < 0.01) return 'less than $0.01'
  return `$${withDecimals(amount, 2)}`
}

/** A share of a whole in percent, which reads as nothing and as all only where it is: "4.9%", "0.01%", "99.99%". */
export function percent(part: number, whole: number): string {
  if (whole === 0) return 'none'
  const share = (100 * part) / whole
  return `${share.toFixed(Math.max(1, decimalsNear(share, 0), decimalsNear(share, 100)))}%`
}

/** How many decimals a percentage needs to read otherwise than this value, which it is close to; 0 where it is not close, or is the value. */
export function decimalsNear(share: number, value: number): number {
  const distance = Math.abs(share - value)
  return distance === 0 || distance >= 0.1 ? 0 : Math.min(9, Math.ceil(-Math.log10(distance)))
}

/** Writes times in UTC as the options of `Intl.DateTimeFormat` say. It is made when it is first used: the first of a process takes 20 ms. */
export function formatInUtc(options: Intl.DateTimeFormatOptions): (at: Date | number) => string {
  let format: Intl.DateTimeFormat | undefined
  return (at) => {
    format ??= new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
    return format.format(at)
  }
}

/** "30 Nov 2018, 21:59", in UTC, for places that name the zone themselves. */
export const dayAndTime = formatInUtc({
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** "30 Nov 2018, 21:59 UTC". */
export function moment(at: Date): string {
  return `${dayAndTime(at)} UTC`
}

/** "users, songs and artists". */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

// Hangul and Braille fillers are drawn as nothing but are letters to Unicode.
const blanks = /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800\u3164\u115f\u1160\uffa0]/g
const lineBreaks = /\r\n?|[\v\f\u0085\u2028\u2029]/g
const loneSurrogates = /\p{Cs}/gu

// Bidi controls, zero-width spaces, tags, soft hyphens and control characters; of the format characters (Cf) only the Arabic
// number signs are visible, and the joiners are looked at apart.
const invisible =
  /(?!\n)\p{Cc}|(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u200c\u200d])\p{Cf}|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu

// Joiners shape Persian words, Indic conjuncts and families of emoji; anywhere else they only hide.
const strayJoiners =
  /(?<![\p{Script=Arabic}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{Extended_Pictographic}])/gu

// No language stacks more than four marks on a letter; text that climbs over its neighbours does.
const stackedMarks = /(\p{M}{4})\p{M}+/gu

/** Text for a terminal, its layout as it is: without characters that a terminal obeys, or that hide or reorder others. Line breaks stay. */
export function printable(text: string): string {
  return text.replace(lineBreaks, '\n').replace(blanks, ' ').replace(loneSurrogates, '\ufffd').replace(invisible, '')
}

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON text with every character escaped that a terminal would obey, or that hides or reorders others. Readers of the JSON get the same. */
export function escapeControls(json: string): string {
  return json.replace(/(?!\n)\p{Cc}|\p{Cf}|[\u2028\u2029]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** Text of data or of people without characters that hide, reorder or overflow. Line breaks stay, at most two in a row. */
export function clean(text: string): string {
  return printable(text)
    .replace(strayJoiners, '')
    .replace(stackedMarks, '$1')
    .replace(/\n\s*\n\s*\n/g, '\n\n')
    .trim()
}

/** The same in one line; what has nothing to show becomes `–`, because Slack refuses empty text. */
export function cleanLine(text: string): string {
  const line = clean(text).replace(/\s+/g, ' ')
  return line === '' ? '–' : line
}

/** The words with a capital letter in front: "waits" is "Waits". */
export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
