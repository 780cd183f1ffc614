import { z } from 'zod'
import type { RunContext } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import type { LoadId } from '../ports/engine.ts'
import { text } from '../reply.ts'
import { copyingSteps, copyWarning } from './copy.ts'
import { earlierLoad, takenOver } from './kept-loads.ts'
import { requireAvailable } from './live.ts'
import { rollbackNote } from './load-notes.ts'
import { loadLine } from './state.ts'

/** Makes an earlier load live again, and reports which one was live before. */
export async function rollBack(load: LoadId | undefined, context: RunContext): Promise<Outcome> {
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
          throw takenOver()
        }
        return { detail: `load ${target.id}` }
      },
    },
    ...copyingSteps(target.id, deps),
  ])
  return {
    headline: `Load ${target.id} is live again: ${loadLine(target)}.`,
    tone: 'good',
    replies: [text(`Before it: load ${live.id}, ${loadLine(live)}. It is kept.`, 'note'), ...copyWarning(context)],
    next: [
      { label: 'Check', line: 'qa' },
      { label: 'Loads', line: 'loads' },
    ],
  }
}

const foundSchema = z.object({ live: z.number(), target: z.number() })
