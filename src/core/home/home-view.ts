import type { Suggestion } from '../answer.ts'
import { type Catalog, mayUse } from '../command/catalog.ts'
import type { Deps } from '../deps.ts'
import { moment } from '../format.ts'
import type { Person } from '../people.ts'
import { type Place, placeWords } from '../place.ts'
import type { StepView } from '../reply.ts'
import type { HomeSnapshot } from './snapshot.ts'

/** A channel, shown as a link. */
interface ChannelLink {
  readonly id: string
  readonly name: string
}

/** Words with channels among them, to be read with spaces between. */
export type Words = readonly (string | ChannelLink)[]

/** A button; `sure` is what is asked before its line is run. */
export type HomeButton = Suggestion & { readonly sure?: string }

/** One thing in a section: its name, what is shown of it, and what can be done with it. Empty fields are not shown. */
export interface HomeEntry {
  readonly title: string
  readonly words: Words
  readonly steps: readonly StepView[]
  readonly next: readonly HomeButton[]
  /** Small print. */
  readonly note: string
}

/** Entries below a heading; the first section has none, because the headline stands above it. */
export interface HomeSection {
  readonly title: string
  readonly entries: readonly HomeEntry[]
}

/**
 * The state for one person, the most important first, with what that person may do. `headline` is the state in one
 * line; `note` is the small print at the end.
 */
export interface Home {
  readonly headline: string
  readonly sections: readonly HomeSection[]
  readonly note: string
}

/** A time (ISO 8601) as everywhere in the bot's answers: "30 Nov 2026, 03:04 UTC". */
export function at(iso: string): string {
  return moment(new Date(iso))
}

/** A place among words. */
export function where(place: Place): string | ChannelLink {
  const name = placeWords(place)
  return place.kind === 'terminal' || place.direct ? name : { id: place.channel, name }
}

/** An entry with these fields. */
export function entry(said: Partial<HomeEntry>): HomeEntry {
  return { title: '', words: [], steps: [], next: [], note: '', ...said }
}

/** For whom a Home is made, and of what. */
export interface Viewing {
  readonly who: Person
  readonly snapshot: HomeSnapshot
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
