import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { askerOf } from '../../core/people.ts'
import { alertNumber, alertOutcome, settleAlert } from '../../core/watch/find.ts'

export default defineCommand({
  name: 'alert-pause',
  summary: 'Pauses an alert until it is resumed; a firing of it ends',
  ...changesSchedules,
  args: z.object({ id: alertNumber() }),
  examples: ['alert pause 1'],
  async run({ id }, context) {
    const end = { kind: 'person', by: askerOf(context.who), how: 'paused' } as const
    const alert = await settleAlert({ id }, { kind: 'ended', end }, context, () => ({ isPaused: true }))
    return alertOutcome(alert, 'is paused.')
  },
})
