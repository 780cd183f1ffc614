import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { text } from '../../core/reply.ts'
import { changeFreshness, findFreshness, freshnessNumber } from '../../core/watch/freshness/find.ts'
import { freshnessWords } from '../../core/watch/freshness/words.ts'

export default defineCommand({
  name: 'freshness-pause',
  summary: 'Pauses a freshness: its deadlines are not judged until it is resumed',
  ...changesSchedules,
  args: z.object({ id: freshnessNumber() }),
  examples: ['freshness pause', 'freshness pause 1'],
  async run({ id }, context) {
    const paused = await changeFreshness(await findFreshness(id, context), { isPaused: true }, context.deps)
    return {
      headline: `Freshness ${paused.id} is paused: ${freshnessWords(paused)}.`,
      tone: 'good',
      replies: [text('Late days that were posted are still resolved when they are live.', 'note')],
      next: [{ label: 'Resume it', line: `freshness-resume ${paused.id}` }],
    }
  },
})
