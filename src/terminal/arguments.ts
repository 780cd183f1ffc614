import { quote } from '../core/command/line.ts'

/** What was typed behind the program's name: the command line, and how to run it. */
export interface TerminalArguments {
  readonly line: string
  readonly json: boolean
  readonly yes: boolean
  /** The word that a plan wants typed. */
  readonly confirm: string | undefined
}

/**
 * Parts the terminal's own options (`--json`, `--yes`, `--confirm <word>`) from the command line. The shell has taken the quotes
 * away, so words with spaces get them back.
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
  // One word of the shell is the whole line: npm run -s sparkify -- "top songs 10" --json.
  return { line: words.length === 1 ? words.join(' ') : words.map(requote).join(' '), json, yes, confirm }
}

/** `top songs 10` among other words of the shell becomes `"top songs 10"`; `tz=Europe/London` and `--n=5` stay. */
function requote(word: string): string {
  const [, name, value] = /^(--[\w-]+=|[a-z][\w-]*=)(.*)$/is.exec(word) ?? []
  return name === undefined || value === undefined || !/\s/.test(value)
    ? /\s/.test(word) && name === undefined
      ? quote(word)
      : word
    : `${name}${quote(value)}`
}
