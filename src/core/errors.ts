import type { RowsOf, Suggestion } from './answer.ts'
import type { Reply } from './reply.ts'

/**
 * Two kinds of error: an `OpsError` is expected, and shown to people as it is; anything else is a bug, which is logged with its stack and
 * shown as "something broke" only.
 */

/** How a process that ran one command line ends: done, failed, line or configuration must change, not allowed. */
export type ExitStatus = 0 | 1 | 2 | 3

/** Every expected failure, with the exit status it ends in. */
const exitByCode = {
  unknown_command: 2,
  bad_argument: 2,
  not_confirmed: 2,
  bad_config: 2,
  bad_sql_file: 2,
  not_allowed: 3,
  busy: 1,
  no_cluster: 1,
  cluster_state: 1,
  not_loaded: 1,
  not_found: 1,
  expired: 1,
  source_missing: 1,
  source_unreadable: 1,
  bad_data: 1,
  checks_red: 1,
  held: 1,
  sql_failed: 1,
  cancelled: 1,
  interrupted: 1,
  shutting_down: 1,
  storage: 1,
  home_in_use: 2,
  newer_state: 2,
  port_taken: 2,
  aws: 1,
  aws_denied: 1,
  slack: 1,
  bug: 1,
} as const satisfies Record<string, ExitStatus>

/** What kind of failure it is; scripts read it in `--json`. */
export type OpsErrorCode = keyof typeof exitByCode

/** The code that a stored failure names; `bug` where this version of the program knows no such code. */
export function codeFrom(name: string): OpsErrorCode {
  return isCode(name) ? name : 'bug'
}

function isCode(name: string): name is OpsErrorCode {
  return Object.hasOwn(exitByCode, name)
}

/** The exit status that a failure of this code ends a terminal command with. */
export function exitStatusOf(code: OpsErrorCode): ExitStatus {
  return exitByCode[code]
}

/** A source file, as people know it, and how many of its rows are known to be unreadable. */
export interface UnreadableFile {
  readonly file: string
  readonly rows: number
}

/**
 * The answer of a failure that covers several command lines; its members are those of `Answer`. `next` is what to do besides.
 */
interface FailureReport {
  readonly title: string
  readonly headline: string
  readonly details: readonly Reply[]
  readonly next: readonly Suggestion[]
  readonly rowsOf: readonly RowsOf[]
}

/**
 * An expected failure. `message` is a sentence or two on what happened and what was left untouched, without secrets;
 * `remedy` is what to do next, empty where nothing can be done. `fixCommand` is a command line for a button,
 * `evidence` what shows it (the rows behind a red check), `report` its answer where one sentence is not enough, `field` the argument that it is
 * about, which a form marks, `next` what can be done in place of running it again, `ask` the ids of people and groups who can help.
 */
export class OpsError extends Error {
  readonly code: OpsErrorCode
  readonly remedy: string
  readonly fixCommand: string | undefined
  /** The label of that button, where the command's name is none. */
  readonly fixLabel: string | undefined
  readonly evidence: readonly Reply[]
  readonly report: FailureReport | undefined
  readonly field: string | undefined
  readonly next: readonly Suggestion[] | undefined
  readonly ask: readonly string[]
  /** The message without the sentence on what stayed untouched, where it has one. */
  readonly reason: string | undefined
  /** How many unreadable rows a load would have to leave out. */
  readonly leaveOut: number | undefined
  /** The source files that are at fault. */
  readonly files: readonly UnreadableFile[]
  /** Whether the message names what is still billed. */
  readonly saysBill: boolean

  constructor(code: OpsErrorCode, message: string, remedy = '', options: OpsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OpsError'
    this.code = code
    this.remedy = remedy
    this.fixCommand = options.fixCommand
    this.fixLabel = options.fixLabel
    this.evidence = options.evidence ?? []
    this.report = options.report
    this.field = options.field
    this.next = options.next
    this.ask = options.ask ?? []
    this.reason = options.reason
    this.leaveOut = options.leaveOut
    this.files = options.files ?? []
    this.saysBill = options.saysBill ?? false
  }

  /** A failure of a load; adds that live tables are untouched. */
  static untouched(code: OpsErrorCode, reason: string, remedy = '', options: OpsErrorOptions = {}): OpsError {
    return new OpsError(code, `${reason} ${liveUntouched}`, remedy, { ...options, reason })
  }

  /** The same failure, with these parts of it in place of its own. It is the cause of the new one unless another is given. */
  with({ message = this.message, remedy = this.remedy, ...options }: OpsErrorChange): OpsError {
    const label = 'fixCommand' in options ? { fixLabel: undefined } : {}
    return new OpsError(this.code, message, remedy, { ...this, cause: this, ...label, ...options })
  }
}

export const liveUntouched = 'Live tables are untouched.'

interface OpsErrorOptions {
  readonly cause?: unknown
  readonly fixCommand?: string | undefined
  readonly fixLabel?: string | undefined
  readonly evidence?: readonly Reply[]
  readonly report?: FailureReport | undefined
  readonly field?: string | undefined
  readonly next?: readonly Suggestion[] | undefined
  readonly ask?: readonly string[]
  readonly reason?: string | undefined
  readonly leaveOut?: number | undefined
  readonly files?: readonly UnreadableFile[]
  readonly saysBill?: boolean
}

type OpsErrorChange = OpsErrorOptions & { readonly message?: string; readonly remedy?: string }

/** A disk, a quota or the limit of a file's size is reached. Its code is `storage`, as that of every failure to keep something. */
export class DiskFull extends OpsError {
  constructor(message: string, remedy: string, cause: unknown, reason?: string) {
    super('storage', message, remedy, { cause, reason })
    this.name = 'DiskFull'
  }
}

/** For a rejection: what `use` makes of an expected failure, or of one of these codes where some are named. Anything else is thrown on. */
export function expected<T>(use: (failure: OpsError) => T, ...codes: readonly OpsErrorCode[]): (thrown: unknown) => T {
  return (thrown) => {
    if (!(thrown instanceof OpsError) || (codes.length > 0 && !codes.includes(thrown.code))) throw thrown
    return use(thrown)
  }
}

/** The result of `act`. Its `OpsError` is about this argument, unless it names another. */
export async function inField<T>(field: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof OpsError) || error.field !== undefined) throw error
    throw error.with({ field })
  }
}

/** The code of a system error, such as ENOENT, or the one that a library gives its errors; '' where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
