import type { Asker, Role } from '../people.ts'

/** Who may do what. Asked at the moment of the act, so that a role withdrawn counts at once. */
export interface Directory {
  roleOf(asker: Asker): Promise<Role>
  /** Ids of the people and groups that have this role or a higher one; empty where nobody is configured. */
  holders(role: Role): readonly string[]
}
