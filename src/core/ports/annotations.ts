import type { Asker } from '../people.ts'

/** Days `YYYY-MM-DD`, both inclusive. */
export interface DaySpan {
  readonly first: string
  readonly last: string
}

/**
 * A note on days of the data: by a person, or by the bot on what became of a load. `key` names its occasion, so that it is written once.
 * `created` is ISO 8601 in UTC; a note of the bot has no author.
 */
export interface NewAnnotation extends DaySpan {
  readonly key: string
  readonly kind: 'person' | 'bot'
  readonly text: string
  readonly author: Asker | null
  readonly created: string
}

export interface Annotation extends NewAnnotation {
  readonly id: number
}

/** The notes on days. Those of the bot are written by what makes them true: `LoadStore`. */
export interface AnnotationStore {
  /** Adds a note, once under its key, and gives it as it is then. */
  add(note: NewAnnotation): Promise<Annotation>
  get(id: number): Promise<Annotation | null>
  /** Those that share a day with one of these spans, or all; by their first day, then by number. */
  list(spans?: readonly DaySpan[]): Promise<readonly Annotation[]>
  /** Changes a note, and gives it as it is then; null where it was removed. */
  change(id: number, changes: DaySpan & Pick<Annotation, 'text'>): Promise<Annotation | null>
  /** False where it was removed before. */
  remove(id: number): Promise<boolean>
}
