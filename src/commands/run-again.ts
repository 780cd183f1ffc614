import { z } from 'zod'
import { optionalId } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import type { RunRecord } from '../core/ports/ledger.ts'
import { closeOrphan, findOrphan } from '../core/runner/orphans.ts'
import { findRun, requireOwn } from '../core/runner/readers.ts'

export default defineCommand({
  name: 'run-again',
  summary: 'Runs an earlier command again; a failed run continues at the step that failed',
  group: 'bot',
  role: 'viewer',
  effect: 'write',
  schedulable: false,
  audience: 'asker',
  args: z.object({
    id: optionalId({ about: 'which run; your newest failed one that changed something if left out' }),
  }),
  examples: ['run-again', 'run-again 12'],
  async instead({ id }, { deps, who, catalog }) {
    const left = id === undefined ? null : await findOrphan(id, deps)
    if (left !== null) {
      if (left.origin.kind !== 'fire') requireOwn(left, who)
      await closeOrphan(left, deps)
    }
    // A question is repeated by its own line, and a repeated cancel would stop another run.
    const isWorthIt = ({ command, origin }: RunRecord): boolean => {
      if (origin.kind === 'fire') return true
      const { effect = 'none', repeatable = true } = catalog.find(command) ?? {}
      return repeatable && (effect === 'write' || effect === 'bot')
    }
    const mine = { states: ['error', 'cancelled'], who: who.id } as const
    const run = await findRun(deps.ledger.runs, id, isWorthIt, 'failed', mine)
    // Whom the failure of a schedule calls is seldom who wrote it.
    if (run.origin.kind !== 'fire') requireOwn(run, who)
    if (run.state === 'running') {
      throw new OpsError(
        'busy',
        `Run ${run.id} is still running. Nothing was done.`,
        `Follow it with runs ${run.id}.`,
        {
          fixCommand: `runs ${run.id}`,
        },
      )
    }
    return run
  },
  async run() {
    throw new Error('run-again always stands for another line')
  },
})
