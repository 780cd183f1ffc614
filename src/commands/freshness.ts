import { z } from 'zod'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { plural } from '../core/format.ts'
import { linesGroup, type MenuReply } from '../core/reply.ts'
import { findFreshness, freshnessNumber, visibleFreshness } from '../core/watch/freshness/find.ts'
import { freshnessOutcome, freshnessTable } from '../core/watch/freshness/outcome.ts'
import { freshnessWords } from '../core/watch/freshness/words.ts'

export default defineCommand({
  name: 'freshness',
  summary: 'By when each day must be live, and which of the last days were',
  group: 'schedules',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({ id: freshnessNumber() }),
  examples: ['freshness', 'freshness 1'],
  async run({ id }, context): Promise<Outcome> {
    const { deps } = context
    const all = await visibleFreshness(context)
    if (all.length === 0 && id === undefined) {
      const menu: MenuReply = { kind: 'menu', groups: [linesGroup('Set one', ['freshness by 06:00 in #data-eng'])] }
      const next = [{ label: 'Set one…', line: 'freshness-by time=06:00', form: true }]
      return { headline: 'No freshness is set.', tone: 'plain', replies: [menu], next }
    }
    if (id === undefined && all.length > 1) {
      return {
        headline: `${plural(all.length, 'deadline')}.`,
        replies: [await freshnessTable(all, deps)],
      }
    }
    const freshness = await findFreshness(id, context)
    return freshnessOutcome(freshness, `Freshness ${freshness.id}: each day ${freshnessWords(freshness)}.`, deps)
  },
})
