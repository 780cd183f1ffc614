import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { askerOf } from '../../core/people.ts'
import { alertName, alertOutcome, requireFiring, settleAlert } from '../../core/watch/find.ts'

export default defineCommand({
  name: 'alert-acknowledge',
  aliases: ['alert-ack'],
  summary: 'Shows others that you look after a firing alert or check',
  ...changesSchedules,
  args: z.object(alertName()),
  examples: ['alert acknowledge 1', 'alert acknowledge check=days-have-no-gaps'],
  async run(name, context) {
    await requireFiring(name, context)
    const alert = await settleAlert(name, { kind: 'acknowledged', by: askerOf(context.who) }, context)
    return alertOutcome(alert, 'is acknowledged.')
  },
})
