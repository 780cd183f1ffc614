import { z } from 'zod'
import { carryOut } from '../core/command/carry-out.ts'
import { defineCommand } from '../core/command/define.ts'

export default defineCommand({
  name: 'resume',
  summary: 'Resumes a paused cluster',
  group: 'warehouse',
  role: 'admin',
  effect: 'write',
  wakes: 'paused',
  audience: 'channel',
  args: z.object({}),
  examples: ['resume'],
  async plan(_args, { deps }) {
    return (await deps.cluster.resume()).plan
  },
  async run(_args, context) {
    return carryOut(await context.deps.cluster.resume(), context, [{ label: 'Top songs', line: 'top-songs' }])
  },
})
