import { z } from 'zod'
import { defineCommand } from '../../core/command/define.ts'
import { askerOf } from '../../core/people.ts'
import { text } from '../../core/reply.ts'
import { closingMessages } from '../../core/watch/freshness/card.ts'
import { findFreshness, freshnessNotFound, freshnessNumber } from '../../core/watch/freshness/find.ts'
import { freshnessWords } from '../../core/watch/freshness/words.ts'

export default defineCommand({
  name: 'freshness-remove',
  summary: 'Removes a freshness with the days that it counted',
  group: 'schedules',
  role: 'operator',
  effect: 'bot',
  schedulable: false,
  audience: 'asker',
  args: z.object({ id: freshnessNumber() }),
  examples: ['freshness remove 1'],
  async run({ id }, context) {
    const { deps, who } = context
    const found = await findFreshness(id, context)
    const unmet = await deps.ledger.freshness.unmet(deps.clock.now())
    const days = unmet.filter(({ freshness }) => freshness === found.id)
    const messages = closingMessages(days, found, askerOf(who), deps)
    if (!(await deps.ledger.freshness.remove(found.id, messages))) throw freshnessNotFound(found.id, true)
    const headline = `Freshness ${found.id} was removed: ${freshnessWords(found)}.`
    return { headline, replies: [text(headline, 'good')], next: [{ label: 'Freshness', line: 'freshness' }] }
  },
})
