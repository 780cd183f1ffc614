import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { alertNumber, alertOutcome, findAlert, requireAlertPoster, settleAlert } from '../../core/watch/find.ts'
import { checkedAlert, judgingWords } from '../../core/watch/make.ts'

export default defineCommand({
  name: 'alert-resume',
  summary: 'Resumes a paused alert; it is judged on the last whole day',
  ...changesSchedules,
  args: z.object({ id: alertNumber() }),
  examples: ['alert resume 1'],
  async run({ id }, context) {
    const found = await findAlert({ id }, context)
    if (!found.isPaused || found.definition.kind !== 'alert') return alertOutcome(found, 'is not paused.')
    const { line, days, ...when } = found.definition
    // Who resumes it must have the role that its query needs.
    const checked = await checkedAlert({ query: line, when, days }, context)
    await requireAlertPoster(found, context)
    const alert = await settleAlert({ id }, { kind: 'passed' }, context, () => ({ isPaused: false, judged: null }))
    return alertOutcome(alert, 'is on again.', judgingWords(checked))
  },
})
