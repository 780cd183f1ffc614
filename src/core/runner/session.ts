import type { Catalog, Request } from '../command/catalog.ts'
import type { LineResult } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import type { Report } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { RunRecord } from '../ports/runs.ts'
import type { Watch } from './live-run.ts'
import type { Registry } from './registry.ts'

/** What is asked, by whom and where. */
export interface Ask {
  readonly request: Request
  readonly who: Asker
  readonly place: Place
  /** Names the delivery (Slack's `trigger_id`), so that one that comes twice is heard once. */
  readonly delivery?: string
  /** What would be asked has been answered: `--yes`, a schedule. A word to be typed is given with `typed`. */
  readonly confirmed?: boolean
  readonly typed?: string | undefined
  readonly watch: Watch
  /** How its end is told, where nobody's words asked for it. */
  readonly report?: Report
}

/** A line to be said as part of a fire. */
export interface LineOfFire {
  readonly line: string
  /** Its place among the lines of the schedule, from 0. */
  readonly at: number
  readonly fire: RunRecord
  /** Ends it with the fire. */
  readonly signal: AbortSignal
}

/** What dispatch works with, for the life of the process. */
export interface Session {
  readonly deps: Deps
  readonly catalog: Catalog
  readonly registry: Registry
  /** Never throws. */
  sayLine(line: LineOfFire): Promise<LineResult>
}

/** A click on a plan: who clicked, where, and in which delivery. */
export type Click = Pick<Ask, 'who' | 'place' | 'delivery'> & { readonly plan: string }

/** A click by which a plan is to be carried out, with the word that was typed for it. */
export type Confirmation = Click & Pick<Ask, 'watch'> & { readonly typed: string | undefined }
