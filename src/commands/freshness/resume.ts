import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { postable } from '../../core/posting.ts'
import { changeFreshness, findFreshness, freshnessNumber } from '../../core/watch/freshness/find.ts'
import { freshnessOutcome } from '../../core/watch/freshness/outcome.ts'
import { freshnessWords } from '../../core/watch/freshness/words.ts'

export default defineCommand({
  name: 'freshness-resume',
  summary: 'Resumes a paused freshness from its next deadline on',
  ...changesSchedules,
  args: z.object({ id: freshnessNumber() }),
  examples: ['freshness resume', 'freshness resume 1'],
  async run({ id }, context) {
    const { deps, who } = context
    const found = await findFreshness(id, context)
    if (!found.isPaused) return freshnessOutcome(found, `Freshness ${found.id} is not paused.`, deps)
    await postable(found.place, who, deps)
    const since = deps.clock.now().toISOString()
    const resumed = await changeFreshness(found, { isPaused: false, since }, deps)
    return freshnessOutcome(resumed, `Freshness ${resumed.id} is active again: ${freshnessWords(resumed)}.`, deps)
  },
})
