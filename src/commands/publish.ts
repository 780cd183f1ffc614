import { z } from 'zod'
import { changesBetween } from '../core/approval/plans.ts'
import { optionalId, optionalText } from '../core/command/args.ts'
import type { Context, RunContext } from '../core/command/context.ts'
import { defineCommand } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import type { LoadRecord } from '../core/ports/loads.ts'
import type { PlanDraft } from '../core/ports/plans.ts'
import { text } from '../core/reply.ts'
import { changesLine, lossesOf } from '../core/warehouse/compare.ts'
import { copyingSteps, copyWarning } from '../core/warehouse/copy.ts'
import { comparisonNow, findHeld, settleCard } from '../core/warehouse/held.ts'
import { releaseSpace } from '../core/warehouse/kept-loads.ts'
import { requireAvailable } from '../core/warehouse/live.ts'
import { lateNotes } from '../core/warehouse/load-notes.ts'
import { describedLoad, loadLine } from '../core/warehouse/state.ts'

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
    return draftOf(await findHeld(load, context.deps), reason, context, new AbortController().signal)
  },
  async run({ load, reason }, context) {
    const { deps, runId, approval } = context
    const { loads } = deps.ledger
    await requireAvailable(deps)
    await context.perform([
      {
        id: 'compare-held',
        title: 'Compare with live',
        async run({ signal }) {
          const held = await findHeld(load, deps)
          const draft = await draftOf(held, reason, context, signal)
          if (approval !== null && changesBetween(approval.plan, draft).length > 0) {
            const why = 'The live load has changed since this was confirmed. Nothing was done.'
            throw new OpsError('not_confirmed', why, 'Run it again.')
          }
          return { output: { held: held.id, before: (await loads.live())?.id ?? null } }
        },
      },
    ])
    const held = await heldBefore(context)
    await context.perform([
      {
        id: 'publish-held',
        title: 'Publish the held load',
        async run({ signal }) {
          if (held.state !== 'live') {
            const at = deps.clock.now().toISOString()
            const late = lateNotes(held, await loads.live(), deps.policy.publishLimits, at)
            await deps.engine.restore(held.id, signal)
            if (!(await loads.publish(held.id, runId, deps.process, at, deps.engine.keeps, late))) {
              const why = 'Another process has taken this run over; nothing was published by this one.'
              throw new OpsError('interrupted', why)
            }
          }
          await settleCard(held, `Load ${held.id} was held; ${context.who.name} published it: ${reason}`, context)
          await releaseSpace(deps)
          return { detail: `load ${held.id}` }
        },
      },
      ...copyingSteps(held.id, deps),
    ])
    const { before } = context.output('compare-held', comparedSchema)
    const live = before === null ? null : await loads.get(before)
    const headline = `Load ${held.id} is live: ${loadLine(held)}.`
    return {
      headline,
      replies: [
        text(headline, 'good'),
        text(`Reason: ${reason}`),
        ...(live === null ? [] : [text(`Before it: load ${live.id}, ${loadLine(live)}. It is kept.`, 'note')]),
        ...copyWarning(context),
      ],
      next: [
        { label: 'Check', line: 'qa' },
        { label: 'Roll back', line: 'rollback' },
      ],
    }
  },
})

/** What the first step left: the held load, and the one that was live then. */
const comparedSchema = z.object({ held: z.number(), before: z.number().nullable() })

/** The load that is to be published, as it stands now. */
async function heldBefore({ deps, output }: RunContext): Promise<LoadRecord> {
  const { held } = output('compare-held', comparedSchema)
  const record = await deps.ledger.loads.get(held)
  if (record?.state === 'held' || record?.state === 'live') return record
  throw new OpsError('not_found', `Load ${held} is not held any more.`, '`loads` lists the loads.', {
    fixCommand: 'loads',
  })
}

/** The plan: what the load differs in from the one that is live at this moment. */
async function draftOf(
  held: LoadRecord,
  reason: string | undefined,
  { deps }: Context,
  signal: AbortSignal,
): Promise<PlanDraft> {
  if (reason === undefined) {
    const remedy = `Type publish ${held.id} "the reason".`
    throw new OpsError('bad_argument', `Why should load ${held.id} be published? Nothing was done.`, remedy, {
      field: 'reason',
    })
  }
  const live = await deps.ledger.loads.live()
  const comparison = await comparisonNow(held, deps, signal)
  const losses = comparison === null ? [] : lossesOf(comparison)
  return {
    title: `Publish held load ${held.id}?`,
    facts: [
      live === null ? 'Nothing is live now.' : `Live now: ${describedLoad(live)}.`,
      `Live after it: ${describedLoad(held)}.`,
      ...(comparison === null ? [] : [`What changes: ${changesLine(comparison.tables)}.`]),
      losses.length === 0 ? 'It is within the limits by now.' : `Beyond the limits: ${losses.join('; ')}.`,
      `Reason: ${reason}`,
    ],
    act: `Publish load ${held.id}`,
    danger: false,
  }
}
