import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { list } from '../../core/format.ts'
import { acknowledgeDays, findFreshness, freshnessNumber } from '../../core/watch/freshness/find.ts'
import { dayName } from '../../core/watch/freshness/words.ts'

export default defineCommand({
  name: 'freshness-acknowledge',
  summary: 'Notes under the messages of late days that you are on it',
  ...changesSchedules,
  args: z.object({ id: freshnessNumber() }),
  examples: ['freshness acknowledge 1'],
  async run({ id }, context) {
    const found = await findFreshness(id, context)
    const days = await acknowledgeDays(found, context)
    const headline =
      days.length === 0
        ? `Freshness ${found.id} has no late day to acknowledge.`
        : `You acknowledged ${list(days.map(dayName))}.`
    return {
      headline,
      tone: 'good',
      next: [{ label: 'Freshness', line: `freshness ${found.id}` }],
    }
  },
})
