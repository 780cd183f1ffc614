import { z } from 'zod'
import { optionalId } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { findHeld } from '../core/warehouse/held.ts'
import { discardHeld } from '../core/warehouse/settle-held.ts'
import { describedLoad } from '../core/warehouse/state.ts'

export default defineCommand({
  name: 'discard',
  summary: 'Deletes a load that is held; the live load stays as it is',
  group: 'warehouse',
  role: 'operator',
  effect: 'write',
  schedulable: false,
  repeatable: false,
  audience: 'channel',
  args: z.object({
    load: optionalId({ about: 'the number of the held load (see loads)' }),
  }),
  examples: ['discard', 'discard 12'],
  async plan({ load }, { deps }) {
    const held = await findHeld(load, deps)
    return {
      title: `Discard held load ${held.id}?`,
      facts: [
        `Deletes ${describedLoad(held)}.`,
        'The live load stays as it is. etl can build it again from the source files.',
      ],
      act: `Discard load ${held.id}`,
      danger: false,
    }
  },
  run: ({ load }, context) => discardHeld(load, context),
})
