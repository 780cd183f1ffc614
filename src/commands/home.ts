import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import { text } from '../core/reply.ts'
import { nextUseful, stateLine, warehouseState } from '../core/warehouse/state.ts'

export default defineCommand({
  name: 'home',
  summary: 'Status in one line and the next step (same as no command)',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  isDefault: true,
  audience: 'asker',
  args: z.object({}),
  examples: ['home'],
  async run(_args, { deps }) {
    const state = await warehouseState(deps)
    return {
      headline: stateLine(state, deps.clock.now()),
      tone: 'plain',
      replies: [text('Type help to see all commands.', 'note')],
      next: nextUseful(state),
    }
  },
})
