import type { z } from 'zod'
import type { Answer, AskedQuestion, Facts, RowsOf, Suggestion } from '../answer.ts'
import type { Declarations } from '../declarations.ts'
import type { Deps } from '../deps.ts'
import type { Role } from '../people.ts'
import type { RunRecord } from '../ports/ledger.ts'
import type { PlanDraft } from '../ports/plans.ts'
import type { ArgumentValues } from '../ports/runs.ts'
import type { Reply, TextReply } from '../reply.ts'
import type { Context, RunContext } from './context.ts'
import type { Token } from './line.ts'
import { canonicalLine, readArguments } from './read-arguments.ts'

/** In the order help shows them. */
export const groups = ['warehouse', 'questions', 'schedules', 'bot'] as const
export type Group = (typeof groups)[number]

/**
 * What a command touches. `none`: nothing, it only reads the bot's state (help, status); such runs are left out of lists.
 * `bot`: the bot's own records (a schedule). `read`: asks the warehouse. `write`: changes it, one at a time.
 */
export type Effect = 'none' | 'bot' | 'read' | 'write'

/** The result of a command. `ok` false without an error is a red check: exit status 1. */
export interface Outcome {
  readonly headline: string
  /** The first line of its message; by default who asked what. */
  readonly title?: string
  /** What a query found, in one sentence: it is shown above its rows. */
  readonly lead?: string
  /** States the headline as the first reply, in this tone. Without `replies` it is stated in any case. */
  readonly tone?: TextReply['tone']
  readonly replies?: readonly Reply[]
  readonly next?: readonly Suggestion[]
  readonly ok?: boolean
  /** The same in a few replies, for a digest of several answers; by default all of them. */
  readonly brief?: readonly Reply[]
  readonly details?: readonly Reply[]
  /** Overrules the command's `audience`. */
  readonly audience?: Answer['audience']
  readonly asked?: AskedQuestion
  readonly facts?: Facts
  /** The query whose stored rows it shows. */
  readonly rowsOf?: readonly RowsOf[]
}

/** A command with the arguments of one line, ready to be planned and run. */
export interface ParsedCommand {
  readonly command: Command
  /** The canonical line: stored, shown and run again. */
  readonly line: string
  /** The arguments that were given, as typed. */
  readonly given: ArgumentValues
  /** For `run-again`: the run to continue instead. */
  instead(context: Context): Promise<RunRecord | null>
  plan(context: Context): Promise<PlanDraft | null>
  run(context: RunContext): Promise<Outcome>
}

/** A file in `src/commands/`, or a query in `sql/analytics/`. */
export interface Command extends Declarations {
  readonly name: string
  /** Other names, not shown in help: labels of its buttons, such as `load` for etl. */
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly group: Group
  readonly role: Role
  readonly effect: Effect
  /** Who sees the answer. */
  readonly audience: 'asker' | 'channel'
  readonly args: z.ZodObject
  /** Lines without the slash command. */
  readonly examples: readonly string[]
  /** The button of its form; by default its name. */
  readonly act?: string
  /** Whether it may need confirmation. */
  readonly plans: boolean
  /** Throws `bad_argument` naming the word and what is allowed. */
  bind(tokens: readonly Token[]): ParsedCommand
  /** The same for stored arguments. */
  with(given: ArgumentValues): ParsedCommand
  /**
   * Whether a failed run can be continued after its finished steps. By default it starts over, because others may have undone them since:
   * each step checks first, so nothing is done twice.
   */
  canContinue(run: RunRecord, deps: Deps): Promise<boolean>
}

export interface Definition<S extends z.ZodObject>
  extends Omit<Command, 'bind' | 'with' | 'args' | 'plans' | 'canContinue'> {
  readonly args: S
  canContinue?: Command['canContinue']
  instead?(args: z.output<S>, context: Context): Promise<RunRecord | null>
  /** What must be confirmed before it runs; null when nothing must. */
  plan?(args: z.output<S>, context: Context): Promise<PlanDraft | null>
  /** `given`: the arguments of the line, as typed, without defaults. */
  run(args: z.output<S>, context: RunContext, given: ArgumentValues): Promise<Outcome>
}

/** What commands have in common that change what the bot does by itself: schedules, alerts and deadlines. */
export const changesSchedules = {
  group: 'schedules',
  role: 'operator',
  effect: 'bot',
  schedulable: false,
  audience: 'asker',
} as const satisfies Partial<Command>

/** Makes a command of its definition. */
export function defineCommand<S extends z.ZodObject>(definition: Definition<S>): Command {
  const { run: _run, plan, instead: _instead, canContinue = async () => false, ...declared } = definition
  const command: Command = {
    ...declared,
    plans: plan !== undefined,
    canContinue,
    bind: (tokens) => command.with(readArguments(command, tokens)),
    with(given) {
      const args = definition.args.parse(given)
      return {
        command,
        given,
        line: canonicalLine(command, given),
        instead: async (context) => (await definition.instead?.(args, context)) ?? null,
        plan: async (context) => (await definition.plan?.(args, context)) ?? null,
        run: (context) => definition.run(args, context, given),
      }
    },
  }
  return command
}
