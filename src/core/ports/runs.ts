import { z } from 'zod'
import type { Answer, RunState } from '../answer.ts'
import { type Asker, askerSchema } from '../people.ts'
import type { Place } from '../place.ts'
import type { StepView } from '../reply.ts'
import type { NewMessage } from './outbox.ts'
import { planDraftSchema, type Settlement } from './plans.ts'

export type RunId = number

/** What was given for each argument of a command, by its name; a list for `words`. */
export const argumentsSchema = z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])).readonly()
export type ArgumentValues = z.infer<typeof argumentsSchema>

/**
 * What called a run: somebody's words, a schedule whose time had come (or that somebody asked to be run now), or that occurrence's
 * run of its line number `at`. Of each occurrence, and of each of its lines, there is one run. `intended` is ISO 8601 in UTC.
 */
export const originSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('words') }),
  z.object({
    kind: z.literal('fire'),
    schedule: z.number(),
    intended: z.string(),
    cause: z.enum(['clock', 'asked']),
  }),
  z.object({ kind: z.literal('line'), fire: z.number(), at: z.number() }),
])
export type Origin = z.infer<typeof originSchema>

/** The plan that was read before a run, and who approved it; its id where it was kept to be confirmed. */
export const approvalSchema = z.object({ id: z.string().exactOptional(), plan: planDraftSchema, by: askerSchema })
export type Approval = z.infer<typeof approvalSchema>

/** A step as stored: what its reader sees, what it left for later, and the name and the handles of its outside work. */
export interface StepRecord extends StepView {
  readonly id: string
  /** The command line that it runs, where it runs one. */
  readonly request?: string
  readonly output?: unknown
  /** Names the work outside from the moment the step begins, also for a process that takes the run over. */
  readonly key?: string
  readonly handles: Readonly<Record<string, string>>
}

/** A message that was posted: its channel and `ts` in Slack. */
export const postSchema = z.object({ channel: z.string(), ts: z.string() })
export type Post = z.infer<typeof postSchema>

/**
 * A command that somebody, or a schedule, wants run, with its newest attempt: a run that failed, or lost its process, is tried again under the
 * same number. Without its steps and its answer, which may be long. Times are ISO 8601 in UTC.
 */
export interface RunSummary {
  readonly id: RunId
  /** Names what asked for it, so that it is run once: a delivery, a time of a schedule, a line of an occurrence. Null where nothing can ask twice. */
  readonly key: string | null
  readonly command: string
  /** What was given for each argument. Null where an earlier version kept the line alone. */
  readonly args: ArgumentValues | null
  readonly line: string
  /** Whether it may change the warehouse; at most one such run is `running`. */
  readonly writer: boolean
  /** Whether lists of runs show it: those that only look at the bot itself do not clutter them. */
  readonly listed: boolean
  readonly origin: Origin
  /** Who asked for it first. */
  readonly requester: Asker

  /** The number of the newest attempt, from 1; everything below is of that attempt. */
  readonly attempt: number
  /** Its place in the order in which runs were begun or tried again; a process that takes over goes on in that place. */
  readonly seq: number
  /** How often somebody has had it tried again. */
  readonly retries: number
  /** How many processes it has lost since then: a run that kills its process is not tried without end. */
  readonly lost: number
  /** In whose name it is tried. */
  readonly who: Asker
  /** Where that was asked for, and where the answer goes. */
  readonly place: Place
  /** What asked for it: somebody's words, the clock, or the run that it is a line of, which then has its answer. */
  readonly door: 'words' | 'clock' | 'parent'
  /** Null where nothing had to be confirmed. */
  readonly approval: Approval | null
  readonly state: RunState
  /** The process that has it; null while it waits for one. */
  readonly worker: string | null
  /** When a process may take it, while it waits for one. */
  readonly available: string
  readonly started: string
  readonly ended: string | null
  /** What the cluster cost while it ran, in US dollars; null while it runs and where the cluster costs nothing. */
  readonly costUsd: number | null
}

/** A run as a whole. */
export interface RunRecord extends RunSummary {
  readonly steps: readonly StepRecord[]
  readonly answer: Answer | null
}

/** An attempt of a run, as its history lists it. `lost`: its process died. */
export interface AttemptRecord {
  readonly attempt: number
  readonly seq: number
  readonly who: Asker
  readonly state: RunState | 'lost'
  readonly started: string
  readonly ended: string | null
  readonly answer: Answer | null
}

