import { z } from 'zod'
import type { Suggestion } from '../answer.ts'
import type { Context, RunContext } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import { DiskFull, OpsError } from '../errors.ts'
import { list } from '../format.ts'
import { type Card, cardMessage } from '../outbox/card.ts'
import { type Ways, waysOfSchedule, waysTo } from '../outbox/messages.ts'
import type { LoadId } from '../ports/engine.ts'
import type { Comparison, LoadRecord } from '../ports/loads.ts'
import type { RunRecord } from '../ports/runs.ts'
import { text } from '../reply.ts'
import type { Step, Work } from '../step.ts'
import { changesLine, compareLoads, comparisonReplies, isBeyondLimits, lossesOf } from './compare.ts'
import { releaseSpace, takenOver } from './kept-loads.ts'
import { heldNotes } from './load-notes.ts'

/*
 * A load that differs too much from the live one is held: its rows are kept and can be read, nothing else changes, and somebody publishes
 * or discards it. One load is held at a time, and its message in Slack is one: the next one that is held takes its place there.
 */

/** The load that is held; null where there is none. */
export async function heldLoad({ ledger }: Pick<Deps, 'ledger'>): Promise<LoadRecord | null> {
  const [held] = await ledger.loads.list(['held'])
  return held ?? null
}

/** The load that is held, by its number if one is given. Throws `not_found`. */
export async function findHeld(asked: LoadId | undefined, deps: Deps): Promise<LoadRecord> {
  const held = await heldLoad(deps)
  if (held !== null && (asked === undefined || asked === held.id)) return held
  const which = asked === undefined ? 'No load is held' : `Load ${asked} is not held`
  throw new OpsError('not_found', `${which}. Nothing was done.`, 'Type loads to list them.', { fixCommand: 'loads' })
}

/** How a held load differs from the one that is live now; null where nothing is. */
export async function comparisonNow(
  { id, facts }: LoadRecord,
  deps: Deps,
  signal: AbortSignal,
): Promise<Comparison | null> {
  const live = await deps.ledger.loads.live()
  if (live === null) return null
  const { comparison } = facts
  return comparison?.live === live.id ? comparison : compareLoads({ kind: 'held', load: id }, live, deps, signal)
}

const compareId = 'compare'
/** What the step leaves: the load that was live then, whether or not it could be compared with it. */
const comparedSchema = z.object({ live: z.number().nullable() })

/** Compares the load with the live one, and ends the run with `held` where it differs too much. */
export function compareStep(load: LoadId, context: RunContext): Step {
  const { deps } = context
  return {
    id: compareId,
    title: 'Compare with live',
    run: async (work) => {
      const [record, live] = await Promise.all([deps.ledger.loads.get(load), deps.ledger.loads.live()])
      const output: z.infer<typeof comparedSchema> = { live: live?.id ?? null }
      if (live === null || live.id === load) return { detail: 'nothing is live yet', output }
      if (live.facts.source !== undefined && live.facts.source !== record?.facts.source) {
        return { detail: `not compared: load ${live.id} was read from another folder`, output }
      }
      // A step that is begun again may have held it already, in the engine alone or in the ledger too: then it was compared before.
      const target = { kind: record?.state === 'held' ? 'held' : 'candidate', load } as const
      const known = record?.facts.comparison
      const comparison =
        known?.live === live.id
          ? known
          : await compareLoads(target, live, deps, work.signal).catch((error: unknown) =>
              unlessLiveIsLost(error, live, deps, work.signal),
            )
      if (comparison === null) return { detail: `not compared: load ${live.id} cannot be read`, output }
      if (isBeyondLimits(comparison)) {
        throw await hold(load, comparison, context, work)
      }
      await deps.ledger.loads.learn(load, { comparison })
      return { detail: changesLine(comparison.tables), output }
    },
  }
}

/** Whether the load of a run was compared with what is live now, or not compared yet. */
export async function isComparedWithLive({ steps }: RunRecord, { ledger }: Pick<Deps, 'ledger'>): Promise<boolean> {
  const done = steps.find(({ id, state }) => id === compareId && state === 'complete')
  if (done === undefined) return true
  return comparedSchema.safeParse(done.output).data?.live === ((await ledger.loads.live())?.id ?? null)
}

