import { z } from 'zod'
import { optionalId } from '../../core/command/args.ts'
import { defineCommand } from '../../core/command/define.ts'
import type { Deps } from '../../core/deps.ts'
import { OpsError } from '../../core/errors.ts'
import { plural } from '../../core/format.ts'
import type { LoadRecord } from '../../core/ports/loads.ts'
import { groupsOf, rowsFile, unreadableTable } from '../../core/unreadable.ts'
import { heldLoad } from '../../core/warehouse/held.ts'
import { keptLoads } from '../../core/warehouse/kept-loads.ts'
import { rejectedOf } from '../../core/warehouse/rejected.ts'

export default defineCommand({
  name: 'loads-rejected',
  summary: 'Shows the unreadable rows that a load has left out, by column and cause, and gives them as a file',
  group: 'warehouse',
  // Values of rows, which may name people.
  role: 'operator',
  effect: 'none',
  audience: 'asker',
  args: z.object({
    load: optionalId({ about: 'the number of a kept load (see loads); without it, the live one' }),
  }),
  examples: ['loads rejected', 'loads rejected 12'],
  async run({ load: asked }, { deps }) {
    const load = await loadNamed(asked, deps)
    const rejected = await rejectedOf(deps.ledger.notes, load.id)
    if (rejected === null || rejected.total === 0) {
      const what = rejected === null ? `What load ${load.id} left out was not kept` : `Load ${load.id} left no row out`
      return { headline: `${what}.` }
    }
    const { rows, total } = rejected
    const headline = `Load ${load.id} left out ${plural(total, 'unreadable row')}.`
    return {
      headline,
      tone: 'plain',
      replies: [unreadableTable(groupsOf(rows), total), rowsFile(rows, total)],
      next: [{ label: 'Loads', line: 'loads' }],
    }
  },
})

async function loadNamed(asked: number | undefined, deps: Deps): Promise<LoadRecord> {
  const held = await heldLoad(deps)
  const kept = [...(held === null ? [] : [held]), ...(await keptLoads(deps))]
  const load = kept.find(({ id, state }) => (asked === undefined ? state === 'live' : id === asked))
  if (load !== undefined) return load
  if (asked === undefined) {
    throw new OpsError('not_loaded', 'Nothing is loaded yet.', 'Load the warehouse with etl.', {
      fixCommand: 'etl',
      fixLabel: 'Load',
    })
  }
  throw new OpsError('not_found', `Load ${asked} is not kept.`, 'Type loads to list those that are.', {
    fixCommand: 'loads',
  })
}
