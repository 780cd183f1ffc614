import { z } from 'zod'
import { optionalInteger } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import type { RunRecord } from '../core/ports/ledger.ts'
import { text } from '../core/reply.ts'
import { findRun, requireOwn } from '../core/run/own.ts'

export default defineCommand({
  name: 'cancel',
  summary: 'Stops a running run, its own statement included; live tables stay as they are',
  group: 'bot',
  role: 'viewer',
  effect: 'bot',
  audience: 'asker',
  args: z.object({
    id: optionalInteger({
      about: 'which run; the newest running one if left out',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    }),
  }),
  examples: ['cancel', 'cancel 12'],
  async run({ id }, { deps, who, cancel, runId }) {
    const isOther = (run: RunRecord): boolean => run.state === 'running' && run.id !== runId
    const run = await findRun(deps.ledger.runs, id, isOther, 'running')
    requireOwn(run, who)
    if (run.state !== 'running' || !(await cancel(run.id))) {
      throw new OpsError('not_found', `Run ${run.id} is not running: it is ${run.state}.`, 'See runs.', {
        cure: `runs ${run.id}`,
      })
    }
    const headline = `Run ${run.id} (${run.line}) is being stopped.`
    return { headline, replies: [text(headline)], next: [{ label: 'See it', line: `runs ${run.id}` }] }
  },
})
