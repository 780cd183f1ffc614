import { quote } from '../core/command/line.ts'
import { OpsError } from '../core/errors.ts'

/** What was typed after the program's name: the command line, and how to run it. */
export interface TerminalArguments {
  readonly line: string
  readonly json: boolean
  readonly yes: boolean
  /** The word that a plan wants typed. */
  readonly confirm: string | undefined
}

/**
 * Separates the terminal's own options (`--json`, `--yes`, `--confirm <word>`) from the command line. The shell has removed the quotes, so
 * words with spaces get them back.
 */
export function readTerminalArguments(argv: readonly string[]): TerminalArguments {
  const words: string[] = []
  let json = false
  let yes = false
  let confirm: string | undefined
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--json') json = true
    else if (word === '--yes' || word === '-y') yes = true
    else if (word === '--confirm') confirm = argv[++i] ?? ''
    else if (word.startsWith('--confirm=')) confirm = word.slice('--confirm='.length)
    else if (word === '--help' || word === '-h') words.unshift('help')
    else words.push(word)
  }
  // One argument is the whole line: sparkify "top songs 10" --json.
  return { line: words.length === 1 ? words.join(' ') : words.map(requote).join(' '), json, yes, confirm }
}

/** Throws `bad_argument` for `… in #music` typed without quotes: the shell has removed the channel, and all that followed it, as a comment. */
export function requireWholeLine({ line }: TerminalArguments): void {
  const [, word] = /\s(in|to)$/i.exec(line) ?? []
  if (word === undefined || line.startsWith('help ')) return
  throw new OpsError(
    'bad_argument',
    `The line ends after "${word}": a shell takes #… for a comment and leaves it out. Nothing was done.`,
    `Put the channel in quotes: ${word} '#music'.`,
  )
}

/** A command line as a POSIX shell takes it, so that pasting it gives this line: `in '#music'`, `'if=changed>10%'`. */
export function forShell(line: string): string {
  return line.replace(/"[^"]*"|'[^']*'|[^\s"']+/g, (piece) =>
    /^(?:"[^"$`\\!]*"|'.*'|[\w=./:,@%+-]+)$/s.test(piece)
      ? piece
      : `'${piece.replace(/^"|"$/g, '').replaceAll("'", "'\\''")}'`,
  )
}

/** `top songs 10` among other arguments becomes `"top songs 10"`; `tz=Europe/London` and `--n=5` stay. */
function requote(word: string): string {
  if (!/\s/.test(word)) return word
  const [, name, value] = /^(--[\w-]+=|[a-z][\w-]*=)(.*)$/is.exec(word) ?? []
  return name === undefined || value === undefined ? quote(word) : `${name}${quote(value)}`
}
