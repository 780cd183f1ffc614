import { z } from 'zod'
import { optionalId } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { OpsError } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import type { LoadId } from '../core/ports/engine.ts'
import type { LoadRecord } from '../core/ports/loads.ts'
import { tableOfThings, text } from '../core/reply.ts'
import { changesLine, comparisonReplies } from '../core/warehouse/compare.ts'
import { choices, heldLoad } from '../core/warehouse/held.ts'
import { changeBetween, keptLoads } from '../core/warehouse/kept-loads.ts'
import { quarantineWords } from '../core/warehouse/quarantine.ts'
import { loadLine } from '../core/warehouse/state.ts'

export default defineCommand({
  name: 'loads',
  summary:
    'Lists the loads that are kept: when they were published, by whom, and what they changed; or one of them in full',
  group: 'warehouse',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({
    load: optionalId({ about: 'the number of a load: what it changed, by table and day' }),
  }),
  examples: ['loads', 'loads 12'],
  async run({ load }, { deps }) {
    const held = await heldLoad(deps)
    const kept = await keptLoads(deps)
    if (load !== undefined) return inFull(load, [...(held === null ? [] : [held]), ...kept])
    if (kept.length === 0) {
      throw new OpsError('not_loaded', 'Nothing is loaded yet.', 'Load the warehouse with etl.', {
        fixCommand: 'etl',
        fixLabel: 'Load',
      })
    }
    return listOf(held, kept, deps)
  },
})

async function listOf(held: LoadRecord | null, kept: readonly LoadRecord[], deps: Deps): Promise<Outcome> {
  const sizes = new Map((await deps.engine.stored()).map(({ load, bytes }) => [load, bytes]))
  const live = kept.find(({ state }) => state === 'live')
  const before = [...(held === null ? [] : [live]), ...kept.slice(1)]
  const all = [...(held === null ? [] : [held]), ...kept]
  const runs = await Promise.all(all.map(({ id }) => deps.ledger.runs.get(id)))
  const earlier = kept.some(({ id }) => live !== undefined && id < live.id)
  const waits = held === null ? '' : `; load ${held.id} is held`
  const quarantined = live?.facts.quarantined ?? []
  const without =
    quarantined.length === 0 ? [] : [text(`Load ${live?.id} is without ${quarantineWords(quarantined)}.`, 'note')]
  return {
    headline: `${plural(kept.length, 'load')} kept${live === undefined ? '' : `; load ${live.id} is live`}${waits}.`,
    replies: [
      tableOfThings([...all.entries()], {
        title: 'Loads',
        columns: {
          load: 'text',
          state: 'text',
          published: 'time',
          who: 'text',
          plays: 'integer',
          bytes: 'bytes',
          change: 'text',
        },
        rowOf: ([at, load]) => [
          load.id,
          load.state === 'previous' ? 'kept' : load.state,
          load.published,
          runs[at]?.who.name ?? null,
          load.facts.plays ?? null,
          sizes.get(load.id) ?? null,
          changeLine(load, before[at]),
        ],
        action: ([, { id, state }]) =>
          state === 'previous'
            ? { label: 'Roll back', line: `rollback ${id}` }
            : { label: 'Show', line: `loads ${id}` },
      }),
      ...without,
    ],
    next: [...(held === null ? [] : choices(held.id)), ...(earlier ? [] : [{ label: 'Load', line: 'etl' }])],
  }
}

/** What a load changed in the one that was live before it; an earlier version did not compare them. */
function changeLine(load: LoadRecord, before: LoadRecord | undefined): string | null {
  const { comparison } = load.facts
  if (comparison !== undefined) return changesLine(comparison.tables)
  return before === undefined ? null : changeBetween(before, load)
}

function inFull(asked: LoadId, loads: readonly LoadRecord[]): Outcome {
  const load = loads.find(({ id }) => id === asked)
  if (load === undefined) {
    throw new OpsError('not_found', `Load ${asked} is not kept.`, 'Type loads to list those that are.', {
      fixCommand: 'loads',
    })
  }
  const { comparison, quarantined = [] } = load.facts
  const headline = `Load ${load.id}: ${loadLine(load)}.`
  return {
    headline,
    replies: [
      ...(comparison === undefined
        ? [text(`${headline} It was not compared with a load before it.`)]
        : [text(headline), ...comparisonReplies(comparison)]),
      ...(quarantined.length === 0 ? [] : [text(`Without ${quarantineWords(quarantined)}.`, 'note')]),
    ],
    next: load.state === 'held' ? choices(load.id) : [{ label: 'Loads', line: 'loads' }],
  }
}
