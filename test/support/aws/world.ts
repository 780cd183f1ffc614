import { type Clock, createClock } from './clock.ts'
import type { LoggedCall } from './control/call.ts'
import { createFaults, type Faults } from './control/faults.ts'
import type { Statement } from './data/statement.ts'
import type { UsedToken } from './data/submit.ts'
import { type Arns, arnsOf } from './iam/arn.ts'
import type { UsedAction } from './iam/caller.ts'
import type { Role } from './iam/role.ts'
import type { RoleSession } from './iam/sessions.ts'
import type { Options } from './options.ts'
import type { Cluster } from './redshift/cluster.ts'
import type { Snapshot } from './redshift/snapshot.ts'
import type { Namespace, NamespaceSnapshot, Workgroup } from './serverless/state.ts'

/** Everything the double knows: one AWS account, and what has been asked of it. */
export type World = {
  readonly options: Options
  readonly clock: Clock
  readonly arns: Arns
  readonly faults: Faults
  readonly roles: Map<string, Role>
  /** Sessions of the principal's role, by access key id. */
  readonly sessions: Map<string, RoleSession>
  /** By region and identifier. */
  readonly clusters: Map<string, Cluster>
  /** By region and identifier. */
  readonly snapshots: Map<string, Snapshot>
  /** By region and name. */
  readonly namespaces: Map<string, Namespace>
  readonly workgroups: Map<string, Workgroup>
  readonly namespaceSnapshots: Map<string, NamespaceSnapshot>
  readonly statements: Map<string, Statement>
  readonly tokens: Map<string, UsedToken>
  readonly calls: LoggedCall[]
  readonly used: Map<string, UsedAction>
  readonly serviceLinkedRole: { exists: boolean }
  readonly newRoleRefusals: { left: number }
  readonly nextPid: () => number
  /** An id of so many characters in AWS's style, unique in this world. */
  readonly nextId: (prefix: string, length: number) => string
  /** Ends the process: a bug of the double is never an answer. */
  readonly crash: (error: unknown) => void
}

/** A new account with nothing in it. */
export function createWorld(options: Options, crash: (error: unknown) => void): World {
  let pid = 1_073_741_823
  let id = 0
  return {
    options,
    clock: createClock(),
    arns: arnsOf(options.account),
    faults: createFaults(),
    roles: new Map(),
    sessions: new Map(),
    clusters: new Map(),
    snapshots: new Map(),
    namespaces: new Map(),
    workgroups: new Map(),
    namespaceSnapshots: new Map(),
    statements: new Map(),
    tokens: new Map(),
    calls: [],
    used: new Map(),
    serviceLinkedRole: { exists: options.serviceLinkedRole },
    newRoleRefusals: { left: options.newRoleRefusals },
    nextPid: () => {
      pid += 1
      return pid
    },
    nextId: (prefix, length) => {
      id += 1
      return prefix + String(id).padStart(length - prefix.length, '0')
    },
    crash,
  }
}
