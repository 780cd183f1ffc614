import type { AnnotationStore } from './annotations.ts'
import type { AuditStore } from './audit.ts'
import type { FreshnessStore } from './freshness.ts'
import type { LoadStore } from './loads.ts'
import type { MessageStore } from './outbox.ts'
import type { PlanStore } from './plans.ts'
import type { RunStore } from './runs.ts'
import type { ScheduleStore } from './schedules.ts'
import type { WatchStore } from './watches.ts'

export type * from './audit.ts'
export type * from './freshness.ts'
export type * from './loads.ts'
export type * from './plans.ts'
export type * from './runs.ts'
export type * from './schedules.ts'
export type * from './watches.ts'

/** Small things to remember that have no table of their own: the lease of a cluster, the name of this ledger. */
export interface NoteStore {
  /** What was kept under a key, as JSON gives it back; null where nothing was. */
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  /** Keeps `value` unless something is kept there already, and gives what is kept then: the same for everybody who asks. */
  settle(key: string, value: unknown): Promise<unknown>
  /** What is kept under the keys that begin with `prefix`, by key; nulls are left out. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: unknown }[]>
  /** Forgets a key that still holds this value. Whether it did. */
  drop(key: string, value: unknown): Promise<boolean>
}

/** The bot's memory. Shared by processes, so everything is decided by the database, never by what one process remembers. */
export interface Ledger {
  readonly runs: RunStore
  readonly plans: PlanStore
  readonly loads: LoadStore
  readonly schedules: ScheduleStore
  readonly watches: WatchStore
  readonly freshness: FreshnessStore
  readonly processes: ProcessStore
  readonly notes: NoteStore
  readonly annotations: AnnotationStore
  readonly audit: AuditStore
  readonly messages: MessageStore
  /** True for exactly one caller per key: a delivery, an occurrence. */
  claim(key: string, at: Date): Promise<boolean>
  /** Forgets what has expired, the rows of the warehouse in old answers among it. Done when it is opened, and to be asked once a day. */
  forgetExpired(now: Date): Promise<void>
  close(): Promise<void>
}

/** A living process on this ledger. `bot` is the one that serves Slack and runs schedules; there is at most one for a data folder. */
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