/** What an attempt begins with. */
export type NewAttempt = Pick<RunRecord, 'args' | 'line' | 'who' | 'place' | 'door' | 'approval' | 'worker' | 'started'>

export type NewRun = NewAttempt & Pick<RunRecord, 'key' | 'command' | 'writer' | 'listed' | 'origin'>

/** A new attempt of a run whose attempt `after` is over; it begins behind these steps. `line` and `args` are what is asked from now on. */
export type Retry = NewAttempt & Pick<RunRecord, 'steps'> & { readonly after: number }

/** What came of asking for a run: it is open, there is one of its key already, another one may change the warehouse now, or its plan was settled before. */
export type OpenedRun =
  | { readonly kind: 'settled' }
  | { readonly kind: 'opened'; readonly run: RunRecord }
  | { readonly kind: 'known'; readonly run: RunRecord }
  | { readonly kind: 'busy'; readonly holder: RunRecord }

/**
 * What came of stopping a run: it stops soon, in whichever process; it was ended, because its process is gone; or it was over before.
 */
export type CancelOutcome = 'stopping' | 'ended' | 'over'

/** How a run ended. */
export interface RunEnd {
  readonly state: Exclude<RunState, 'running'>
  readonly answer: Answer
  readonly ended: string
  readonly costUsd: number | null
}

export interface RunFilter {
  readonly limit: number
  readonly listedOnly?: boolean
  /** Only runs that may change the warehouse. */
  readonly writer?: true
  readonly states?: readonly RunState[]
  /** Somebody's id. */
  readonly who?: string
  /** Somebody's id, or their name without regard to case: for questions of people, not of rights. */
  readonly person?: string
  readonly command?: string
  /** Only runs of one of these commands. */
  readonly commands?: readonly string[]
  /** Started at or after this time. */
  readonly since?: string
  /** Started before this time. */
  readonly until?: string
  /** Only occurrences of this schedule; `intended`: only the one of that time. */
  readonly schedule?: number
  readonly intended?: string
  /** Only the children of this run. */
  readonly parent?: RunId
  /** Without runs of these commands, unless a schedule is run in them. */
  readonly besides?: readonly string[]
  /** Without the lines of occurrences. */
  readonly whole?: true
  /** Only those whose answer everybody in their place was to see. */
  readonly posted?: true
}

/** Every method is one statement or one atomic batch; none holds a transaction across an await. */
export interface RunStore {
  /** Inserts a run, and settles the plan that was confirmed for it. */
  open(run: NewRun, settles?: Settlement): Promise<OpenedRun>
  /** Begins another attempt of a run that is over, as `open` does. `known`, as it stands now, where that attempt is not its newest or not over. */
  retry(id: RunId, retry: Retry, settles?: Settlement): Promise<OpenedRun>
  get(id: RunId): Promise<RunRecord | null>
  /** Newest first. */
  list(filter: RunFilter): Promise<readonly RunRecord[]>
  /** The same, without what is long. */
  summaries(filter: RunFilter): Promise<readonly RunSummary[]>
  /** All attempts of a run, the first one first. */
  attempts(id: RunId): Promise<readonly AttemptRecord[]>
  /** Writes the step at this place of the list. False when the run is no longer this process's own. */
  saveStep(id: RunId, worker: string | null, index: number, step: StepRecord): Promise<boolean>
  /** Ends a run once, and inserts its messages with it. False when it had ended already or is not `worker`'s by now; a run that waits is null's. */
  end(id: RunId, worker: string | null, end: RunEnd, messages: readonly NewMessage[]): Promise<boolean>
  /** Asks the owning process to stop the run; it looks every second. False when it is not running. */
  requestCancel(id: RunId, by: string): Promise<boolean>
  /** Runs of this process that somebody asked to stop, with who did. */
  cancelRequests(process: string): Promise<readonly { readonly id: RunId; readonly by: string }[]>
  /** Running runs that wait for a process, or whose process is gone. */
  orphans(now: Date): Promise<readonly RunRecord[]>
  /**
   * Takes an orphan, `from` whom it has or from nobody, for a process to carry on. Taken from a process that is gone it is another attempt,
   * with the steps and the handles of the one that was lost. Null for all takers but one.
   */
  claim(id: RunId, from: string | null, to: string, now: Date): Promise<RunRecord | null>
  /** Has a run wait for another process, because this one leaves in good order: nothing is lost. */
  release(id: RunId, worker: string): Promise<void>
  /** Has a run that no process has wait until then before one takes it. */
  postpone(id: RunId, until: Date): Promise<void>
}
