import type { PlanDraft } from '../plan.ts'
import type { Step } from '../step.ts'

/** What an engine runs on and what costs money. */
export type ClusterState = 'none' | 'creating' | 'available' | 'pausing' | 'paused' | 'resuming' | 'deleting'

/** The cluster as it is now, asked of the engine itself. `facts` are label and value, in the order to show them. */
export interface ClusterFacts {
  readonly name: string
  readonly state: ClusterState
  readonly since: Date | null
  readonly facts: readonly (readonly [label: string, value: string])[]
}

/** Something to do to the cluster: what must be confirmed first (null: nothing), then idempotent steps, then what to say. */
export interface Act {
  readonly plan: PlanDraft | null
  readonly steps: readonly Step[]
  readonly done: string
  /** Set where the loads are gone for good at the end, so that the ledger must forget them too. */
  readonly forgetsLoads?: true
}

/** Options as a person gave them; empty means the configured default. */
export interface SpinUpOptions {
  readonly leaseHours: number | undefined
  readonly nodeType: string | undefined
  readonly nodes: number | undefined
}

/** What has come due by itself. `key` names the occasion, so that it is said once. */
export type Due =
  | { readonly kind: 'warn'; readonly key: string; readonly until: Date }
  | { readonly kind: 'pause'; readonly key: string; readonly until: Date }
  | { readonly kind: 'remind'; readonly key: string; readonly pausedSince: Date }
export type ClusterDue = { readonly kind: 'nothing' } | Due

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

/** Every method looks first, and throws `no_cluster` where nothing is there, or `cluster_state` where the act makes no sense in the state found. */
export interface Cluster {
  readonly name: string
  /** True where spinning up costs nothing, so that a load may do it by itself. */
  readonly free: boolean
  describe(): Promise<ClusterFacts>
  /** What exists now and costs money, in a sentence; empty where nothing ever does. Does not throw where that cannot be asked, but says so. */
  standing(): Promise<string>
  spinUp(options: SpinUpOptions): Promise<Act>
  tearDown(options: { readonly snapshot: boolean }): Promise<Act>
  pause(): Promise<Act>
  resume(): Promise<Act>
  /** Lengthens the lease. Throws `cluster_state` where there is none. */
  extend(hours: number): Promise<Act>
  /** What the lease asks for now; `nothing` where there is no lease. Asked every minute. */
  due(): Promise<ClusterDue>
  /**
   * The times between these two, and up to now, in which it ran, oldest first and none twice, without storage; nothing where it is free.
   * Asks nobody outside.
   */
  bill(from: Date, to: Date): Promise<readonly Bill[]>
}
