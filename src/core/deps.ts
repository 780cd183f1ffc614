import type { CommandsThat } from './declarations.ts'
import type { Policy } from './policy.ts'
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
  /** What `doctor` looks at, in order. */
  readonly probes: () => readonly Probe[]
  /** This process's row in the ledger. */
  readonly process: string
}
