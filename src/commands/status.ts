import { z } from 'zod'
import type { Context } from '../core/command/context.ts'
import { defineCommand } from '../core/command/define.ts'
import { lasting, moment } from '../core/format.ts'
import type { ClusterState } from '../core/ports/cluster.ts'
import type { LoadRecord, RunRecord } from '../core/ports/ledger.ts'
import { figuresTable, type TableReply } from '../core/reply.ts'
import { interruptedWords } from '../core/runner/orphans.ts'
import { shownLine } from '../core/runner/readers.ts'
import { keptLoads } from '../core/warehouse/kept-loads.ts'
import { quarantineWords } from '../core/warehouse/quarantine.ts'
import {
  checksStateLine,
  heldLine,
  loadLine,
  nextUseful,
  type State,
  stateLine,
  warehouseState,
} from '../core/warehouse/state.ts'
import { visibleFreshness } from '../core/watch/freshness/find.ts'
import { freshnessLine } from '../core/watch/freshness/outcome.ts'
import { firingLine } from '../core/watch/summary.ts'

export default defineCommand({
  name: 'status',
  summary: 'The live load, its checks and the current run; then the cluster, its price and lease',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({}),
  examples: ['status'],
  async run(_args, context) {
    const { deps } = context
    const state = await warehouseState(deps)
    const firing = await firingLine(context)
    const kept = await keptLoads(deps)
    const fresh = await Promise.all((await visibleFreshness(context)).map((one) => freshnessLine(one, deps)))
    return {
      headline: stateLine(state, deps.clock.now()),
      replies: [
        table(
          state,
          kept.length,
          [...fresh.map((line) => ['Freshness', line]), ...(firing === null ? [] : [['Alerts', firing]])],
          context,
        ),
      ],
      next: nextUseful(state),
    }
  },
})

function table(
  { cluster, live, held, writing, isLeft, quarantined }: State,
  kept: number,
  watched: readonly string[][],
  context: Context,
): TableReply {
  const since = cluster.since === null ? '' : `, since ${moment(cluster.since)}`
  const rows = [
    ['Live load', live === null ? 'none' : liveLine(live, cluster.state)],
    ['Loads kept', String(kept)],
    ...(held === null ? [] : [['Held', heldLine(held)]]),
    ...(quarantined.length === 0 ? [] : [['Left out', quarantineWords(quarantined.map(({ path }) => path))]]),
    ['Checks', live === null ? 'not run' : checksStateLine(live)],
    ...watched,
    ['Running', writing === null ? 'nothing' : writingLine(writing, isLeft, context)],
    ['Cluster', cluster.name],
    ['State', `${cluster.state}${since}`],
    ...cluster.facts.map(([label, value]) => [label, value]),
  ]
  return figuresTable('Status', { what: 'text', now: 'text' }, rows)
}

function liveLine(live: LoadRecord, cluster: ClusterState): string {
  const published = live.published === null ? '' : `; published ${moment(new Date(live.published))}`
  const kept = cluster === 'none' ? '; not served: there is no cluster' : ''
  return `${loadLine(live)}${published} (load ${live.id})${kept}`
}

function writingLine(run: RunRecord, isLeft: boolean, context: Context): string {
  const step = run.steps.find(({ state }) => state === 'in_progress')?.title
  const at = step === undefined ? '' : `at "${step}"`
  const what = `run ${run.id}, ${run.who.name}: ${shownLine(run, context)}`
  if (isLeft) return `${what}, ${`interrupted ${at}`.trim()}; ${interruptedWords}`
  return `${what}, running for ${lasting(new Date(run.started), context.deps.clock.now())}${at === '' ? '' : `, ${at}`}`
}
