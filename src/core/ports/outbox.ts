import type { Answer } from '../answer.ts'
import type { OpsError } from '../errors.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'

/** Where words can be said besides where they were asked for. */
export interface Outbox {
  /** Throws `slack` where the bot may not post, with the cure. */
  post(place: Place, answer: Answer, who: Asker): Promise<void>
  /**
   * The same place by its channel's id, where it was given by a name; as it is where nobody can say, and where there is no such channel,
   * which `obstacle` says.
   */
  resolve(place: Place): Promise<Place>
  /**
   * Why nothing can be posted there, or not for `by`, who is not in that channel, with the cure, as an error to be shown; null where it
   * can be, or where nobody can say whether the bot may. Of a person that must be known: it is an obstacle where nobody can say.
   */
  obstacle(place: Place, by: Asker | null): Promise<OpsError | null>
  /** Set where nobody can ever say, because this process has no way to ask. */
  readonly isBlind?: boolean
  /** Tells one person directly. Throws what the face throws where they cannot be reached. */
  tell(person: Asker, answer: Answer): Promise<void>
}
