import type { Answer } from '../answer.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'

/** Where an answer can be posted besides where it was asked for. */
export interface Outbox {
  /** Throws `slack` where the bot may not post, with the cure. */
  post(place: Place, answer: Answer, who: Asker): Promise<void>
}
