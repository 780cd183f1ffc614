import type { z } from 'zod'
import { optionalId } from '../command/args.ts'
import type { Context, RunContext } from '../command/context.ts'
import { isoDay } from '../day.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { cleanLine, count, plural } from '../format.ts'
import { askerOf, includesRole, type Person } from '../people.ts'
import type { Annotation, DaySpan } from '../ports/annotations.ts'
import { stating, type TextReply } from '../reply.ts'
import { daysText, type TimeWindow } from '../sql/window.ts'
import { wallClock } from '../sql/zone.ts'
import { maxNoteLength } from '../warehouse/load-notes.ts'

// Far more than people write; a script that runs wild stops here.
const mostNotes = 1000

/** The argument that names a note. */
export function noteNumber(): z.ZodType<number | undefined> {
  return optionalId({ about: 'the number of the note', form: 'required' })
}

/** The text of a note: what was filled in, or the words that were typed. Throws `bad_argument` where there is none, or too much of it. */
export function noteText(text: string | undefined, words: readonly string[]): string {
  const given = text ?? words.join(' ')
  const line = cleanLine(given)
  if (given.trim() === '') {
    const remedy = 'Type it in quotation marks behind the day: 2018-11-15 "campaign".'
    throw new OpsError('bad_argument', 'A note needs a text. Nothing was done.', remedy, { field: 'text' })
  }
  if (line.length > maxNoteLength) {
    const message = `A note has at most ${maxNoteLength} characters; this one has ${count(line.length)}. Nothing was done.`
    throw new OpsError('bad_argument', message, 'Shorten it.', { field: 'text' })
  }
  return line
}

/** Writes a note in somebody's name, once for the run that asks for it. Throws `bad_argument` where there are as many as are kept. */
export async function addNote(days: DaySpan, text: string, { deps, who, runId }: RunContext): Promise<Annotation> {
  const { annotations } = deps.ledger
  const written = (await annotations.list()).filter((note) => note.kind === 'person')
  if (written.length >= mostNotes) {
    throw new OpsError(
      'bad_argument',
      `There are ${count(mostNotes)} notes already. Nothing was done.`,
      'Remove old ones.',
    )
  }
  const created = deps.clock.now().toISOString()
  return annotations.add({ ...days, key: `run:${runId}`, kind: 'person', text, author: askerOf(who), created })
}

/** The note of that number, for who may change it. Throws `not_found` and `not_allowed`. */
export async function findOwnNote(id: number | undefined, { deps, who }: Context): Promise<Annotation> {
  const note = id === undefined ? null : await deps.ledger.annotations.get(id)
  if (note === null) throw noteNotFound(id)
  if (mayChange(note, who)) return note
  const by = note.author === null ? 'the bot' : note.author.name
  const remedy = 'An operator can change it.'
  throw new OpsError('not_allowed', `Note ${note.id} was written by ${by}. Nothing was done.`, remedy)
}

/** Whether this person may change a note: their own, and for operators any. */
export function mayChange({ author }: Annotation, { kind, id, role }: Person): boolean {
  return (author?.kind === kind && author.id === id) || includesRole(role, 'operator')
}

/** There is no such note, or nobody named one. */
export function noteNotFound(id: number | undefined): OpsError {
  const message = id === undefined ? 'Which note? Nothing was done.' : `There is no note ${id}. Nothing was done.`
  return new OpsError('not_found', message, 'Type notes to list them.', { fixCommand: 'notes' })
}

// More lines below a table, and more marks in a chart, are not read.
const mostShown = 9

/** The notes that an answer shows, by day; `more` are left out. */
interface NotesOfAnswer {
  readonly shown: readonly Annotation[]
  readonly more: number
}

/** The notes on days of these windows, in the zone of the answer. Where there are many: those of people first, then the newest. */
export async function notesWithin(
  windows: readonly TimeWindow[],
  zone: string,
  { ledger }: Deps,
): Promise<NotesOfAnswer> {
  if (windows.length === 0) return { shown: [], more: 0 }
  const dayAt = (time: number): string => isoDay(wallClock(time, zone))
  const spans = windows.map(
    ({ from, to }): DaySpan => ({ first: dayAt(from.getTime()), last: dayAt(to.getTime() - 1) }),
  )
  const notes = await ledger.annotations.list(spans)
  const kept = notes
    .toSorted((a, b) => Number(a.kind === 'bot') - Number(b.kind === 'bot') || b.id - a.id)
    .slice(0, mostShown)
  return { shown: notes.filter((note) => kept.includes(note)), more: notes.length - kept.length }
}

/** The notes as lines of small print; none where there are none. */
export function noteLines({ shown, more }: NotesOfAnswer): readonly TextReply[] {
  if (shown.length === 0) return []
  const lines = [...shown.map(noteLine), ...(more === 0 ? [] : [`and ${plural(more, 'more note')}`])]
  return [
    stating(
      lines.map((line) => ({ about: 'note', text: line })),
      '\n',
      'note',
    ),
  ]
}

/** "[12] 18–20 Nov 2018: outage (Ada)"; its number is that of its mark in a chart, and what it is removed by. */
export function noteLine({ id, first, last, text, author }: Annotation): string {
  return `[${id}] ${daysText(first, last)}: ${text}${author === null ? '' : ` (${author.name})`}`
}
