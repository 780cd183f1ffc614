import { z } from 'zod'
import { optionalId } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import { text } from '../core/reply.ts'
import { copyingSteps, copyWarning } from '../core/warehouse/copy.ts'
import { changeBetween, earlierLoad } from '../core/warehouse/kept-loads.ts'
import { requireAvailable } from '../core/warehouse/live.ts'
import { rollbackNote } from '../core/warehouse/load-notes.ts'
import { describedLoad, loadLine } from '../core/warehouse/state.ts'

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
    load: optionalId({ about: 'the number of a kept load (see loads); without it, the one before the live load' }),
  }),
  examples: ['rollback', 'rollback 12'],
  async plan({ load }, { deps }) {
    await requireAvailable(deps)
    const { live, target } = await earlierLoad(load, deps)
    return {
      title: `Roll back to load ${target.id}?`,
      facts: [
        `Live now: ${describedLoad(live)}.`,
        `Live after it: ${describedLoad(target)}.`,
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
    await context.perform([
      {
        // Once: begun again behind the next step, the load before the live one would be another.
        id: 'find-load',
        title: 'Find the load',
        async run() {
          const found = await earlierLoad(load, deps)
          return { output: { live: found.live.id, target: found.target.id }, detail: `load ${found.target.id}` }
        },
      },
    ])
    const found = context.output('find-load', foundSchema)
    const [live, target] = await Promise.all([found.live, found.target].map((id) => deps.ledger.loads.get(id)))
    if (live == null || target == null) throw new Error('a load that was kept is not in the ledger')
    await context.perform([
      {
        id: 'restore-load',
        title: 'Make the load live',
        async run({ signal }) {
          await deps.engine.restore(target.id, signal)
          const at = deps.clock.now().toISOString()
          const note = rollbackNote(live, target, runId, at)
          if (!(await deps.ledger.loads.restore(target.id, runId, deps.process, at, [note]))) {
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

const foundSchema = z.object({ live: z.number(), target: z.number() })
