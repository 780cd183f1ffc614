import { z } from 'zod'
import { optionalId, optionalText } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { findHeld } from '../core/warehouse/held.ts'
import { requireAvailable } from '../core/warehouse/live.ts'
import { planOfPublishing, publishHeld } from '../core/warehouse/settle-held.ts'

export default defineCommand({
  name: 'publish',
  summary: 'Publishes a load that is held, although it differs much from the live one',
  group: 'warehouse',
  role: 'admin',
  effect: 'write',
  schedulable: false,
  repeatable: false,
  audience: 'channel',
  act: 'Publish',
  args: z.object({
    load: optionalId({
      about: 'the number of the held load (see loads)',
      form: 'required',
    }),
    reason: optionalText({
      label: 'Reason',
      about: 'why it is right that it differs; kept in the audit log',
      maxLength: 300,
      accepts: 'text of up to 300 characters, in quotation marks',
      form: 'required',
    }),
  }),
  examples: ['publish 12 "the label was deleted"'],
  async plan({ load, reason }, context) {
    await requireAvailable(context.deps)
    return planOfPublishing(await findHeld(load, context.deps), reason, context, context.signal)
  },
  run: ({ load, reason }, context) => publishHeld(load, reason, context),
})
