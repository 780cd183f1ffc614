import type { Answer, RunState } from '../answer.ts'
import type { PlanDraft } from '../command/plan.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { StepView } from '../reply.ts'
import type { LoadId } from './engine.ts'

export type RunId = number

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
  readonly state: RunState
  readonly process: string
  /** How many processes have tried it; a run that kills its process is not tried for ever. */
  readonly attempts: number
  readonly started: string
  readonly ended: string | null
  readonly steps: readonly StepRecord[]
  readonly answer: Answer | null
  readonly post: Post | null
}

export type NewRun = Pick<
  RunRecord,
  'command' | 'line' | 'who' | 'place' | 'writer' | 'listed' | 'continues' | 'process' | 'started' | 'steps'
>

/** What came of asking for a run: it is open, or another one may change the warehouse now. */
export type Opened =
  | { readonly kind: 'opened'; readonly run: RunRecord }
  | { readonly kind: 'busy'; readonly holder: RunRecord }

export interface RunFilter {
  readonly limit: number
  readonly listedOnly?: boolean
  readonly states?: readonly RunState[]
  readonly who?: string
  readonly command?: string
  readonly since?: string
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
  end(id: RunId, process: string, state: RunState, answer: Answer, ended: string): Promise<boolean>
  /** Asks the owning process to stop the run; it looks every second. False when it is not running. */
  requestCancel(id: RunId, by: string): Promise<boolean>
  /** Runs of this process that somebody asked to stop, with who did. */
  cancelRequests(process: string): Promise<readonly { readonly id: RunId; readonly by: string }[]>
  /** Running runs of processes that are gone. */
  orphans(now: Date): Promise<readonly RunRecord[]>
  /** Takes an orphan over; exactly one taker is told true. */
  adopt(id: RunId, from: string, to: string): Promise<boolean>
  /** Ended Slack runs whose last word has not been delivered, that ended after `since`. */
  untold(since: string): Promise<readonly RunRecord[]>
  told(id: RunId): Promise<void>
}

/** A plan waiting for its confirmation. */
export interface PlanRecord {
  readonly id: string
  readonly line: string
  readonly asker: Asker
  readonly place: Place
  readonly draft: PlanDraft
  readonly expires: string
}

export interface PlanStore {
  save(plan: PlanRecord): Promise<void>
  get(id: string): Promise<PlanRecord | null>
  /** Uses a plan up. True once, for whoever came first. */
  take(id: string): Promise<boolean>
}

export type LoadState = 'building' | 'live' | 'previous' | 'discarded'

/** What a load turned out to be; filled in as its steps learn it. */
export interface LoadFacts {
  readonly files?: number
  readonly bytes?: number
  readonly counts?: Readonly<Record<string, number>>
  readonly plays?: number
  readonly matched?: number
  readonly repeatsDropped?: number
  readonly rejected?: number
  readonly dataFrom?: string | null
  readonly dataUntil?: string | null
  /** Titles of the checks that are not green, by severity. */
  readonly checks?: { readonly total: number; readonly red: readonly string[]; readonly warnings: readonly string[] }
}

export interface LoadRecord {
  readonly id: LoadId
  readonly state: LoadState
  readonly started: string
  readonly published: string | null
  readonly facts: LoadFacts
}

export interface LoadStore {
  begin(id: LoadId, started: string): Promise<void>
  /** Merges facts into what is known of the load. */
  learn(id: LoadId, facts: LoadFacts): Promise<void>
  /** Moves the pointer in one batch: live becomes previous, previous discarded, this one live. Refused (false) unless `run` is still running in `process`. */
  publish(id: LoadId, run: RunId, process: string, at: string): Promise<boolean>
  get(id: LoadId): Promise<LoadRecord | null>
  live(): Promise<LoadRecord | null>
  /** Loads in these states, newest first. */
  list(states: readonly LoadState[]): Promise<readonly LoadRecord[]>
  discard(id: LoadId): Promise<void>
  /** After a tear-down: nothing is live any more. */
  discardAll(): Promise<void>
}

/** Command lines said by the clock. `lines` run in order and stop at the first failure. */
export interface ScheduleRecord {
  readonly id: number
  readonly lines: readonly string[]
  /** As it was said: "daily at 03:00". */
  readonly phrase: string
  /** Five fields, in `zone`. */
  readonly cron: string
  readonly zone: string
  readonly place: Place
  readonly owner: Asker
  readonly created: string
  readonly state: 'active' | 'paused'
}

export interface ScheduleStore {
  add(schedule: Omit<ScheduleRecord, 'id'>): Promise<ScheduleRecord>
  get(id: number): Promise<ScheduleRecord | null>
  list(): Promise<readonly ScheduleRecord[]>
  setState(id: number, state: ScheduleRecord['state']): Promise<boolean>
  remove(id: number): Promise<boolean>
}

/** A living process on this ledger. `bot` is the one that hears Slack and the clock; there is at most one a home. */
export interface ProcessRecord {
  readonly id: string
  readonly kind: 'bot' | 'terminal'
  readonly pid: number
  readonly host: string
  readonly started: string
  readonly heartbeat: string
}

export interface ProcessStore {
  /** Announces a process. Another bot that is alive is answered instead, and nothing is written. */
  enter(
    process: ProcessRecord,
  ): Promise<{ readonly kind: 'entered' } | { readonly kind: 'occupied'; readonly by: ProcessRecord }>
  /** False for a process that was taken for gone and replaced, because it slept for longer than others wait. */
  beat(id: string, now: Date): Promise<boolean>
  leave(id: string): Promise<void>
  bot(now: Date): Promise<ProcessRecord | null>
}

/** Small things to remember that have no table of their own: the lease of a cluster, the name of this ledger. */
export interface NoteStore {
  /** What was kept under a key, as JSON gives it back; null where nothing was. */
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  /** Keeps `value` unless something is kept there already, and gives what is kept then: the same for everybody who asks. */
  settle(key: string, value: unknown): Promise<unknown>
}

/** The bot's memory. Shared by processes, so everything in it is decided by what the database says, never by what one process remembers. */
export interface Ledger {
  readonly runs: RunStore
  readonly plans: PlanStore
  readonly loads: LoadStore
  readonly schedules: ScheduleStore
  readonly processes: ProcessStore
  readonly notes: NoteStore
  /** True for exactly one caller per key, for ever: a delivery, a scheduled fire. */
  claim(key: string, at: Date): Promise<boolean>
  close(): Promise<void>
}
