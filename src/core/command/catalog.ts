import { sole } from '../declarations.ts'
import { OpsError } from '../errors.ts'
import { list } from '../format.ts'
import { includesRole, type Person, type Role } from '../people.ts'
import type { Directory } from '../ports/directory.ts'
import type { ArgumentValues, RunRecord } from '../ports/runs.ts'
import type { Command, ParsedCommand } from './define.ts'
import { type Token, tokenize } from './line.ts'
import { canonicalLine, declaredArguments, shown } from './read-arguments.ts'
import { nearest } from './suggest.ts'

/** All commands by name. */
export interface Catalog {
  readonly commands: readonly Command[]
  find(name: string): Command | undefined
  /** The one command with this declaration. Throws where there is none: each is shipped. */
  that(declares: keyof typeof sole): Command
  /** The command that a line names, whatever follows it; undefined where it names none. */
  named(line: string): Command | undefined
  /** Reads a line. Throws `unknown_command` or `bad_argument`, each with the nearest right word. */
  read(line: string): ParsedCommand
  /** The same for a line that has just arrived; its fault is thrown later, by what answers it. */
  request(line: string): Request
  /** The same for what a program calls, with what it gives for each argument. */
  called(command: Command, given: ArgumentValues): Request
  /**
   * The command of a stored run or plan. Throws as `read` does where this version of the program has no such command or argument any more.
   */
  understood(asked: AskedCommand): ParsedCommand
}

/** A line, parsed once when it arrives: its command, or why it was not understood. */
export type Request =
  | { readonly kind: 'understood'; readonly parsed: ParsedCommand }
  | { readonly kind: 'fault'; readonly fault: OpsError }

/** A command as the ledger stores it; earlier versions stored the line alone. */
export type AskedCommand = Pick<RunRecord, 'command' | 'args' | 'line'>

// `schedule add top songs …` never needs more: the longest name has three words.
const longestName = 3

/** Throws `bad_sql_file` when two files claim one name, and an error when two commands make a declaration that only one may make. */
export function createCatalog(commands: readonly Command[]): Catalog {
  const byName = new Map<string, Command>()
  for (const command of commands) {
    for (const name of [command.name, ...(command.aliases ?? [])]) {
      if (byName.has(name)) {
        throw new OpsError(
          'bad_sql_file',
          `Two files define the command "${name}".`,
          'Rename the file in sql/analytics/.',
        )
      }
      byName.set(name, command)
    }
  }
  for (const [name, declares] of Object.entries(sole)) {
    const [first, second] = commands.filter(declares)
    if (second !== undefined) throw new Error(`${first?.name} and ${second.name} both declare ${name}`)
  }
  const read = (line: string): ParsedCommand => {
    const tokens = tokenize(line)
    const named = commandOf(tokens, byName)
    if (named === null) throw unknown(tokens, byName.keys())
    try {
      return named.command.bind(named.rest)
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      throw misspeltMember(named.command, named.rest, byName.keys()) ?? error
    }
  }
  return {
    commands,
    find: (name) => byName.get(name),
    that(declares) {
      const command = commands.find(sole[declares])
      if (command === undefined) throw new Error(`no command declares ${declares}`)
      return command
    },
    named: (line) => commandOf(tokenize(line), byName)?.command,
    read,
    request: (line) => requestOf(() => read(line)),
    called: (command, given) => requestOf(() => command.bind(tokenize(canonicalLine(command, given)).slice(1))),
    understood({ command: name, args, line }) {
      const command = byName.get(name)
      return command === undefined || args === null || !command.args.safeParse(args).success
        ? read(line)
        : command.with(args)
    },
  }
}

function requestOf(read: () => ParsedCommand): Request {
  try {
    return { kind: 'understood', parsed: read() }
  } catch (error) {
    if (error instanceof OpsError) return { kind: 'fault', fault: error }
    throw error
  }
}

/** Whether this role may use the command. */
export function mayUse(command: Command, role: Role): boolean {
  return includesRole(role, command.role)
}

/** `top songs 20`, `top-songs 20` and `Top_Songs 20` begin with the same command; the longest name wins. */
function commandOf(
  tokens: readonly Token[],
  known: ReadonlyMap<string, Command>,
): { command: Command; rest: readonly Token[] } | null {
  if (tokens.length === 0) {
    const command = [...known.values()].find(sole.isDefault)
    return command === undefined ? null : { command, rest: [] }
  }
  for (let length = Math.min(longestName, tokens.length); length > 0; length--) {
    const command = known.get(nameOf(tokens.slice(0, length)) ?? '')
    if (command !== undefined) return { command, rest: tokens.slice(length) }
  }
  return null
}

function nameOf(tokens: readonly Token[]): string | null {
  const words = tokens.map((token) => (token.kind === 'word' && !token.quoted ? token.text : null))
  return words.includes(null) ? null : words.join('-').toLowerCase().replaceAll('_', '-')
}

/**
 * The suggestion where a command with subcommands (`schedule`, `schedule-add`) does not understand the word behind its name; null where that is
 * no word.
 */
function misspeltMember({ name, args }: Command, rest: readonly Token[], known: Iterable<string>): OpsError | null {
  const [word] = rest
  const members = [...known]
    .filter((other) => other.startsWith(`${name}-`))
    .map((other) => other.slice(name.length + 1))
  if (members.length === 0 || word?.kind !== 'word') return null
  const own = declaredArguments(args).flatMap(({ meta }) => meta.values ?? [])
  if (own.includes(word.text.toLowerCase())) return null
  const meant = nearest(word.text.toLowerCase(), [...own, ...members])
  return new OpsError(
    'unknown_command',
    `I do not know "${shown(`${name} ${word.text}`)}". Nothing was done.`,
    meant === null ? `${name} takes ${list([...own, ...members])}.` : `Did you mean ${name} ${meant}?`,
    { fixCommand: meant === null ? `help ${name}` : own.includes(meant) ? name : `help ${name}-${meant}` },
  )
}

function unknown(tokens: readonly Token[], known: Iterable<string>): OpsError {
  const names = [...known]
  const words = tokens.map((token) => (token.kind === 'word' ? token.text : `${token.name}=${token.text}`))
  const candidates = [3, 2, 1].map((length) => nearest(words.slice(0, length).join('-').toLowerCase(), names))
  const meant = candidates.find((name) => name !== null) ?? null
  return new OpsError(
    'unknown_command',
    `I do not know "${shown(words.join(' '))}". Nothing was done.`,
    meant === null ? 'Type help to see all commands.' : `Did you mean ${meant}? Type help to see all commands.`,
    meant === null ? { fixCommand: 'help' } : { fixCommand: meant },
  )
}

/** Throws `not_allowed`, saying who may, and the asker's own id, which is what the configuration needs. */
export function authorise(command: Command, who: Person, directory: Directory): void {
  if (includesRole(who.role, command.role)) return
  const holders = directory.holders(command.role)
  const article = command.role === 'viewer' ? 'a' : 'an'
  const variable = command.role === 'admin' ? 'SPARKIFY_ADMINS' : 'SPARKIFY_OPERATORS'
  const nobody = holders.length === 0 ? `Nobody is ${article} ${command.role} yet. ` : ''
  throw new OpsError(
    'not_allowed',
    `${command.name} needs ${article} ${command.role}. You are ${who.id}, ${who.role} here. Nothing was done.`,
    who.kind === 'agent'
      ? `Ask ${article} ${command.role} to run it in Slack.`
      : `${nobody}Setting the bot up? ${variable}=${who.id}`,
    { ask: holders },
  )
}
