import { OpsError } from '../errors.ts'
import { capitalized } from '../format.ts'

/** Longer lines are refused: no command needs more. */
export const maxLineLength = 3000

/** A word of a command line: `20`, `"top songs 10"` (quoted, taken as one), or `n=20`. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'named'; readonly name: string; readonly text: string }

const doubleQuotes = /[\u201c\u201d\u201e\u201f\u00ab\u00bb]/g
const singleQuotes = /[\u2018\u2019\u201a\u201b]/g

// Invisible characters, then what phone keyboards make of spaces, quotes and "--".
const typography: readonly (readonly [RegExp, string])[] = [
  [/(?!\u200d)\p{Cf}/gu, ''],
  [/[\p{Cc}\u00a0\u202f]+/gu, ' '],
  [doubleQuotes, '"'],
  [singleQuotes, "'"],
  [/(^|\s)[\u2013\u2014\u2015](?=\w)/g, '$1--'],
]

// The first three are Slack's; the last is our own, for a word that holds both kinds of quote.
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

const wordPattern =
  /--(?<flag>[a-z][\w-]*)=|(?<name>[a-z][\w-]*)=|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s"]+)/iy

/**
 * Cuts a command line into words, as people type them on a phone or Slack escapes them
 * (`&amp;`, `<#C…|name>`, `<@U…|name>`; https://docs.slack.dev/messaging/formatting-message-text#escaping).
 * `--name value`, `--name=value` and `name=value` are the same; a lone `--name` is a flag, `name=yes`.
 * Throws `bad_argument` for a line that is too long or a quote that never ends.
 */
export function tokenize(line: string): readonly Token[] {
  requireShort(line)
  const words = pieces(tidy(line))
  const tokens: Token[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === undefined) continue
    const flag = word.kind === 'word' && !word.quoted ? /^--([a-z][\w-]*)$/i.exec(word.text) : null
    if (flag?.[1] === undefined) {
      tokens.push(word)
      continue
    }
    const value = words[i + 1]
    const takesValue = value?.kind === 'word' && !value.text.startsWith('--')
    tokens.push({ kind: 'named', name: argumentName(flag[1]), text: takesValue ? value.text : 'yes' })
    if (takesValue) i++
  }
  return tokens
}

/** Throws `bad_argument` for a line longer than is ever read. */
export function requireShort(line: string): void {
  if (line.length <= maxLineLength) return
  throw new OpsError(
    'bad_argument',
    `That command is ${line.length.toLocaleString('en')} characters long; the limit is ${maxLineLength.toLocaleString('en')}. Nothing was done.`,
    'Shorten it.',
  )
}

/** The text with typography undone and without the labels of Slack's mentions and links. */
function tidy(line: string): string {
  return typography
    .reduce((text, [pattern, by]) => text.replace(pattern, by), line)
    .replace(/<([@!])([A-Z0-9]+)(?:\|[^>]*)?>/gi, '<$1$2>')
    .replace(/<((?:https?|mailto):[^|>]*)(?:\|([^>]*))?>/gi, (_all, link, label) => label ?? link)
}

/** Entities are decoded once the line is cut, so that no `&lt;` that somebody typed can turn into a mention or a link. */
function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (entity, name) => entities[name] ?? entity)
}

function pieces(line: string): readonly Token[] {
  const found: Token[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) {
      at++
      continue
    }
    const first = match(line, at)
    at = first.end
    const name = first.groups['flag'] ?? first.groups['name']
    if (name === undefined) {
      found.push({ kind: 'word', ...textOf(first.groups) })
      continue
    }
    // `n=` followed by a space is an empty value, not the next word.
    if (at >= line.length || /\s/.test(line.charAt(at))) {
      found.push({ kind: 'named', name: argumentName(name), text: '' })
      continue
    }
    const value = match(line, at)
    at = value.end
    const nested = value.groups['flag'] ?? value.groups['name']
    // `a=b=c`: only the first sign parts a name from its value.
    if (nested !== undefined) {
      const rest = /^\S*/.exec(line.slice(at))?.[0] ?? ''
      found.push({ kind: 'named', name: argumentName(name), text: decode(line.slice(value.start, at) + rest) })
      at += rest.length
      continue
    }
    found.push({ kind: 'named', name: argumentName(name), text: textOf(value.groups).text })
  }
  return found
}

function match(line: string, at: number): { start: number; end: number; groups: Record<string, string | undefined> } {
  wordPattern.lastIndex = at
  const hit = wordPattern.exec(line)
  if (hit?.groups === undefined) {
    throw new OpsError('bad_argument', 'A quotation mark is not closed. Nothing was done.', 'Close it with ".')
  }
  return { start: at, end: wordPattern.lastIndex, groups: hit.groups }
}

function textOf(groups: Record<string, string | undefined>): { text: string; quoted: boolean } {
  const quotedText = groups['double'] ?? groups['single']
  return { text: decode(quotedText ?? groups['bare'] ?? ''), quoted: quotedText !== undefined }
}

/** `max_errors`, `Max-Errors` and `max-errors` are one name. */
export function argumentName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

/** Writes a word so that reading it in a line gives it back, with plain quotation marks: quoted or escaped where it must be. */
export function quote(word: string): string {
  const safe = word
    .replace(doubleQuotes, '"')
    .replace(singleQuotes, "'")
    .replace(/&(?=(?:amp|lt|gt|quot);)/g, '&amp;')
    .replace(/<(?![@!][A-Z0-9]+>|#[A-Z0-9]+(?:\|[^>]*)?>)(?=[#@!]|https?:|mailto:)/gi, '&lt;')
  if (/^(?!--|[\u2013-\u2015])[^\s"'=]+$/.test(safe)) return safe
  if (!safe.includes('"')) return `"${safe}"`
  return safe.includes("'") ? `"${safe.replaceAll('"', '&quot;')}"` : `'${safe}'`
}

/** The command lines that semicolons part, as they were typed. A semicolon in quotation marks is part of its line. */
export function partLines(lines: string): readonly string[] {
  const parts = lines.match(/(?:"[^"]*"|(?<![^\s=])'[^']*'|[^;])+/g) ?? []
  return parts.map((line) => line.trim()).filter((line) => line !== '')
}

/** A command line as a button: "top-songs n=20" reads "Top songs". */
export function labelOf(line: string): string {
  return capitalized(line.split(' ')[0]?.replaceAll('-', ' ') ?? line)
}
