import type { CommandsThat } from './declarations.ts'
import type { Clock } from './ports/clock.ts'
import type { Cluster } from './ports/cluster.ts'
import type { Directory } from './ports/directory.ts'
import type { Engine } from './ports/engine.ts'
import type { Heartbeat } from './ports/heartbeat.ts'
import type { Ledger } from './ports/ledger.ts'
import type { Log } from './ports/log.ts'
import type { Outbox } from './ports/outbox.ts'
import type { Probe } from './ports/probe.ts'
import type { Timetable } from './ports/timetable.ts'
import type { SqlLibrary } from './sql/library.ts'

/** Everything the core needs from outside; the composition roots fill it with concrete parts. */
export interface Deps {
  readonly engine: Engine
  readonly cluster: Cluster
  readonly ledger: Ledger
  readonly directory: Directory
  readonly library: SqlLibrary
  readonly timetable: Timetable
  readonly outbox: Outbox
  readonly heartbeat: Heartbeat
  readonly policy: Policy
  readonly clock: Clock
  readonly log: Log
  /** Which commands do what. */
  readonly commands: CommandsThat
  /** What `doctor` checks, in order. */
  readonly probes: () => readonly Probe[]
  /** This process's row in the ledger. */
  readonly process: string
}

/**
 * How much of what readers have may be lost with a load before somebody has to look at it: a past day (UTC) `days` percent of its plays, a
 * table of the star `rows` percent of its rows, or `min` of them where that is more; the share of plays that match the catalogue may fall by
 * `coverage` points.
 */
export interface PublishLimits {
  readonly days: number
  readonly rows: number
  readonly coverage: number
  readonly min: number
}

/** The configuration of approvals and mentions. Ids are Slack's: `U…` people, `S…` groups. */
export interface Policy {
  /** A plan that can cost more than this needs approval; null: none does for its price. US dollars. */
  readonly approveAboveUsd: number | null
  /** A plan that can take the cost of the calendar month (UTC) beyond this needs approval; null: no limit. US dollars. */
  readonly budgetUsd: number | null
  /** Whether a second person must approve. */
  readonly twoPerson: boolean
  /** Who may approve; empty: the admins. */
  readonly approvers: readonly string[]
  /** Who is mentioned, besides the owner, when a schedule fails. */
  readonly oncall: readonly string[]
  /** Loads beyond them are held; null: none is. */
  readonly publishLimits: PublishLimits | null
}

/** Who may use the bot besides members of its own organization, and whether it posts where others read along. */
export interface AccessPolicy {
  readonly guests: 'refuse' | 'viewer'
  readonly sharedChannels: 'refuse' | 'allow'
}
