import type { Asker, Role } from '../people.ts'

/**
 * What is known of people. Asked at the moment of the act, so that a role withdrawn counts at once. What is not known is said, never
 * guessed: nobody loses anything because Slack did not answer.
 */
export interface Directory {
  /** Throws `slack` where that is not known now. */
  roleOf(asker: Asker): Promise<Role>
  /** The time zone of their profile, an IANA name; UTC where none is known. */
  zoneOf(asker: Asker): Promise<string>
  /** Whether they are known to have left: their account is closed, or gone. False where that is not known. */
  hasLeft(asker: Asker): Promise<boolean>
  /** Whether they are a guest of the workspace, who is never more than a viewer and approves nothing. Throws `slack` where that is not known now. */
  isGuest(asker: Asker): Promise<boolean>
  /** Ids of the people and groups that have this role or a higher one; empty where nobody is configured. */
  holders(role: Role): readonly string[]
  /** The people that ids of people and groups stand for. Throws `slack` where that is not known now. */
  peopleOf(ids: readonly string[]): Promise<readonly string[]>
}
