import type { PublishLimits } from '../deps.ts'
import { count, plural } from '../format.ts'
import type { NewAnnotation } from '../ports/annotations.ts'
import type { Comparison, LoadRecord } from '../ports/loads.ts'
import type { RunId } from '../ports/runs.ts'
import { lossesOf, past } from './compare.ts'
import { losesTooMuch, usualLimits } from './limits.ts'

/*
 * The notes that the bot writes on days of the data: why a load was held, plays that came late, a rollback. They are inserted by the statement
 * that makes them true, under a key, so each is written once.
 */

/** The longest text of a note, in characters: one line of a chart. */
export const maxNoteLength = 80

// A load that changes many days is one event; the days that changed most stand for it.
const daysNoted = 3

/** On the days that a held load loses, or where it loses none of a day on its newest one. */
export function heldNotes(load: LoadRecord, comparison: Comparison, at: string): readonly NewAnnotation[] {
  const lost = comparison.days.shown.filter(({ held }) => held)
  const key = `held:${load.id}`
  if (lost.length === 0) {
    return [noteOn(newestDay(load, at), key, `Load ${load.id} was held: ${lossesOf(comparison, past).join(', ')}`, at)]
  }
  return mostChanged(lost).map(({ day, before, after }) =>
    noteOn(
      day,
      `${key}:${day}`,
      `Load ${load.id} was held: it lost ${count(before - after)} of ${plural(before, 'play')}`,
      at,
    ),
  )
}

/**
 * On past days to which a load adds plays that the load before did not have, although it had later days: more of them than a load may lose
 * without being held.
 */
export function lateNotes(
  load: LoadRecord | null,
  before: LoadRecord | null,
  limits: PublishLimits | null,
  at: string,
): readonly NewAnnotation[] {
  const comparison = load?.facts.comparison
  if (load === null || comparison === undefined || before === null || comparison.live !== before.id) return []
  const { days, ...others } = limits ?? usualLimits
  const last = newestDay(before, at)
  const late = comparison.days.shown.filter(
    ({ day, before: had, after: has }) => day < last && losesTooMuch(has, had, days, { days, ...others }),
  )
  return mostChanged(late).map(({ day, before: had, after: has }) =>
    noteOn(
      day,
      `late:${load.id}:${day}`,
      `${count(has - had)} of ${plural(has, 'play')} came late, with load ${load.id}`,
      at,
    ),
  )
}

/** On the newest day of the load that is live again. */
export function rollbackNote(live: LoadRecord, target: LoadRecord, run: RunId, at: string): NewAnnotation {
  return noteOn(newestDay(target, at), `rollback:${run}`, `Rolled back from load ${live.id} to load ${target.id}`, at)
}

function noteOn(day: string, key: string, text: string, at: string): NewAnnotation {
  const cut = text.length <= maxNoteLength ? text : `${text.slice(0, maxNoteLength - 1)}…`
  return { key, kind: 'bot', first: day, last: day, text: cut, author: null, created: at }
}

function mostChanged<T extends { readonly before: number; readonly after: number }>(days: readonly T[]): readonly T[] {
  const change = ({ before, after }: T): number => Math.abs(after - before)
  return days.toSorted((a, b) => change(b) - change(a)).slice(0, daysNoted)
}

/** The newest day (UTC) of a load's data that is not dated far ahead; of one without plays the day of `at`. */
function newestDay({ facts }: LoadRecord, at: string): string {
  return (facts.anchor ?? facts.dataUntil ?? at).slice(0, 10)
}
