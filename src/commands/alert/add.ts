import { z } from 'zod'
import type { Context } from '../../core/command/context.ts'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { inField, OpsError } from '../../core/errors.ts'
import { askerOf } from '../../core/people.ts'
import { placeOf, postable } from '../../core/posting.ts'
import { alertOutcome, alertPlace } from '../../core/watch/find.ts'
import { alertArgs, checkedAlert, judgingWords, mostAlerts, wantedAlert } from '../../core/watch/make.ts'

const args = z.object(alertArgs({ form: 'required' }))

export default defineCommand({
  name: 'alert-add',
  summary: 'Watches a figure of a query after each load, and posts when it crosses a limit, changes or is unusual',
  ...changesSchedules,
  args,
  examples: [
    'alert add "pulse" when plays<200',
    'alert add "pulse" when plays changed>20% in #data-eng',
    'alert add "active-users tz=Europe/London" when dau unusual for=2',
  ],
  act: 'Add alert',
  async plan(said, context) {
    await wanted(said, context)
    return null
  },
  async run(said, context) {
    const { checked, place } = await wanted(said, context)
    const { deps, who } = context
    const created = deps.clock.now().toISOString()
    const { definition } = checked
    const alert = await deps.ledger.watches.add({ definition, place, owner: askerOf(who), created }, mostAlerts)
    if (alert === null) {
      const remedy = 'Remove one first: type alert to list them.'
      throw new OpsError(
        'bad_argument',
        `There are ${mostAlerts} alerts, and no more are kept. Nothing was done.`,
        remedy,
      )
    }
    return alertOutcome(alert, `is on; it posts ${alertPlace(alert)}.`, judgingWords(checked))
  },
})

async function wanted(said: z.output<typeof args>, context: Context) {
  const asked = wantedAlert(said)
  const checked = await checkedAlert(asked, context)
  const place = await inField('channel', () => postable(placeOf(asked.channel, context), context.who, context.deps))
  return { checked, place }
}
