import { z } from 'zod'
import { optionalId } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { changeBetween, earlierLoad } from '../core/warehouse/kept-loads.ts'
import { requireAvailable } from '../core/warehouse/live.ts'
import { rollBack } from '../core/warehouse/roll-back.ts'
import { describedLoad } from '../core/warehouse/state.ts'

export default defineCommand({
  name: 'rollback',
  summary: 'Makes an earlier load live again, in seconds; the next etl begins at that load',
  group: 'warehouse',
  role: 'operator',
  effect: 'write',
  schedulable: false,
  repeatable: false,
  audience: 'channel',
  args: z.object({
    load: optionalId({ about: 'the number of a kept load (see loads); without it, the one before the live load' }),
  }),
  examples: ['rollback', 'rollback 12'],
  async plan({ load }, { deps }) {
    await requireAvailable(deps)
    const { live, target } = await earlierLoad(load, deps)
    return {
      title: `Roll back to load ${target.id}?`,
      facts: [
        `Live now: ${describedLoad(live)}.`,
        `Live after it: ${describedLoad(target)}.`,
        `What changes: ${changeBetween(live, target)}.`,
        `Load ${live.id} is kept: rollback ${live.id} makes it live again. The next etl begins at load ${target.id}.`,
      ],
      act: `Roll back to load ${target.id}`,
      danger: false,
    }
  },
  run: ({ load }, context) => rollBack(load, context),
})
