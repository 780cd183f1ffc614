import { AwsError } from '../error.ts'
import type { Caller } from '../iam/caller.ts'
import type { Database } from '../redshift/cluster.ts'
import type { Storage } from '../sql/storage.ts'
import { resourceTagContext } from '../tags.ts'
import type { World } from '../world.ts'

/** States pass as those of a cluster do: by the clock, and once a Get has seen them. */
type Phase = { since: number; seen: number }

/** A namespace: the data of a warehouse. Times are milliseconds since 1970. */
export type Namespace = Phase & {
  readonly name: string
  readonly region: string
  readonly id: string
  readonly arn: string
  readonly databaseName: string
  readonly adminUser: string
  readonly secretArn: string | undefined
  readonly createdAt: number
  readonly tags: Map<string, string>
  roles: readonly string[]
  storage: Storage
  state: 'AVAILABLE' | 'MODIFYING' | 'DELETING'
}

/** A workgroup: the compute of a namespace. */
export type Workgroup = Phase & {
  readonly name: string
  readonly region: string
  readonly id: string
  readonly arn: string
  readonly namespace: Namespace
  readonly createdAt: number
  readonly tags: Map<string, string>
  readonly limits: Map<string, UsageLimit>
  baseCapacity: number
  maxCapacity: number | undefined
  state: 'CREATING' | 'AVAILABLE' | 'MODIFYING' | 'DELETING'
}

/** A limit on what a workgroup may use. */
export type UsageLimit = {
  readonly id: string
  readonly usageType: string
  readonly period: string
  amount: number
  breachAction: string
}

/** A snapshot of a namespace. */
export type NamespaceSnapshot = {
  readonly name: string
  readonly region: string
  readonly namespace: string
  readonly createdAt: number
  readonly retentionDays: number
  readonly databaseName: string
  readonly adminUser: string
  readonly content: Promise<Blob>
}

/** Where each is kept: names are unique in a region. */
export function placeKey(region: string, name: string): string {
  return `${region}/${name}`
}

/** Puts one into a state, from now on. */
export function enterState<S>(it: Phase & { state: S }, state: S, at: number): void {
  it.state = state
  it.since = at
  it.seen = 0
}

/** How long a state lasts, in the durations of a cluster. */
const phases = { CREATING: 'creating', MODIFYING: 'modifying', DELETING: 'deleting' } as const

function hasPassed(world: World, it: Phase, state: keyof typeof phases): boolean {
  const end = it.since + (world.options.durations[phases[state]] * 1000) / world.options.speed
  return world.clock.now() >= end && it.seen >= world.options.describes
}

/** Advances everything to where the clock and the looks have brought it. */
function settle(world: World): void {
  for (const [key, workgroup] of [...world.workgroups]) {
    if (workgroup.state === 'AVAILABLE' || !hasPassed(world, workgroup, workgroup.state)) continue
    if (workgroup.state === 'DELETING') world.workgroups.delete(key)
    else enterState(workgroup, 'AVAILABLE', world.clock.now())
  }
  for (const [key, namespace] of [...world.namespaces]) {
    if (namespace.state === 'AVAILABLE' || !hasPassed(world, namespace, namespace.state)) continue
    if (namespace.state === 'DELETING') {
      world.namespaces.delete(key)
      namespace.storage.close().catch(world.crash)
    } else enterState(namespace, 'AVAILABLE', world.clock.now())
  }
  for (const [key, { createdAt, retentionDays }] of [...world.namespaceSnapshots]) {
    const end = createdAt + retentionDays * 86_400_000
    if (retentionDays >= 0 && world.clock.now() >= end) world.namespaceSnapshots.delete(key)
  }
}

/** The namespace of that name; undefined when there is none. */
export function findNamespace(world: World, region: string, name: string): Namespace | undefined {
  settle(world)
  return world.namespaces.get(placeKey(region, name))
}

/** The workgroup of that name; undefined when there is none. */
export function findWorkgroup(world: World, region: string, name: string): Workgroup | undefined {
  settle(world)
  return world.workgroups.get(placeKey(region, name))
}

/** ResourceNotFoundException, which names what there is not. */
export function noSuch(what: string, name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} ${name} not found.`, 400, { resourceName: name })
}

/** The database behind a workgroup, while it answers. */
export function databaseOf(world: World, region: string, name: string): { workgroup: Workgroup; cluster: Database } {
  const workgroup = findWorkgroup(world, region, name)
  if (workgroup === undefined || workgroup.state === 'CREATING' || workgroup.state === 'DELETING') {
    throw new AwsError('ValidationException', "Redshift endpoint doesn't exist in this region.")
  }
  const { namespace, baseCapacity } = workgroup
  const roles = new Map(namespace.roles.map((arn) => [arn, 'in-sync'] as const))
  const { databaseName, adminUser: masterUsername, storage } = namespace
  const cluster = { identifier: name, region, databaseName, masterUsername, roles, storage, rpu: baseCapacity }
  return { workgroup, cluster }
}

/** Asks for an action of the Data API on a workgroup. */
export function allowOnWorkgroup(world: World, caller: Caller, action: string, name: string): void {
  const workgroup = findWorkgroup(world, caller.region, name)
  const arn = workgroup?.arn ?? world.arns.workgroup(caller.region, '*')
  caller.allow(action, arn, resourceTagContext(workgroup?.tags ?? new Map()))
}

/** All that exists of Serverless, in words. */
export function serverlessIn(world: World): readonly string[] {
  settle(world)
  return [
    ...[...world.namespaces.values()].map(({ name, state }) => `namespace ${name} ${state}`),
    ...[...world.workgroups.values()].map(({ name, state }) => `workgroup ${name} ${state}`),
    ...[...world.namespaceSnapshots.values()].map(({ name }) => `snapshot ${name}`),
  ]
}
