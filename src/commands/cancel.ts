import { z } from 'zod'
import { optionalId } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import type { RunId, RunStore, RunSummary } from '../core/ports/runs.ts'
import { noRun, requireOwn } from '../core/runner/readers.ts'

export default defineCommand({
  name: 'cancel',
  summary: 'Stops a run and the statement it is waiting for; live tables stay as they are',
  group: 'bot',
  role: 'viewer',
  effect: 'bot',
  repeatable: false,
  audience: 'asker',
  args: z.object({
    id: optionalId({ about: 'which run; the newest one if left out' }),
  }),
  examples: ['cancel', 'cancel 12'],
  async run({ id }, { deps, who, cancel, runId }) {
    const { runs } = deps.ledger
    const run = id === undefined ? await newestRunning(runs, runId) : await runs.get(id)
    if (run === null && id !== undefined) throw noRun(id)
    if (run === null) return nothingToStop('Nothing is running.', 'runs')
    requireOwn(run, who)
    const outcome = run.state === 'running' ? await cancel(run.id) : 'over'
    if (outcome === 'over') {
      return nothingToStop(`Run ${run.id} is not running: it is ${run.state}.`, `runs ${run.id}`)
    }
    const headline =
      outcome === 'ended'
        ? `Run ${run.id} (${run.command}) is cancelled. Its process had already ended.`
        : `Run ${run.id} (${run.command}) is being stopped.`
    return { headline, next: [{ label: 'Show run', line: `runs ${run.id}` }] }
  },
})

async function newestRunning(runs: RunStore, besides: RunId): Promise<RunSummary | null> {
  const running = await runs.summaries({ limit: 2, listedOnly: true, states: ['running'] })
  return running.find(({ id }) => id !== besides) ?? null
}

/** An answer, not a failure: the run is not running. */
function nothingToStop(headline: string, line: string): Outcome {
  return { headline, next: [{ label: 'Show runs', line }] }
}
