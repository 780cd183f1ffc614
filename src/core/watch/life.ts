import type { Asker } from '../people.ts'
import type { FiringEnd, Life, Observation } from '../ports/watches.ts'

/** What happens to a watched condition. `at` and `until` are ISO 8601 in UTC. */
export type LifeEvent =
  | { readonly kind: 'observed'; readonly observation: Observation }
  | { readonly kind: 'acknowledged'; readonly by: Asker }
  | { readonly kind: 'snoozed'; readonly by: Asker; readonly until: string }
  /** Time has passed: a snooze may be over. */
  | { readonly kind: 'passed' }
  | { readonly kind: 'ended'; readonly end: Extract<FiringEnd, { kind: 'person' }> }

/** A life in which a firing goes on. */
type OpenLife = Exclude<Life, { kind: 'ok' | 'resolved' }>

/** Whether a firing goes on: firing, acknowledged or snoozed. */
export function isOpen(life: Life): life is OpenLife {
  return life.kind !== 'ok' && life.kind !== 'resolved'
}

/**
 * The life after an event: ok → firing → acknowledged or snoozed → resolved, and from there a new firing with the next number. The same
 * object where nothing changes, so that nothing is posted. What is not known changes nothing.
 */
export function advance(life: Life, event: LifeEvent, at: string): Life {
  switch (event.kind) {
    case 'observed':
      return observed(life, event.observation, at)
    case 'acknowledged':
      if (!isOpen(life) || life.kind === 'acknowledged') return life
      return { kind: 'acknowledged', firing: life.firing, by: event.by, at }
    case 'snoozed':
      return isOpen(life) ? { kind: 'snoozed', firing: life.firing, by: event.by, until: event.until } : life
    case 'passed':
      return life.kind === 'snoozed' && life.until <= at ? { kind: 'firing', firing: life.firing } : life
    case 'ended':
      return isOpen(life) ? { kind: 'resolved', firing: life.firing, at, end: event.end, found: null } : life
  }
}

function observed(life: Life, observation: Observation, at: string): Life {
  if (observation.kind === 'unknown') return life
  const { kind, ...found } = observation
  if (!isOpen(life)) {
    if (kind === 'green') return life
    const number = life.kind === 'ok' ? 1 : life.firing.number + 1
    return { kind: 'firing', firing: { number, began: at, since: found.when, found } }
  }
  if (kind === 'green') return { kind: 'resolved', firing: life.firing, at, end: { kind: 'green' }, found }
  // Facts are compared as they are shown: an edit that changes nothing is not made.
  return JSON.stringify(life.firing.found) === JSON.stringify(found)
    ? life
    : { ...life, firing: { ...life.firing, found } }
}
