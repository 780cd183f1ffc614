import type { Catalog } from '../command/catalog.ts'
import type { Deps } from '../deps.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { Watch } from '../run/live-run.ts'
import type { Registry } from '../run/registry.ts'

/** Words, who said them and where. */
export interface Ask {
  readonly line: string
  readonly who: Asker
  readonly place: Place
  /** Names the delivery (Slack's `trigger_id`), so that one that comes twice is heard once. */
  readonly delivery?: string
  /** What would be asked has been answered: `--yes`, a schedule. A word to be typed is given with `typed`. */
  readonly confirmed?: boolean
  readonly typed?: string | undefined
  readonly watch: Watch
}

/** What dispatch works with, for the life of the process. */
export interface Session {
  readonly deps: Deps
  readonly catalog: Catalog
  readonly registry: Registry
}

/** A click on a plan, or its word typed. */
export type Confirmation = Omit<Ask, 'line' | 'confirmed'> & {
  readonly plan: string
  readonly typed: string | undefined
}
