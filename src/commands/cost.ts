import { z } from 'zod'
import { costAnswer, monthAsked } from '../core/cluster/cost-answer.ts'
import { groupings } from '../core/cluster/usage.ts'
import { optionalChoice, optionalMonth } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'

export default defineCommand({
  name: 'cost',
  summary: 'What the cluster cost in a month: by day, by person, by command',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({
    month: optionalMonth({ about: 'calendar month (UTC), like 2026-11; the current month if left out' }),
    by: optionalChoice({ about: 'how long commands used the cluster, and what that cost', values: groupings }),
  }),
  examples: ['cost', 'cost 2026-11', 'cost by=command', 'cost by=person'],
  // Refused before a run is opened.
  async plan({ month }, { deps }) {
    monthAsked(month, deps)
    return null
  },
  run: ({ month, by }, context) => costAnswer(month, by, context),
})
