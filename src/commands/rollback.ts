import { z } from 'zod'
import { optionalInteger } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import { moment } from '../core/format.ts'
import type { LoadRecord } from '../core/ports/loads.ts'
import { text } from '../core/reply.ts'
import { copyingSteps, copyWarning } from '../core/warehouse/copy.ts'
import { changeBetween, earlierLoad } from '../core/warehouse/kept-loads.ts'
import { requireAvailable } from '../core/warehouse/live.ts'
import { loadLine } from '../core/warehouse/state.ts'

export default defineCommand({
  name: 'rollback',
  summary: 'Makes an earlier load live again, in seconds; the next etl begins at that load',
  group: 'warehouse',
  role: 'operator',
  effect: 'write',
  schedulable: false,
  repeatable: false,
  audience: 'channel',
  args: z.object({
    load: optionalInteger({
      about: 'the number of a kept load (see loads); without it, the one before the live load',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    }),
  }),
  examples: ['rollback', 'rollback 12'],
  async plan({ load }, { deps }) {
    await requireAvailable(deps)
    const { live, target } = await earlierLoad(load, deps)
    return {
      title: `Roll back to load ${target.id}?`,
      facts: [
        `Live now: ${described(live)}.`,
        `Live after it: ${described(target)}.`,
        `What changes: ${changeBetween(live, target)}.`,
        `Load ${live.id} is kept: rollback ${live.id} makes it live again. The next etl begins at load ${target.id}.`,
      ],
      act: `Roll back to load ${target.id}`,
      danger: false,
    }
  },
  async run({ load }, context) {
    const { deps, runId } = context
    await requireAvailable(deps)
    const { live, target } = await earlierLoad(load, deps)
    await context.perform([
      {
        id: 'restore-load',
        title: 'Make the load live',
        async run({ signal }) {
          await deps.engine.restore(target.id, signal)
          if (!(await deps.ledger.loads.restore(target.id, runId, deps.process))) {
            throw new OpsError('interrupted', 'Another process has taken this run over; this one changed nothing.')
          }
          return { detail: `load ${target.id}` }
        },
      },
      ...copyingSteps(target.id, deps),
    ])
    const headline = `Load ${target.id} is live again: ${loadLine(target)}.`
    return {
      headline,
      replies: [
        text(headline, 'good'),
        text(`Before it: load ${live.id}, ${loadLine(live)}. It is kept.`, 'note'),
        ...copyWarning(context),
      ],
      next: [
        { label: 'Check', line: 'qa' },
        { label: 'Loads', line: 'loads' },
      ],
    }
  },
})

/** "load 12, 6,820 plays until 30 Nov 2018, 21:59 UTC, published 1 Dec 2018, 03:00 UTC". */
function described(load: LoadRecord): string {
  const published = load.published === null ? '' : `, published ${moment(new Date(load.published))}`
  return `load ${load.id}, ${loadLine(load)}${published}`
}
