import type { Step } from '../step.ts'
import type { PlanDraft } from './plans.ts'

/** What an engine runs on and what costs money. */
export type ClusterState = 'none' | 'creating' | 'available' | 'pausing' | 'paused' | 'resuming' | 'deleting'

/** The cluster as it is now, asked of the engine itself. `facts` are label and value, in the order to show them. */
export interface ClusterFacts {
  readonly name: string
  readonly state: ClusterState
  readonly since: Date | null
  readonly facts: readonly (readonly [label: string, value: string])[]
}

/** An operation on the cluster: what must be confirmed first (null: nothing), then idempotent steps, then its answer in a sentence. */
export interface ClusterOperation {
  readonly plan: PlanDraft | null
  readonly steps: readonly Step[]
  readonly done: string
  /** Set where the loads are deleted at the end, so that the ledger must remove them too. */
  readonly forgetsLoads?: true
}

/** Options as a person gave them; empty means the configured default. */
export interface SpinUpOptions {
  readonly leaseHours: number | undefined
  readonly nodeType: string | undefined
  readonly nodes: number | undefined
}

/** What the lease asks for at a time. `key` names the occasion, so that it is done and posted once. */
export type LeaseAction =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'warn'; readonly key: string; readonly until: Date }
  | { readonly kind: 'pause'; readonly key: string; readonly until: Date }
  | { readonly kind: 'remind'; readonly key: string; readonly pausedSince: Date }

/** A time in which the cluster ran, and what it cost in US dollars; null where its price is not known. */
export interface Bill {
  readonly from: Date
  readonly to: Date
  readonly usd: number | null
  /** What an hour of it cost and where that figure is from, in words: "$0.54 an hour (list price, March 2026)". */
  readonly price: string
  /** Where it is still running: when its lease ends. */
  readonly until: Date | null
}

/** Every method asks for the state first, and throws `no_cluster` where there is no cluster, or `cluster_state` where the operation makes no sense in that state. */
export interface Cluster {
  readonly name: string
  /** True where spinning up costs nothing, so that a load may do it by itself. */
  readonly free: boolean
  describe(): Promise<ClusterFacts>
  /** What exists now and is billed, in a sentence; empty where nothing ever is. Where that cannot be asked, the sentence says so instead of an error. */
  costStatus(): Promise<string>
  spinUp(options: SpinUpOptions): Promise<ClusterOperation>
  tearDown(options: { readonly snapshot: boolean }): Promise<ClusterOperation>
  pause(): Promise<ClusterOperation>
  resume(): Promise<ClusterOperation>
  /** Lengthens the lease. Throws `cluster_state` where there is none. */
  extend(hours: number): Promise<ClusterOperation>
  /** What the lease asks for now; `nothing` where there is no lease. Called every minute. */
  leaseAction(): Promise<LeaseAction>
  /**
   * Exists where the cluster idles by itself, so that the time it was up is not what it cost: keeps in the ledger what was used. Called at the end of
   * each run that may have asked the warehouse. Throws `OpsError` where it is not known now; the next call reads it.
   */
  settleUsage?(): Promise<void>
  /**
   * The times between these two, and up to now, in which it ran, oldest first and none twice, without storage; nothing where it is free.
   * Asks nobody outside.
   */
  bill(from: Date, to: Date): Promise<readonly Bill[]>
}
