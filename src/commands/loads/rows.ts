import { z } from 'zod'
import { optionalDate, optionalId } from '../../core/command/args.ts'
import { defineCommand } from '../../core/command/define.ts'
import { OpsError } from '../../core/errors.ts'
import { text } from '../../core/reply.ts'
import { comparisonNow, findHeld } from '../../core/warehouse/held.ts'
import { requireAvailable } from '../../core/warehouse/live.ts'
import { lostPlays } from '../../core/warehouse/lost-plays.ts'

export default defineCommand({
  name: 'loads-rows',
  summary: 'Shows plays that a held load has lost, and those it has gained, on the day that lost most',
  group: 'warehouse',
  // The plays name people, as top-users does.
  role: 'operator',
  effect: 'read',
  schedulable: false,
  audience: 'asker',
  args: z.object({
    load: optionalId({ about: 'the number of the held load (see loads)' }),
    day: optionalDate({ about: 'the day (UTC); the one that lost most if left out', bare: false }),
  }),
  examples: ['loads rows 12', 'loads rows 12 day=2018-11-14'],
  async run({ load, day: asked }, { deps, signal }) {
    await requireAvailable(deps)
    const held = await findHeld(load, deps)
    const comparison = await comparisonNow(held, deps, signal)
    const worst = comparison?.days.shown.toSorted((a, b) => b.before - b.after - (a.before - a.after))[0]
    const day = asked ?? worst?.day
    if (comparison === null || day === undefined) {
      throw new OpsError('not_found', `No day of load ${held.id} differs from the live load.`, '', {
        fixCommand: 'loads',
      })
    }
    const { tables, note } = await lostPlays(held.id, comparison.live, day, deps, signal)
    const headline = `Plays of ${day} in live load ${comparison.live} and held load ${held.id}.`
    const ended = deps.clock.now().toISOString()
    return {
      headline,
      replies: [...tables, text(note, 'note')],
      rowsOf: [{ command: 'loads-rows', ended }],
      next: [{ label: 'Loads', line: 'loads' }],
    }
  },
})
