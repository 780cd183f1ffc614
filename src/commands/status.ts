import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import type { ClusterState } from '../core/ports/cluster.ts'
import type { LoadRecord, RunRecord } from '../core/ports/ledger.ts'
import type { TableReply } from '../core/reply.ts'
import { leftWords } from '../core/run/takeover.ts'
import { checksLine, loadLine, nextUseful, type State, stateLine, stateOf } from '../core/warehouse/state.ts'
import { lasting, moment } from '../core/words.ts'

export default defineCommand({
  name: 'status',
  summary: 'Cluster, price so far, lease, last load, and who is changing the warehouse now',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({}),
  examples: ['status'],
  async run(_args, { deps }) {
    const state = await stateOf(deps)
    return { headline: stateLine(state, deps.clock.now()), replies: [table(state, deps)], next: nextUseful(state) }
  },
})

function table({ cluster, live, writing, isLeft }: State, deps: Deps): TableReply {
  const since = cluster.since === null ? '' : `, since ${moment(cluster.since)}`
  const rows = [
    ['Cluster', cluster.name],
    ['State', `${cluster.state}${since}`],
    ...cluster.facts.map(([label, value]) => [label, value]),
    ['Live load', live === null ? 'none' : liveLine(live, cluster.state)],
    ['Checks', live === null ? 'not run' : checksLine(live)],
    ['Running', writing === null ? 'nothing changes the warehouse' : writingLine(writing, isLeft, deps.clock.now())],
  ]
  return {
    kind: 'table',
    title: 'Status',
    columns: ['what', 'now'],
    formats: ['text', 'text'],
    rows,
    total: rows.length,
  }
}

function liveLine(live: LoadRecord, cluster: ClusterState): string {
  const published = live.published === null ? '' : `, published ${moment(new Date(live.published))}`
  const kept = cluster === 'none' ? '; not served, there is no cluster' : ''
  return `load ${live.id}: ${loadLine(live)}${published}${kept}`
}

function writingLine(run: RunRecord, isLeft: boolean, now: Date): string {
  const at = run.steps.find((step) => step.state === 'in_progress')?.title
  if (isLeft)
    return `run ${run.id}, ${run.who.name}: ${run.line}, interrupted${at === undefined ? '' : ` at "${at}"`}; ${leftWords}`
  return `run ${run.id}, ${run.who.name}: ${run.line}, for ${lasting(new Date(run.started), now)}${at === undefined ? '' : `, at "${at}"`}`
}
