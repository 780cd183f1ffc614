import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { askerOf } from '../../core/people.ts'
import { text } from '../../core/reply.ts'
import { alertNumber, removeAlert, watchWords } from '../../core/watch/find.ts'
import { alertLine } from '../../core/watch/make.ts'

export default defineCommand({
  name: 'alert-remove',
  summary: 'Removes an alert and shows the line that adds it again',
  ...changesSchedules,
  args: z.object({ id: alertNumber() }),
  examples: ['alert remove 1'],
  async run({ id }, context) {
    const alert = await removeAlert({ id }, askerOf(context.who), context)
    const { definition, place } = alert
    return {
      headline: `${watchWords(alert)} was removed.`,
      tone: 'good',
      replies: [
        ...(definition.kind === 'alert'
          ? [
              text('This line adds it again, with you as its owner:', 'note'),
              text(alertLine(definition, place), 'code'),
            ]
          : []),
      ],
      next: [{ label: 'All alerts', line: 'alert' }],
    }
  },
})
