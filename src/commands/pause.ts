import { z } from 'zod'
import { carryOut } from '../core/command/carry-out.ts'
import { defineCommand } from '../core/command/define.ts'

export default defineCommand({
  name: 'pause',
  summary: 'Stops the cluster and its hourly cost; the data is kept',
  group: 'warehouse',
  role: 'admin',
  effect: 'write',
  sleeps: true,
  audience: 'channel',
  args: z.object({}),
  examples: ['pause'],
  async plan(_args, { deps }) {
    return (await deps.cluster.pause()).plan
  },
  async run(_args, context) {
    return carryOut(await context.deps.cluster.pause(), context, [{ label: 'Resume', line: 'resume' }])
  },
})
