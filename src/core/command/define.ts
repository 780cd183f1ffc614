import type { z } from 'zod'
import type { Answer, AskedQuestion, Facts, RowsOf, Suggestion } from '../answer.ts'
import type { Declarations } from '../declarations.ts'
import type { Deps } from '../deps.ts'
import type { Role } from '../people.ts'
import type { RunRecord } from '../ports/ledger.ts'
import type { PlanDraft } from '../ports/plans.ts'
import type { ArgumentValues } from '../ports/runs.ts'
import type { Reply } from '../reply.ts'
import type { Context, RunContext } from './context.ts'
import type { Token } from './line.ts'
import { canonicalLine, readArguments } from './read-arguments.ts'

/** In the order help shows them. */
export const groups = ['warehouse', 'questions', 'schedules', 'bot'] as const
export type Group = (typeof groups)[number]

/**
 * What a command touches. `none`: nothing, it only looks at the bot (help, status); such runs are left out of lists.
 * `bot`: the bot's own records (a schedule). `read`: asks the warehouse. `write`: changes it, one at a time.
 */
export type Effect = 'none' | 'bot' | 'read' | 'write'

/** What a command that ran has to say. `ok` false without an error is a red check: exit status 1. */
export interface Outcome {
  readonly headline: string
  /** The first line of its message, where that is not who asked what. */
  readonly title?: string
  /** What a query found, in one sentence: it is shown above its rows. */
  readonly lead?: string
  readonly replies: readonly Reply[]
  readonly next?: readonly Suggestion[]
  readonly ok?: boolean
  /** The same in a few replies, for a digest of several answers; all of them where it is left out. */
  readonly brief?: readonly Reply[]
  readonly details?: readonly Reply[]
  /** Where it is not for whom the command's answers usually are. */
  readonly audience?: Answer['audience']
  readonly asked?: AskedQuestion
  readonly facts?: Facts
  /** Whose rows it holds, where they were asked for before. */
  readonly rowsOf?: readonly RowsOf[]
}

/** A command with the arguments of one line, ready to be planned and run. */
export interface ParsedCommand {
  readonly command: Command
  /** The line in its plainest form: what is stored, shown and said again. */
  readonly line: string
  /** What was given for each argument, as it was typed. */
  readonly given: ArgumentValues
  /** For `run-again`: the run to carry on with in its place. */
  instead(context: Context): Promise<RunRecord | null>
  plan(context: Context): Promise<PlanDraft | null>
  run(context: RunContext): Promise<Outcome>
}

/** What a person can say: a file in `src/commands/`, or a query in `sql/analytics/`. */
export interface Command extends Declarations {
  readonly name: string
  /** Labels of buttons that run it, where those are not its name: `load` for etl. Read like names, shown nowhere. */
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly group: Group
  readonly role: Role
  readonly effect: Effect
  /** Who sees the answer. */
  readonly audience: 'asker' | 'channel'
  readonly args: z.ZodObject
  /** Lines as one would type them, without the slash command. */
  readonly examples: readonly string[]
  /** What the button of its form says, where its name would not do. */
  readonly act?: string
  /** Whether it may have to be confirmed. */
  readonly plans: boolean
  /** Throws `bad_argument` naming the word and what is allowed. */
  bind(tokens: readonly Token[]): ParsedCommand
  /** The same for arguments that a line has given before. */
  with(given: ArgumentValues): ParsedCommand
  /**
   * Whether a failed run can be carried on behind its finished steps. Otherwise, and unless a command says so, it begins anew, because
   * others may have undone since what it had finished: steps look first, so what is still there is not done twice.
   */
  canContinue(run: RunRecord, deps: Deps): Promise<boolean>
}

/** The shape of a command's file: declaration and behaviour in one. */
export interface Definition<S extends z.ZodObject>
  extends Omit<Command, 'bind' | 'with' | 'args' | 'plans' | 'canContinue'> {
  readonly args: S
  canContinue?: Command['canContinue']
  instead?(args: z.output<S>, context: Context): Promise<RunRecord | null>
  /** What must be confirmed before it runs; null when nothing must. */
  plan?(args: z.output<S>, context: Context): Promise<PlanDraft | null>
  /** `given`: what the line named, as it was typed; arguments that it left out are missing. */
  run(args: z.output<S>, context: RunContext, given: ArgumentValues): Promise<Outcome>
}

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
