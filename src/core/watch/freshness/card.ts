import type { Deps } from '../../deps.ts'
import { list } from '../../format.ts'
import { type Card, cardMessage } from '../../outbox/card.ts'
import type { Asker } from '../../people.ts'
import type { Freshness, FreshnessDay } from '../../ports/freshness.ts'
import type { LoadRecord } from '../../ports/loads.ts'
import type { NewMessage } from '../../ports/outbox.ts'
import type { Life } from '../../ports/watches.ts'
import { text } from '../../reply.ts'
import { describedLoad } from '../../warehouse/state.ts'
import { isOpen } from '../life.ts'
import { waysOfFiring } from '../message.ts'
import { isOnTime } from './days.ts'
import { dayName, lateness, reasonWords, remedies, timeThere } from './words.ts'

/** A day that was late, as its message shows it. */
type LateDay = Omit<FreshnessDay, 'version'>

/** What was found when the deadline passed: a sentence, and the facts of that moment, which the message keeps. */
export function lateFinding(
  { day, deadline }: Pick<FreshnessDay, 'day' | 'deadline'>,
  { zone }: Freshness,
  live: LoadRecord | null,
  missedBefore: readonly string[],
) {
  const before: readonly (readonly [string, string])[] =
    missedBefore.length === 0 ? [] : [['Missed before, and not posted', list(missedBefore.map(dayName))]]
  return {
    when: dayName(day),
    headline: `${dayName(day)} is not live. It was due ${timeThere(deadline, zone)}.`,
    facts: [['Live at the deadline', live === null ? 'nothing' : describedLoad(live)] as const, ...before],
  }
}

/** The message of a late day in its state; none for a day that was never posted. */
export function messagesOfDay(
  day: LateDay,
  freshness: Freshness,
  { clock, policy }: Pick<Deps, 'clock' | 'policy'>,
): readonly NewMessage[] {
  const { life } = day
  const { place, owner } = freshness
  if (life.kind === 'ok' || place.kind !== 'slack') return []
  const mention = [...(owner.kind === 'slack' ? [owner.id] : []), ...policy.oncall]
  const card = { ...cardOf(day, life, freshness), ways: waysOfFiring(freshness), mention: [...new Set(mention)] }
  return [cardMessage(card, clock.now())]
}

type PostedLife = Exclude<Life, { kind: 'ok' }>

function cardOf(day: LateDay, life: PostedLife, { id, zone, owner }: Freshness): Omit<Card, 'ways' | 'mention'> {
  const { reason } = day
  const { found } = life.firing
  const headline = life.kind === 'resolved' ? endWords(day, life, zone) : found.headline
  const why = reason === null ? [] : [text(`Why: ${reasonWords(reason, zone)}`)]
  const facts = [...found.facts, ['Set by', owner.name] as const]
  const acknowledged =
    life.kind === 'acknowledged' ? [`Acknowledged by ${life.by.name}, ${timeThere(life.at, zone)}.`] : []
  const open = isOpen(life)
  return {
    key: `freshness:${id}:${day.day}`,
    title: `${dayName(day.day)} ${life.kind === 'resolved' ? 'was' : 'is'} late`,
    headline,
    replies: [
      text(headline, open ? 'warning' : 'good'),
      ...why,
      text([...facts.map(([name, value]) => `${name}: ${value}`), ...acknowledged].join('\n'), 'note'),
    ],
    next: open
      ? [
          ...(life.kind === 'firing' ? [{ label: 'Acknowledge', line: `freshness-acknowledge ${id}` }] : []),
          ...(reason === null ? [] : remedies(reason)),
        ]
      : [],
    open,
  }
}

/** How it ended: the day is live, or nobody watches it any more. */
function endWords(day: LateDay, life: Extract<Life, { kind: 'resolved' }>, zone: string): string {
  const { met, deadline, load } = day
  if (life.end.kind === 'person')
    return `${life.end.by.name} removed this deadline; ${dayName(day.day)} is not watched any more.`
  const at = met ?? life.at
  const how = isOnTime(day) ? 'in time, which the bot learned later' : `${lateness(deadline, at)} late`
  return `${dayName(day.day)} has been live since ${timeThere(at, zone)} (load ${load}), ${how}.`
}

/** The messages of the open days of a freshness that is removed: each is closed. */
export function closingMessages(
  days: readonly FreshnessDay[],
  freshness: Freshness,
  by: Asker,
  deps: Pick<Deps, 'clock' | 'policy'>,
): readonly NewMessage[] {
  const at = deps.clock.now().toISOString()
  return days.flatMap((day) => {
    if (!isOpen(day.life)) return []
    const { firing } = day.life
    const life: Life = { kind: 'resolved', firing, at, end: { kind: 'person', by, how: 'removed' }, found: null }
    return messagesOfDay({ ...day, life }, freshness, deps)
  })
}
