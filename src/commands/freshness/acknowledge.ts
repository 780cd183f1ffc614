import { z } from 'zod'
import { defineCommand } from '../../core/command/define.ts'
import { list } from '../../core/format.ts'
import { askerOf } from '../../core/people.ts'
import { text } from '../../core/reply.ts'
import { messagesOfDay } from '../../core/watch/freshness/card.ts'
import { findFreshness, freshnessNumber } from '../../core/watch/freshness/find.ts'
import { countedDays, dayName } from '../../core/watch/freshness/words.ts'
import { advance } from '../../core/watch/life.ts'

export default defineCommand({
  name: 'freshness-acknowledge',
  summary: 'Notes under the messages of late days that you are on it',
  group: 'schedules',
  role: 'operator',
  effect: 'bot',
  schedulable: false,
  audience: 'asker',
  args: z.object({ id: freshnessNumber() }),
  examples: ['freshness acknowledge 1'],
  async run({ id }, context) {
    const { deps, who } = context
    const found = await findFreshness(id, context)
    const at = deps.clock.now().toISOString()
    const acknowledged: string[] = []
    for (const day of await deps.ledger.freshness.days(found.id, countedDays)) {
      const life = advance(day.life, { kind: 'acknowledged', by: askerOf(who) }, at)
      if (life === day.life) continue
      const messages = messagesOfDay({ ...day, life }, found, deps)
      if (await deps.ledger.freshness.update(day, { life }, messages)) acknowledged.push(dayName(day.day))
    }
    const headline =
      acknowledged.length === 0
        ? `Freshness ${found.id} has no late day to acknowledge.`
        : `You acknowledged ${list(acknowledged.toReversed())}.`
    return {
      headline,
      replies: [text(headline, 'good')],
      next: [{ label: 'Freshness', line: `freshness ${found.id}` }],
    }
  },
})
