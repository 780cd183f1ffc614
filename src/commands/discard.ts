import { z } from 'zod'
import { optionalId } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { text } from '../core/reply.ts'
import { findHeld, settleCard } from '../core/warehouse/held.ts'
import { releaseSpace } from '../core/warehouse/kept-loads.ts'
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
        `Deleted: ${describedLoad(held)}.`,
        'The live load stays as it is. etl can build it again from the source files.',
      ],
      act: `Discard load ${held.id}`,
      danger: false,
    }
  },
  async run({ load }, context) {
    const { deps, who } = context
    await context.perform([
      {
        // Once: begun again behind the next step, nothing is held any more.
        id: 'find-held',
        title: 'Find the held load',
        async run() {
          const { id } = await findHeld(load, deps)
          return { output: { held: id }, detail: `load ${id}` }
        },
      },
    ])
    const held = await deps.ledger.loads.get(context.output('find-held', foundSchema).held)
    if (held === null) throw new Error('a load that was held is not in the ledger')
    const headline = `Load ${held.id} was held; ${who.name} discarded it.`
    await context.perform([
      {
        id: 'discard-held',
        title: 'Discard the held load',
        async run() {
          // The ledger last: until then the step can be begun again.
          await releaseSpace(deps, held.id)
          await settleCard(held, headline, context)
          await deps.ledger.loads.discard(held.id)
          return { detail: `load ${held.id}` }
        },
      },
    ])
    return { headline, replies: [text(headline, 'good')], next: [{ label: 'Load', line: 'etl' }] }
  },
})

const foundSchema = z.object({ held: z.number() })
