import { type Catalog, mayUse } from '../command/catalog.ts'
import type { Deps } from '../deps.ts'
import type { Person } from '../people.ts'
import type { HomeButton } from './home.ts'
import type { Look } from './look.ts'

/** For whom a Home is made, and of what. */
export interface Viewing {
  readonly who: Person
  readonly look: Look
  readonly deps: Deps
  readonly catalog: Catalog
}

/** The buttons that this person may press. */
export function pressable(next: readonly HomeButton[], { who, catalog }: Viewing): readonly HomeButton[] {
  return next.filter(({ line }) => {
    const command = catalog.named(line)
    return command !== undefined && mayUse(command, who.role)
  })
}
