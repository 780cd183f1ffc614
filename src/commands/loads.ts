import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import { changeBetween, keptLoads } from '../core/warehouse/kept-loads.ts'

export default defineCommand({
  name: 'loads',
  summary: 'Lists the loads that are kept: when they were published, by whom, and what they changed',
  group: 'warehouse',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({}),
  examples: ['loads'],
  async run(_args, { deps }) {
    const kept = await keptLoads(deps)
    if (kept.length === 0) {
      throw new OpsError('not_loaded', 'Nothing is loaded yet.', 'Load the warehouse with etl.', { fixCommand: 'etl' })
    }
    const sizes = new Map((await deps.engine.stored()).map(({ load, bytes }) => [load, bytes]))
    const runs = await Promise.all(kept.map(({ id }) => deps.ledger.runs.get(id)))
    const rows = kept.map((load, at) => {
      const before = kept[at + 1]
      return [
        load.id,
        load.state === 'live' ? 'live' : 'kept',
        load.published,
        runs[at]?.who.name ?? null,
        load.facts.plays ?? null,
        sizes.get(load.id) ?? null,
        before === undefined ? null : changeBetween(before, load),
      ]
    })
    const live = kept.find(({ state }) => state === 'live')
    const earlier = kept.some(({ id }) => live !== undefined && id < live.id)
    return {
      headline: `${plural(kept.length, 'load')} kept${live === undefined ? '' : `; load ${live.id} is live`}.`,
      replies: [
        {
          kind: 'table',
          title: 'Loads',
          columns: ['load', 'state', 'published', 'who', 'plays', 'bytes', 'change'],
          formats: ['text', 'text', 'time', 'text', 'integer', 'integer', 'text'],
          rows,
          total: rows.length,
        },
      ],
      next: earlier ? [{ label: 'Roll back', line: 'rollback' }] : [{ label: 'Load', line: 'etl' }],
    }
  },
})