/**
 * Null where the live load itself cannot be read, because it was deleted outside of the bot or is damaged: publishing a new one is what helps.
 * Throws anything else, such as too little memory or a damaged candidate, as it is.
 */
async function unlessLiveIsLost(error: unknown, live: LoadRecord, deps: Deps, signal: AbortSignal): Promise<null> {
  if (isLoss(error)) {
    const fault: unknown = await deps.engine.verify(live.id, signal).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (isLoss(fault)) return null
  }
  throw error
}

function isLoss(error: unknown): boolean {
  if (!(error instanceof OpsError) || error instanceof DiskFull) return false
  return error.code === 'not_found' || error.code === 'storage'
}

/**
 * Holds a load that was built, in place of one that was held before, and shows it where its `etl` ran. Safe to be begun again. Gives the
 * error with which that ends; throws `interrupted` where the run is another process's by now.
 */
async function hold(load: LoadId, comparison: Comparison, context: RunContext, work: Work): Promise<OpsError> {
  const { deps, runId, place } = context
  const { loads } = deps.ledger
  const before = (await loads.list(['held'])).find(({ id }) => id !== load)
  const known = (await loads.get(load))?.facts.card ?? before?.facts.card
  const card = known ?? (place.kind === 'slack' ? `held:${load}` : undefined)
  await loads.learn(load, { comparison, ...(card === undefined ? {} : { card }) })
  await deps.engine.hold(load, work)
  const record = await loads.get(load)
  const notes = record === null ? [] : heldNotes(record, comparison, deps.clock.now().toISOString())
  if (!(await loads.hold(load, runId, deps.process, notes))) {
    throw takenOver()
  }
  await releaseSpace(deps)
  const losses = `${list(lossesOf(comparison))}.`
  const why = `Load ${load} is held: ${losses}`
  const shown = comparisonReplies(comparison)
  if (card !== undefined) {
    const instead = before === undefined ? [] : [text(`It replaces load ${before.id}, which was discarded.`, 'note')]
    const replies = [text(`${losses} Live tables are untouched.`, 'warning'), ...shown, ...instead]
    const next = choices(load)
    await putCard({ key: card, title: `Load ${load} is held`, headline: why, replies, next, open: true }, context)
  }
  return OpsError.untouched('held', why, 'Publish it, discard it, or fix the source data and load again.', {
    // Its message shows the rest.
    evidence: place.kind === 'slack' ? [] : shown,
    next: place.kind === 'slack' ? [{ label: 'Loads', line: 'loads' }] : choices(load),
  })
}

/** What can be done about a held load. */
export function choices(load: LoadId): readonly Suggestion[] {
  return [
    { label: 'Publish anyway', line: `publish ${load}`, form: true },
    { label: 'Discard', line: `discard ${load}` },
    { label: 'Show rows', line: `loads-rows ${load}` },
  ]
}

/** Puts what became of a held load into its message, which does not change after that. */
export async function settleCard({ facts: { card } }: LoadRecord, became: string, context: RunContext): Promise<void> {
  if (card === undefined) return
  await putCard({ key: card, title: became, headline: became, replies: [], next: [], open: false }, context)
}

async function putCard(card: Omit<Card, 'ways' | 'mention'>, context: RunContext): Promise<void> {
  const { ledger, clock } = context.deps
  const mention = card.open ? await calledAbout(context) : []
  await ledger.messages.put([cardMessage({ ...card, ways: waysFor(context), mention }, clock.now())])
}

function waysFor({ place, who, origin }: Context & Pick<RunContext, 'origin'>): Ways {
  if (place.kind !== 'slack') return [{ kind: 'admins', besides: null }]
  return origin.kind === 'words' ? waysTo(place, who, 'channel', true) : waysOfSchedule(place, who)
}

/** Whom the load of a schedule calls: who is on call, unless it is snoozed. Somebody who ran it is there. */
async function calledAbout({ origin, deps: { ledger, policy, clock } }: RunContext): Promise<readonly string[]> {
  if (origin.kind !== 'line') return []
  const occurrence = await ledger.runs.get(origin.fire)
  if (occurrence?.origin.kind !== 'fire') return []
  const schedule = await ledger.schedules.get(occurrence.origin.schedule)
  const snoozed = schedule?.snoozedUntil ?? null
  return snoozed !== null && snoozed > clock.now().toISOString() ? [] : policy.oncall
}
