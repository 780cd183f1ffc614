import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { freshnessNumber, removeFreshness } from '../../core/watch/freshness/find.ts'
import { freshnessWords } from '../../core/watch/freshness/words.ts'

export default defineCommand({
  name: 'freshness-remove',
  summary: 'Removes a freshness with the days that it counted',
  ...changesSchedules,
  args: z.object({ id: freshnessNumber() }),
  examples: ['freshness remove 1'],
  async run({ id }, context) {
    const removed = await removeFreshness(id, context)
    return {
      headline: `Freshness ${removed.id} was removed: ${freshnessWords(removed)}.`,
      tone: 'good',
      next: [{ label: 'Freshness', line: 'freshness' }],
    }
  },
})
