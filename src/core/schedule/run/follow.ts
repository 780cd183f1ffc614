import type { RunContext } from '../../command/context.ts'
import type { Outcome } from '../../command/define.ts'
import type { OpsError } from '../../errors.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { insert } from '../../runner/execute.ts'
import { contextOf, type Session } from '../../runner/session.ts'
import { isOwner } from '../make/find.ts'
import { commandsOf } from '../make/lines.ts'
import { attempted, madeByNow, newestTime } from './occurrences.ts'
import { endFollowed, suspend, whyNotUseNow } from './ownership.ts'
import { runSchedule } from './workflow.ts'

/*
 * What people follow: a schedule each, run by the same workflow. What one person follows for the same moment is one occurrence, so it is one
 * message.
 */

/** What this person follows and is due, by the moment for which it is: ISO 8601 in UTC. */
async function dueTimes(
  own: readonly ScheduleRecord[],
  { deps }: Session,
): Promise<ReadonlyMap<string, readonly ScheduleRecord[]>> {
  const due = new Map<string, readonly ScheduleRecord[]>()
  for (const known of own) {
    const one = await madeByNow(known, deps)
    const intended = one.state.kind === 'active' ? newestTime(one, deps) : null
    if (intended !== null) due.set(intended, [...(due.get(intended) ?? []), one])
  }
  return due
}

/** Inserts the occurrences of what people follow that are due, each person's by itself. Never throws. */
export async function insertFollowed(session: Session): Promise<void> {
  const byPerson = new Map<string, ScheduleRecord[]>()
  for (const one of await session.deps.ledger.schedules.followed()) {
    byPerson.set(one.owner.id, [...(byPerson.get(one.owner.id) ?? []), one])
  }
  const inserted = [...byPerson.values()].flatMap((own) => {
    const [first] = own
    return first === undefined ? [] : [attempted(first, () => insertFor(own, session), session)]
  })
  await Promise.all(inserted)
}

/**
 * Inserts the occurrences of what one person follows: one for each moment, once, whatever they follow or stop meanwhile. Where the person has
 * left, everything ends, and nobody is notified. Throws `slack` where that or their role is not known now.
 */
async function insertFor(own: readonly ScheduleRecord[], session: Session): Promise<void> {
  const { deps, catalog, registry } = session
  for (const [intended, due] of await dueTimes(own, session)) {
    const [first] = due
    if (first === undefined || (await isInserted(due, intended, session))) continue
    registry.admit()
    const { owner, place } = first
    if (await deps.directory.hasLeft(owner)) return endFollowed(own, deps)
    const context = await contextOf({ who: owner, place }, session)
    const allowed = await stillAllowed(due, session)
    const [leader] = allowed
    if (leader === undefined) continue
    registry.admit()
    const parsed = catalog.that('runsFollowed').with({})
    const origin = { kind: 'fire', schedule: leader.id, intended, cause: 'clock' } as const
    const key = `follow:${owner.id}:${intended}`
    await insert({ parsed, earlier: null, origin, approval: null, key, worker: null }, context)
    deps.log.info({ schedule: leader.id, intended }, `posts what ${owner.id} follows: ${allowed.length} lines`)
  }
}

async function isInserted(due: readonly ScheduleRecord[], intended: string, { deps }: Session): Promise<boolean> {
  const found = due.map(({ id }) => deps.ledger.runs.summaries({ schedule: id, intended, limit: 1 }))
  return (await Promise.all(found)).some((runs) => runs.length > 0)
}

/** Those whose owner may still ask them; the others are suspended, with a message to their owner. */
async function stillAllowed(due: readonly ScheduleRecord[], session: Session): Promise<readonly ScheduleRecord[]> {
  const allowed: ScheduleRecord[] = []
  for (const one of due) {
    const why = await whyNotAsked(one, session)
    if (why === null) allowed.push(one)
    else await suspend(one, why, session.deps)
  }
  return allowed
}

/** Why its owner may not ask its lines any more; null where they may. Throws `slack` where their role is not known now. */
async function whyNotAsked(
  { owner, lines }: ScheduleRecord,
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): Promise<OpsError | null> {
  const requests = lines.map((line) => catalog.request(line))
  for (const request of requests) if (request.kind === 'fault') return request.fault
  return whyNotUseNow(owner, commandsOf(lines, catalog), deps)
}

/**
 * One occurrence: all that its owner follows for its moment, as one message. What was begun is carried on with the same lines, whatever they
 * follow by then.
 */
export async function runFollowed(intended: string, context: RunContext): Promise<Outcome> {
  const { deps, who, runId } = context
  const own = (await deps.ledger.schedules.followed()).filter((one) => isOwner(one, who))
  const due = own.filter((one) => isDueAt(one, intended, context))
  const [first] = due.length > 0 ? due : own
  const begun = (await deps.ledger.runs.get(runId))?.steps.flatMap(({ request }) => request ?? []) ?? []
  const lines = begun.length > 0 ? begun : due.flatMap((one) => one.lines)
  if (first === undefined || lines.length === 0) {
    return { headline: 'You no longer follow what was due.', audience: 'nobody' }
  }
  const whenPaused = due.every((one) => one.whenPaused === 'last') ? 'last' : first.whenPaused
  return runSchedule({ ...first, lines: [...new Set(lines)], whenPaused }, null, context)
}

function isDueAt({ state, since, cron, zone }: ScheduleRecord, intended: string, { deps }: RunContext): boolean {
  if (state.kind !== 'active' || since >= intended) return false
  const [next] = deps.timetable.times(cron, zone, new Date(Date.parse(intended) - 1))
  return next?.toISOString() === intended
}
