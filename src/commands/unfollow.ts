import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import { text } from '../core/reply.ts'
import { scheduleNumber } from '../core/schedule/make/find.ts'
import { findFollowed, followWords, lineThatFollows } from '../core/schedule/make/follow.ts'

export default defineCommand({
  name: 'unfollow',
  summary: 'Stops what you follow, by its number; follow lists it',
  group: 'schedules',
  role: 'viewer',
  effect: 'bot',
  schedulable: false,
  repeatable: false,
  audience: 'asker',
  args: z.object({ id: scheduleNumber() }),
  examples: ['unfollow 3'],
  async run({ id }, context) {
    const found = await findFollowed(id, context)
    await context.deps.ledger.schedules.remove(found.id)
    return {
      headline: `You no longer follow ${followWords(found)}.`,
      tone: 'good',
      replies: [text('This line follows it again:', 'note'), text(lineThatFollows(found), 'code')],
      next: [{ label: 'All you follow', line: 'follow' }],
    }
  },
})
