import { z } from 'zod'
import { optionalHours } from '../core/command/args.ts'
import { carryOut } from '../core/command/carry-out.ts'
import { defineCommand } from '../core/command/define.ts'

const usualHours = 2

export default defineCommand({
  name: 'extend',
  summary: 'Extends the lease; the cluster is paused when it ends',
  group: 'warehouse',
  role: 'admin',
  effect: 'bot',
  extends: true,
  audience: 'channel',
  args: z.object({ by: optionalHours({ about: `how much longer; ${usualHours}h if left out`, max: 24 * 31 }) }),
  examples: ['extend 4h'],
  async plan({ by }, { deps }) {
    return (await deps.cluster.extend(by ?? usualHours)).plan
  },
  async run({ by }, context) {
    return carryOut(await context.deps.cluster.extend(by ?? usualHours), context, [{ label: 'Status', line: 'status' }])
  },
})
