import type { Suggestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { lasting, list, moment, plural } from '../format.ts'
import type { ClusterFacts, ClusterState } from '../ports/cluster.ts'
import type { LoadRecord, RunRecord } from '../ports/ledger.ts'
import { settleOrphans } from '../runner/orphans.ts'
import { lossesOf } from './compare.ts'
import { heldLoad } from './held.ts'
import { filesInQuarantine, type QuarantinedFile } from './quarantine.ts'

/** How things stand: asked of the engine and the ledger, not remembered. */
export interface State {
  readonly cluster: ClusterFacts
  readonly live: LoadRecord | null
  /** The load that waits to be published or discarded. */
  readonly held: LoadRecord | null
  /** The run that may change the warehouse now. */
  readonly writing: RunRecord | null
  /** Whether the process of that run is gone: the bot carries it on. */
  readonly isLeft: boolean
  readonly quarantined: readonly QuarantinedFile[]
}

/** Asks for the state. */
export async function warehouseState(deps: Deps): Promise<State> {
  const left = await settleOrphans(deps)
  const [cluster, live, held, [writing = null], quarantined] = await Promise.all([
    deps.cluster.describe(),
    deps.ledger.loads.live(),
    heldLoad(deps),
    deps.ledger.runs.list({ limit: 1, states: ['running'], writer: true }),
    filesInQuarantine(deps),
  ])
  return { cluster, live, held, writing, isLeft: left.some(({ id }) => id === writing?.id), quarantined }
}

const passive: Readonly<Partial<Record<ClusterState, string>>> = {
  creating: 'being created',
  deleting: 'being deleted',
}

/** The state in one line: "sparkify available · 6,820 plays until 30 Nov 2018, 21:59 UTC · nothing running". */
export function stateLine({ cluster, live, writing, isLeft }: State, now: Date): string {
  const parts = [
    cluster.state === 'none'
      ? `There is no cluster ${cluster.name} yet`
      : `Cluster ${cluster.name} is ${passive[cluster.state] ?? cluster.state}`,
  ]
  if (cluster.state !== 'none') parts.push(live === null ? 'nothing loaded' : loadLine(live))
  if (writing !== null) {
    const name = `${writing.who.name}'s ${writing.command}`
    const time = lasting(new Date(writing.started), now)
    parts.push(isLeft ? `${name} interrupted, begun ${time} ago` : `${name} running for ${time}`)
  }
  return parts.join(' · ')
}

/** "6,820 plays until 30 Nov 2018, 21:59 UTC". */
export function loadLine({ facts }: LoadRecord): string {
  const plays = plural(facts.plays ?? 0, 'play')
  return typeof facts.dataUntil === 'string' ? `${plays} until ${moment(new Date(facts.dataUntil))}` : plays
}

/** "load 12, 6,820 plays until 30 Nov 2018, 21:59 UTC, published 1 Dec 2018, 03:00 UTC". */
export function describedLoad(load: LoadRecord): string {
  const published = load.published === null ? '' : `, published ${moment(new Date(load.published))}`
  return `load ${load.id}, ${loadLine(load)}${published}`
}

/** "all 12 green", or which are not. */
export function checksStateLine({ facts: { checks } }: LoadRecord): string {
  if (checks === undefined) return 'not run'
  const { total, red, warnings } = checks
  const notMet = red.length + warnings.length
  if (notMet === 0) return `all ${total} green`
  return [
    `${total - notMet} of ${total} green`,
    ...(red.length === 0 ? [] : [`red: ${red.join(', ')}`]),
    ...(warnings.length === 0 ? [] : [`${warnings.length === 1 ? 'warning' : 'warnings'}: ${warnings.join(', ')}`]),
  ].join('; ')
}

/** "load 9: songplays loses 431 of 6,820 rows". */
export function heldLine({ id, facts: { comparison } }: LoadRecord): string {
  return comparison === undefined ? `load ${id}` : `load ${id}: ${list(lossesOf(comparison))}`
}

/** The three most useful commands now. */
export function nextUseful({ cluster, live, writing }: State): readonly Suggestion[] {
  if (writing !== null)
    return [
      { label: 'Watch it', line: `runs ${writing.id}` },
      { label: 'Status', line: 'status' },
    ]
  switch (cluster.state) {
    case 'none':
      return [
        { label: 'Spin up', line: 'spin-up' },
        { label: 'Doctor', line: 'doctor' },
        { label: 'Help', line: 'help' },
      ]
    case 'paused':
      return [
        { label: 'Resume', line: 'resume' },
        { label: 'Status', line: 'status' },
        { label: 'Help', line: 'help' },
      ]
    case 'available':
      return live === null
        ? [
            { label: 'Load', line: 'etl' },
            { label: 'Doctor', line: 'doctor' },
            { label: 'Help', line: 'help' },
          ]
        : [
            { label: 'Top songs', line: 'top-songs' },
            { label: 'Check', line: 'qa' },
            { label: 'Load again', line: 'etl' },
          ]
    default:
      return [
        { label: 'Status', line: 'status' },
        { label: 'Help', line: 'help' },
      ]
  }
}
