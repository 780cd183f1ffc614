import { z } from 'zod'
import { ensureCluster } from '../core/cluster/lease.ts'
import type { RunContext } from '../core/command/context.ts'
import { defineCommand } from '../core/command/define.ts'
import { list } from '../core/format.ts'
import type { Step } from '../core/step.ts'
import { countedTables } from '../core/warehouse/counts.ts'
import { takenOver } from '../core/warehouse/kept-loads.ts'
import { requireAvailable } from '../core/warehouse/live.ts'

export default defineCommand({
  name: 'create-tables',
  summary: 'Creates the staging and star tables, empty; tables that are there stay as they are',
  group: 'warehouse',
  role: 'operator',
  effect: 'write',
  audience: 'channel',
  args: z.object({}),
  examples: ['create-tables'],
  async run(_args, context) {
    const { deps } = context
    await requireAvailable(deps)
    await context.perform([...(await ensureCluster(deps)), createEmpty(context), publishEmpty(context)])
    const tables = list(countedTables(deps))
    return { headline: `The tables are there: ${tables}.`, tone: 'good', next: [{ label: 'Load', line: 'etl' }] }
  },
})

const alreadyThere = 'already there'

function createEmpty({ deps, runId: load }: RunContext): Step {
  return {
    id: 'create-tables',
    title: 'Create tables',
    run: async (work) => {
      if ((await deps.ledger.loads.live()) !== null) return { skipped: alreadyThere }
      const { staging, star, load: own } = deps.library.schema
      await deps.ledger.loads.begin(load, deps.clock.now().toISOString())
      await deps.engine.begin(load, [...staging, ...star, ...own], work)
      return { detail: `${staging.length} staging, ${star.length} star` }
    },
  }
}

function publishEmpty({ deps, runId: load }: RunContext): Step {
  return {
    id: 'publish',
    title: 'Publish',
    run: async (work) => {
      if ((await deps.ledger.loads.live()) !== null) return { skipped: alreadyThere }
      await deps.engine.publish(load, work)
      await deps.ledger.loads.learn(load, { counts: {}, plays: 0, matched: 0, dataFrom: null, dataUntil: null })
      if (!(await deps.ledger.loads.publish(load, load, deps.process, deps.clock.now().toISOString()))) {
        throw takenOver()
      }
      return {}
    },
  }
}
