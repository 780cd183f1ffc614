import { z } from 'zod'
import { changesBetween } from '../approval/plans.ts'
import type { Context, RunContext } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import { OpsError } from '../errors.ts'
import type { LoadId } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/loads.ts'
import type { PlanDraft } from '../ports/plans.ts'
import { text } from '../reply.ts'
import { changesLine, lossesOf } from './compare.ts'
import { copyingSteps, copyWarning } from './copy.ts'
import { comparisonNow, findHeld, settleCard } from './held.ts'
import { releaseSpace, takenOver } from './kept-loads.ts'
import { requireAvailable } from './live.ts'
import { lateNotes } from './load-notes.ts'
import { describedLoad, loadLine } from './state.ts'

/*
 * What people do about a held load: publish it, with a reason, or discard it.
 */

/** Publishes a held load, and reports what was live before. Throws `not_confirmed` where the live load is another one than was confirmed. */
export async function publishHeld(
  load: LoadId | undefined,
  reason: string | undefined,
  context: RunContext,
): Promise<Outcome> {
  const { deps, runId, approval } = context
  const { loads } = deps.ledger
  await requireAvailable(deps)
  await context.perform([
    {
      id: 'compare-held',
      title: 'Compare with live',
      async run({ signal }) {
        const held = await findHeld(load, deps)
        const draft = await planOfPublishing(held, reason, context, signal)
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
            throw takenOver()
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
  return {
    headline: `Load ${held.id} is live: ${loadLine(held)}.`,
    tone: 'good',
    replies: [
      text(`Reason: ${reason}`),
      ...(live === null ? [] : [text(`Before it: load ${live.id}, ${loadLine(live)}. It is kept.`, 'note')]),
      ...copyWarning(context),
    ],
    next: [
      { label: 'Check', line: 'qa' },
      { label: 'Roll back', line: 'rollback' },
    ],
  }
}

/** What the first step left: the held load, and the one that was live then. */
const comparedSchema = z.object({ held: z.number(), before: z.number().nullable() })

/** The load that is to be published, as it stands now. */
async function heldBefore({ deps, output }: RunContext): Promise<LoadRecord> {
  const { held } = output('compare-held', comparedSchema)
  const record = await deps.ledger.loads.get(held)
  if (record?.state === 'held' || record?.state === 'live') return record
  throw new OpsError('not_found', `Load ${held} is not held any more.`, 'Type loads to list them.', {
    fixCommand: 'loads',
  })
}

/** The plan: what the load differs in from the one that is live at this moment. */
export async function planOfPublishing(
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
      losses.length === 0 ? 'It is within the limits now.' : `Beyond the limits: ${losses.join('; ')}.`,
      `Reason: ${reason}`,
    ],
    act: `Publish load ${held.id}`,
    danger: false,
  }
}

/** Deletes a held load. */
export async function discardHeld(load: LoadId | undefined, context: RunContext): Promise<Outcome> {
  const { deps, who } = context
  await context.perform([
    {
      // Once: begun again behind the next step, nothing is held any more.
      id: 'find-held',
      title: 'Find the held load',
      async run() {
        const { id } = await findHeld(load, deps)
        return { output: { held: id }, detail: `load ${id}` }
      },
    },
  ])
  const held = await deps.ledger.loads.get(context.output('find-held', foundSchema).held)
  if (held === null) throw new Error('a load that was held is not in the ledger')
  const headline = `Load ${held.id} was held; ${who.name} discarded it.`
  await context.perform([
    {
      id: 'discard-held',
      title: 'Discard the held load',
      async run() {
        // The ledger last: until then the step can be begun again.
        await releaseSpace(deps, held.id)
        await settleCard(held, headline, context)
        await deps.ledger.loads.discard(held.id)
        return { detail: `load ${held.id}` }
      },
    },
  ])
  return { headline, tone: 'good', next: [{ label: 'Load', line: 'etl' }] }
}

const foundSchema = z.object({ held: z.number() })
