import type { Deps } from '../../deps.ts'
import type { Freshness, FreshnessDay } from '../../ports/freshness.ts'
import type { LoadMove } from '../../ports/loads.ts'
import type { Session } from '../../runner/session.ts'
import { dayMs } from '../../span.ts'
import { advance, isOpen } from '../life.ts'
import { lateFinding, messagesOfDay } from './card.ts'
import { type Due, deadlines, heldSince, isOnTime, localDay } from './days.ts'
import { evidenceOf } from './evidence.ts'
import { placedFreshness } from './find.ts'
import { notePresence } from './presence.ts'
import { lateReason } from './reason.ts'
import { countedDays } from './words.ts'

/*
 * The minute's work on freshness. What is due, and whether it was met, is computed from the ledger: which load was live when. So a restart,
 * a missed minute, a clock that jumps and a second bot come to the same judgement, which is stored once.
 */

/** Deadlines of longer ago are let be, and late days that were not posted. */
const keptMs = (countedDays + 1) * dayMs

// A clock that is this much behind a stored time was set back.
const skewMs = 120_000

type Judging = Pick<Session, 'deps' | 'catalog'>

/** Judges the deadlines that have passed, and the late days that are live by now. */
export async function watchFreshness(session: Judging): Promise<void> {
  const all = await placedFreshness(session.deps)
  if (all.length === 0) return
  await notePresence(session.deps)
  for (const freshness of all) if (!freshness.isPaused) await judgeDue(freshness, session)
  await resolveLate(all, session.deps)
}

async function judgeDue(freshness: Freshness, session: Judging): Promise<void> {
  const { deps } = session
  const { ledger, clock } = deps
  const { id, zone } = freshness
  const due = await dueOf(freshness, deps)
  const [first] = due
  if (first === undefined) return
  const moves = await ledger.loads.moves(new Date(first.day.until).toISOString())
  const judged = due.map((one) => {
    const deadline = one.deadline.toISOString()
    return { due: one, day: { freshness: id, day: one.day.day, deadline, ...heldSince(one, zone, moves) } }
  })
  // Of several that were missed while the bot was down, the newest is posted, and names the others.
  const posted = judged.findLast(({ day }) => !isOnTime(day))
  for (const one of judged) {
    const fine = { ...one.day, reason: null, life: { kind: 'ok' } } as const
    if (isOnTime(one.day)) await ledger.freshness.judge(fine, [])
    else {
      const reason = lateReason(one.due, zone, await evidenceOf(one.due, moves, session))
      const missed = { ...fine, reason }
      if (one !== posted) await ledger.freshness.judge(missed, [])
      else {
        const life = await firstLife(missed, freshness, moves, deps)
        const resolved = one.day.met === null ? life : green(life, clock.now())
        const late = { ...missed, life: resolved }
        await ledger.freshness.judge(late, messagesOfDay(late, freshness, deps))
      }
    }
  }
}

/** The deadlines that have passed and are not judged yet. */
async function dueOf(freshness: Freshness, { ledger, clock, timetable, log }: Deps): Promise<readonly Due[]> {
  const { id, since } = freshness
  const now = clock.now()
  if (Date.parse(since) - now.getTime() > skewMs) {
    log.warn(
      { freshness: id, since },
      `freshness ${id} was set at ${since}, before the clock was set back; it counts from now on`,
    )
    await ledger.freshness.change(id, { since: now.toISOString() })
    return []
  }
  const judged = (await ledger.freshness.judgedUntil(id, now)) ?? since
  const after = new Date(Math.max(Date.parse(judged), Date.parse(since), now.getTime() - keptMs))
  const due: Due[] = []
  for (const one of deadlines(freshness, after, timetable)) {
    if (one.deadline > now) break
    due.push(one)
  }
  if (due.length === 0) return []
  // At a later time than before, a day is due that was judged.
  const known = await ledger.freshness.days(id, countedDays)
  return due.filter(({ day }) => !known.some((judgedDay) => judgedDay.day === day.day))
}

/** The life of a day that is posted: it fires. */
async function firstLife(
  day: Pick<FreshnessDay, 'day' | 'deadline'>,
  freshness: Freshness,
  moves: readonly LoadMove[],
  { ledger, clock }: Deps,
): Promise<FreshnessDay['life']> {
  const earlier = (await ledger.freshness.days(freshness.id, countedDays)).filter((one) => one.day < day.day)
  const seen = earlier.findIndex((one) => one.life.kind !== 'ok' || isOnTime(one))
  const unposted = (seen < 0 ? earlier : earlier.slice(0, seen)).map((one) => one.day).toReversed()
  const live = moves.findLast(({ at }) => at <= day.deadline)?.load ?? null
  const found = lateFinding(day, freshness, live, unposted)
  const observation = { kind: 'red', ...found } as const
  return advance({ kind: 'ok' }, { kind: 'observed', observation }, clock.now().toISOString())
}

/** Notes which late days are live by now, and resolves their messages. */
async function resolveLate(all: readonly Freshness[], deps: Deps): Promise<void> {
  const { ledger, clock } = deps
  const now = clock.now()
  const unmet = await ledger.freshness.unmet(new Date(now.getTime() - keptMs))
  const [oldest] = unmet
  if (oldest === undefined) return
  // A zone is at most a day from UTC.
  const moves = await ledger.loads.moves(new Date(Date.parse(oldest.day)).toISOString())
  for (const day of unmet) {
    const freshness = all.find(({ id }) => id === day.freshness)
    if (freshness === undefined) continue
    const due = { deadline: new Date(day.deadline), day: localDay(day.day, freshness.zone) }
    const held = heldSince(due, freshness.zone, moves)
    if (held.met === null) continue
    const life = isOpen(day.life) ? green(day.life, now) : day.life
    const messages = life === day.life ? [] : messagesOfDay({ ...day, ...held, life }, freshness, deps)
    await ledger.freshness.update(day, { ...held, life }, messages)
  }
}

function green(life: FreshnessDay['life'], now: Date): FreshnessDay['life'] {
  const found = life.kind === 'ok' ? { when: '', headline: '', facts: [] } : life.firing.found
  return advance(life, { kind: 'observed', observation: { ...found, kind: 'green' } }, now.toISOString())
}
