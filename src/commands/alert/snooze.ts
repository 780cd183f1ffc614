import { z } from 'zod'
import { optionalHours } from '../../core/command/args.ts'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { moment } from '../../core/format.ts'
import { askerOf } from '../../core/people.ts'
import { hourMs } from '../../core/span.ts'
import { alertName, alertOutcome, requireFiring, settleAlert } from '../../core/watch/find.ts'

const usualHours = 24

export default defineCommand({
  name: 'alert-snooze',
  summary: 'Snoozes a firing alert or check for a while; it is firing again after that, unless it is resolved',
  ...changesSchedules,
  args: z.object({
    ...alertName(),
    for: optionalHours({ about: `for how long; ${usualHours}h if left out`, max: 14 * 24 }),
  }),
  examples: ['alert snooze 1 8h', 'alert snooze check=days-have-no-gaps 2d'],
  async run({ id, check, for: span = usualHours }, context) {
    await requireFiring({ id, check }, context)
    const until = new Date(context.deps.clock.now().getTime() + span * hourMs)
    const event = { kind: 'snoozed', by: askerOf(context.who), until: until.toISOString() } as const
    return alertOutcome(await settleAlert({ id, check }, event, context), `is snoozed until ${moment(until)}.`)
  },
})
