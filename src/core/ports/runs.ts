import type { Answer, RunState } from '../answer.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { PlanDraft } from '../plan.ts'
import type { StepView } from '../reply.ts'

export type RunId = number

/**
 * What called a run: somebody's words, a schedule whose time had come (or that somebody asked to be said now), or that fire's
 * saying of its line number `at`. Of each fire, and of each of its lines, there is one run at most; a second one, `again`, of a line whose
 * first was closed while its bot was gone. `intended` is ISO 8601 in UTC.
 */
export type Origin =
  | { readonly kind: 'words' }
  | {
      readonly kind: 'fire'
      readonly schedule: number
      readonly intended: string
      readonly cause: 'clock' | 'asked'
    }
  | { readonly kind: 'line'; readonly fire: RunId; readonly at: number; readonly again?: true }

/** The plan that was read before a run, and who said yes to it; its id where it was kept to be confirmed. */
export interface Approval {
  readonly id?: string
  readonly plan: PlanDraft
  readonly by: Asker
}

/** A step as stored: what its reader sees, what it left for later, and the handles of its outside work. */
export interface StepRecord extends StepView {
  readonly output?: unknown
  readonly handles: Readonly<Record<string, string>>
}

/** The message a run lives in, as its face names it (Slack: channel and `ts`). */
export interface Post {
  readonly channel: string
  readonly ts: string
}

/** One execution of a command. Times are ISO 8601 in UTC. */
export interface RunRecord {
  readonly id: RunId
  readonly command: string
  readonly line: string
  readonly who: Asker
  readonly place: Place
  /** Whether it may change the warehouse; at most one such run is `running`. */
  readonly writer: boolean
  /** Whether lists of runs show it: those that only look at the bot itself do not clutter them. */
  readonly listed: boolean
  /** The run whose finished steps this one took over. */
  readonly continues: RunId | null
  readonly origin: Origin
  /** Null where nothing had to be confirmed. */
  readonly approval: Approval | null
  readonly state: RunState
  readonly process: string
  /** How many processes have tried it; a run that kills its process is not tried for ever. */
  readonly attempts: number
  readonly started: string
  readonly ended: string | null
  readonly steps: readonly StepRecord[]
  readonly answer: Answer | null
  readonly post: Post | null
  /** What the cluster cost while it ran, in US dollars; null while it runs and where the cluster costs nothing. */
  readonly costUsd: number | null
}

export type NewRun = Pick<
  RunRecord,
  | 'command'
  | 'line'
  | 'who'
  | 'place'
  | 'writer'
  | 'listed'
  | 'continues'
  | 'origin'
  | 'approval'
  | 'process'
  | 'started'
  | 'steps'
>

/** What came of asking for a run: it is open, its fire or line has one already, or another one may change the warehouse now. */
export type Opened =
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
  readonly states?: readonly RunState[]
  /** Somebody's id. */
  readonly who?: string
  /** Somebody's id, or their name without regard to case: for questions of people, not of rights. */
  readonly person?: string
  readonly command?: string
  /** Started at or after this time. */
  readonly since?: string
  /** Started before this time. */
  readonly until?: string
  /** Only fires of this schedule; `intended`: only the one of that time. */
  readonly schedule?: number
  readonly intended?: string
  /** Only the lines of this fire. */
  readonly fire?: RunId
  /** Without runs of these commands, unless a schedule is said in them. */
  readonly besides?: readonly string[]
  /** Without the lines of fires. */
  readonly whole?: true
  /** Only those whose answer everybody in their place was to see. */
  readonly posted?: true
}

/** Every method is one statement or one atomic batch; none holds a transaction across an await. */
export interface RunStore {
  open(run: NewRun): Promise<Opened>
  get(id: RunId): Promise<RunRecord | null>
  /** Newest first. */
  list(filter: RunFilter): Promise<readonly RunRecord[]>
  /** Writes the step at this place of the list. False when the run is no longer this process's own. */
  saveStep(id: RunId, process: string, index: number, step: StepRecord): Promise<boolean>
  savePost(id: RunId, post: Post): Promise<void>
  /** Ends a run once. False when it had ended already or belongs to another process by now. */
  end(id: RunId, process: string, end: RunEnd): Promise<boolean>
  /** Asks the owning process to stop the run; it looks every second. False when it is not running. */
  requestCancel(id: RunId, by: string): Promise<boolean>
  /** Runs of this process that somebody asked to stop, with who did. */
  cancelRequests(process: string): Promise<readonly { readonly id: RunId; readonly by: string }[]>
  /** Running runs of processes that are gone. */
  orphans(now: Date): Promise<readonly RunRecord[]>
  /** Takes an orphan over; exactly one taker is told true. */
  adopt(id: RunId, from: string, to: string): Promise<boolean>
  /** Gives a run back that its process leaves in good order, so that this does not count as an attempt that failed. */
  handOver(id: RunId, process: string): Promise<void>
  /** Ended Slack runs whose last word has not been delivered, that ended after `since`. */
  untold(since: string): Promise<readonly RunRecord[]>
  told(id: RunId): Promise<void>
}
