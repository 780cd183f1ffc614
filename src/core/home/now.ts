import { labelOf } from '../command/line.ts'
import { OpsError } from '../errors.ts'
import type { ClusterFacts } from '../ports/cluster.ts'
import { choices } from '../warehouse/held.ts'
import { checksStateLine, heldLine, nextUseful, type State, stateLine } from '../warehouse/state.ts'
import { maySeeWatch } from '../watch/find.ts'
import { firingWords } from '../watch/summary.ts'
import { at, entry, type HomeButton, type HomeEntry, pressable, type Viewing, type Words } from './home-view.ts'
import type { HomeSnapshot } from './snapshot.ts'

/** The state in one line, without what is running: that has a place of its own. */
export function headlineOf({ state, now }: HomeSnapshot, cluster: string): string {
  return state instanceof OpsError
    ? `The state of cluster ${cluster} is unknown`
    : stateLine({ ...state, writing: null }, now)
}

/** What stands behind the headline: the load with its checks, and the cluster with what it costs; or why nobody knows. */
export function stateEntries(viewing: Viewing): readonly HomeEntry[] {
  const { state } = viewing.snapshot
  if (state instanceof OpsError) {
    const { message, remedy, fixCommand, fixLabel } = state
    const next = fixCommand === undefined ? [] : [{ label: fixLabel ?? labelOf(fixCommand), line: fixCommand }]
    return [entry({ words: [`⚠ ${message}`], note: remedy, next: pressable(next, viewing) })]
  }
  const entries = [
    entry({ words: loadWords(state) }),
    ...heldEntries(state, viewing),
    ...firingEntries(viewing),
    entry({ words: clusterWords(state.cluster), next: pressable(thrift(state.cluster, viewing), viewing) }),
  ]
  return entries.filter(({ words }) => words.length > 0)
}

/** What can be done about a cluster that costs money by the hour. */
function thrift({ name, state }: ClusterFacts, { deps }: Viewing): readonly HomeButton[] {
  if (deps.cluster.free || state !== 'available') return []
  return [
    { label: 'Extend 2 h', line: 'extend 2h' },
    { label: 'Pause', line: 'pause', sure: `Pause ${name}? Questions fail until it is resumed.` },
  ]
}

/** A load that waits for somebody to publish or discard it. */
function heldEntries({ held }: State, viewing: Viewing): readonly HomeEntry[] {
  if (held === null) return []
  return [entry({ title: '⚠ Held', words: [heldLine(held)], next: pressable(choices(held.id), viewing) })]
}

/** The alerts and checks that fire, in one line. */
function firingEntries(viewing: Viewing): readonly HomeEntry[] {
  const { snapshot } = viewing
  const firing = firingWords(snapshot.watches.filter((watch) => maySeeWatch(watch, viewing)))
  if (firing === null) return []
  return [
    entry({ title: '⚠ Alerts', words: [firing], next: pressable([{ label: 'All alerts', line: 'alert' }], viewing) }),
  ]
}

function loadWords({ cluster, live }: State): Words {
  if (cluster.state === 'none' || live === null) return []
  const checks = `checks: ${checksStateLine(live)}`
  if (live.published === null) return [`Load ${live.id} · ${checks}`]
  return [`Load ${live.id}, published`, at(live.published), `· ${checks}`]
}

// The rest of what is known of a cluster does not change, or does not matter, from day to day: `status` shows it.
const inStatusAlone = new Set(['Engine', 'Endpoint', 'Age', 'Storage', 'On disk', 'Folder', 'This month'])

function clusterWords({ state, since, facts }: ClusterFacts): Words {
  const known = facts.filter(([label]) => !inStatusAlone.has(label)).map(([label, value]) => `${label}: ${value}`)
  if (since === null) return known.length === 0 ? [] : [known.join(' · ')]
  return [`${labelOf(state)} since`, at(since.toISOString()), ...known.map((fact) => `· ${fact}`)]
}

const always: readonly HomeButton[] = [
  { label: 'Questions', line: 'queries' },
  { label: 'Status', line: 'status' },
  { label: 'Doctor', line: 'doctor' },
  { label: 'Help', line: 'help' },
]

/** The commands that are most useful to this person now, as buttons. */
export function shortcuts(viewing: Viewing): readonly HomeEntry[] {
  const { state } = viewing.snapshot
  const useful = state instanceof OpsError ? [] : nextUseful(state)
  const others = always.filter(({ line }) => !useful.some((suggestion) => suggestion.line === line))
  const next = pressable([...useful, ...others], viewing)
  return next.length === 0 ? [] : [entry({ next, note: 'Answers appear in the Messages tab.' })]
}
