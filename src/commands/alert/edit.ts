import { z } from 'zod'
import type { Context } from '../../core/command/context.ts'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { OpsError } from '../../core/errors.ts'
import { askerOf } from '../../core/people.ts'
import { placeOf } from '../../core/posting.ts'
import {
  alertNumber,
  alertOutcome,
  alertPlace,
  findAlert,
  requireAlertPoster,
  settleAlert,
} from '../../core/watch/find.ts'
import { alertArgs, checkedAlert, judgingWords, wantedAlert } from '../../core/watch/make.ts'

const args = z.object({ id: alertNumber(), ...alertArgs({}) })

export default defineCommand({
  name: 'alert-edit',
  summary: 'Changes what an alert watches, when it fires, or where it posts; a new condition makes you its owner',
  ...changesSchedules,
  args,
  examples: [
    'alert edit 1 when plays<150',
    'alert edit 1 "pulse" when plays unusual for=2',
    'alert edit 1 in #data-eng',
  ],
  async plan(said, context) {
    await wanted(said, context)
    return null
  },
  async run(said, context) {
    const { checked, changes } = await wanted(said, context)
    const end = { kind: 'person', by: askerOf(context.who), how: 'edited' } as const
    // It is judged again, on the last whole day.
    const alert = await settleAlert({ id: said.id }, { kind: 'ended', end }, context, () => ({
      ...changes,
      judged: null,
      seen: null,
    }))
    return alertOutcome(alert, `is changed; it posts ${alertPlace(alert)}.`, judgingWords(checked))
  },
})

/** What is to be changed. Throws `bad_argument` where nothing is, and whatever is wrong with what is wanted. */
async function wanted({ id, ...said }: z.output<typeof args>, context: Context) {
  const alert = await findAlert({ id }, context)
  const { definition } = alert
  const asked = wantedAlert(said)
  if (definition.kind !== 'alert' || Object.values(asked).every((value) => value === undefined)) {
    const remedy = `For example: alert edit ${alert.subject} when plays<150, or in #data-eng.`
    throw new OpsError('bad_argument', 'What should change? Nothing was done.', remedy)
  }
  const { line, days, ...when } = definition
  const checked = await checkedAlert(
    { query: asked.query ?? line, when: asked.when ?? when, days: asked.days ?? days },
    context,
  )
  const place = await requireAlertPoster(
    alert,
    context,
    asked.channel === undefined ? alert.place : placeOf(asked.channel, context),
  )
  const isOther = JSON.stringify(checked.definition) !== JSON.stringify(definition)
  return {
    checked,
    changes: { definition: checked.definition, place, ...(isOther ? { owner: askerOf(context.who) } : {}) },
  }
}
