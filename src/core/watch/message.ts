import type { Suggestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { moment } from '../format.ts'
import type { Way } from '../message.ts'
import { type Card, cardMessage } from '../outbox/card.ts'
import { directly, newMessage, type Ways } from '../outbox/messages.ts'
import { theAdmins } from '../people.ts'
import type { Directory } from '../ports/directory.ts'
import type { NewMessage } from '../ports/outbox.ts'
import type { Life, WatchRecord } from '../ports/watches.ts'
import { text } from '../reply.ts'
import { type Face, faceOf } from './face.ts'
import { isOpen } from './life.ts'

/** The key of the message of a firing. */
function firingKey({ definition, subject }: Pick<WatchRecord, 'definition' | 'subject'>, firing: number): string {
  return `${definition.kind}:${subject}:${firing}`
}

/**
 * The messages that make known what a watched condition has become from `before`: one for each firing, posted when it begins, edited when
 * it changes, and closed when it is resolved. None where nothing has changed.
 */
export function messagesOfLife(
  watch: WatchRecord,
  before: Life,
  { clock, directory }: Pick<Deps, 'clock'> & { readonly directory: Pick<Directory, 'holders'> },
): readonly NewMessage[] {
  const { life, owner } = watch
  if (life === before || life.kind === 'ok') return []
  const mention = owner.kind === 'slack' ? [owner.id] : owner.id === theAdmins.id ? directory.holders('admin') : []
  const ways = waysOfFiring(watch)
  const card = cardMessage({ ...cardOf(watch, life), ways, mention }, clock.now())
  return before.kind === 'snoozed' && life.kind === 'firing'
    ? [card, callAfterSnooze(card, before, clock.now())]
    : [card]
}

/** A line in the thread of a firing that calls who snoozed it, because the edit calls nobody. */
function callAfterSnooze(
  { key, ways }: NewMessage,
  { by, until }: Extract<Life, { kind: 'snoozed' }>,
  now: Date,
): NewMessage {
  const content = { kind: 'part', of: key, part: { kind: 'mention' } } as const
  const mention = by.kind === 'slack' ? [by.id] : []
  return newMessage({ key: `${key}:woke:${until}`, content, ways, mention, after: key }, now)
}

/** Its channel, then its owner, then the admins: conversations all, so that an edit is no second message. */
export function waysOfFiring({ place, owner }: Pick<WatchRecord, 'place' | 'owner'>): Ways {
  const there: readonly Way[] = place.kind === 'slack' ? [{ kind: 'conversation', place, who: owner }] : []
  const toOwner: readonly Way[] = owner.kind === 'slack' ? [directly(owner)] : []
  const [first, ...others] = [...there, ...toOwner]
  const admins: Way = { kind: 'admins', besides: owner.kind === 'slack' ? owner.id : null }
  return first === undefined ? [admins] : [first, ...others, admins]
}

function cardOf(watch: WatchRecord, life: Exclude<Life, { kind: 'ok' }>): Omit<Card, 'ways' | 'mention'> {
  const face = faceOf(watch)
  const { firing } = life
  const found = life.kind === 'resolved' ? (life.found ?? firing.found) : firing.found
  const facts = [...face.facts, ...found.facts, ['Firing since', firing.since]]
  const open = isOpen(life)
  const standing = standingOf(life)
  return {
    key: firingKey(watch, firing.number),
    title: `${face.name} ${stateWords(life)}`,
    headline: `${face.name}: ${found.headline}`,
    replies: [
      text(found.headline, toneOf(life)),
      text(facts.map(([name, value]) => `${name}: ${value}`).join(' · '), 'note'),
      ...(standing === null ? [] : [text(standing, 'note')]),
    ],
    next: buttonsOf(life, face),
    open,
  }
}

/** "is firing", "is resolved"; "was paused" where a person ended it, because what was found may be as it was. */
function stateWords(life: Exclude<Life, { kind: 'ok' }>): string {
  return life.kind === 'resolved' && life.end.kind === 'person' ? `was ${life.end.how}` : `is ${life.kind}`
}

function toneOf(life: Life): 'warning' | 'good' | 'plain' {
  if (isOpen(life)) return 'warning'
  return life.kind === 'resolved' && life.end.kind === 'person' ? 'plain' : 'good'
}

/** Who has done what about it, and when; null where nobody has. */
function standingOf(life: Exclude<Life, { kind: 'ok' }>): string | null {
  if (life.kind === 'firing') return null
  if (life.kind === 'acknowledged') return `Acknowledged by ${life.by.name}, ${moment(new Date(life.at))}.`
  if (life.kind === 'snoozed') return `Snoozed by ${life.by.name} until ${moment(new Date(life.until))}.`
  const { end, firing } = life
  const at = moment(new Date(life.at))
  return end.kind === 'green'
    ? `Resolved ${at}. It fired: ${firing.found.headline}`
    : `${end.by.name} ${end.how} it, ${at}.`
}

function buttonsOf(life: Life, { acknowledge, snooze, more }: Face): readonly Suggestion[] {
  const acknowledging = { label: 'Acknowledge', line: acknowledge }
  const snoozing = { label: 'Snooze 24 h', line: snooze }
  return [
    ...(life.kind === 'firing' || life.kind === 'snoozed' ? [acknowledging] : []),
    ...(life.kind === 'firing' || life.kind === 'acknowledged' ? [snoozing] : []),
    ...more,
  ]
}
