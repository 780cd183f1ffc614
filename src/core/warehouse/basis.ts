import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { expected } from '../errors.ts'
import { count, plural } from '../format.ts'
import type { FileChange, LoadId, SourceChanges, Sources } from '../ports/engine.ts'
import type { SqlLibrary } from '../sql/library.ts'
import { valueRules } from '../unreadable.ts'

/*
 * What a load is built on. It begins as a copy of the live load, and reads the files that have changed since, where that comes to the same
 * as reading all of them: the live load knows its files, and was made by the same transforms and rules.
 */

// Raise it with any change to what is read of a file or how a text is repaired (duckdb/, repair.ts): loads of before are no basis then.
const rules = 1

// Computing single keys again costs more for each than computing all: where most has changed, all is faster. Little is fast either way.
const [mostOfAll, little] = [0.5, 100_000_000]

/** The load reads what has changed since the load before, or all; `why`, where there was one before. */
type Basis =
  | { readonly reads: 'changes'; readonly since: LoadId; readonly changes: SourceChanges }
  | { readonly reads: 'all'; readonly since: LoadId | null; readonly why: string | null }

/** Names the transforms and rules that make a load of what the files hold, and what maps their fields. */
export function recipeOf({ schema, etl, foreignTexts }: SqlLibrary, mapping?: string): string {
  const steps = etl.map(({ table, statements }) => [table, statements])
  const parts = [rules, valueRules, schema, steps, foreignTexts, ...(mapping === undefined ? [] : [mapping])]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

/** Decides what a load is to be built on. `full` asks for one that reads everything. */
export async function basisOf(deps: Deps, sources: Sources, full: boolean, signal: AbortSignal): Promise<Basis> {
  const live = await deps.ledger.loads.live()
  if (live === null) return { reads: 'all', since: null, why: null }
  const all = (why: string): Basis => ({ reads: 'all', since: live.id, why })
  if (full) return all('as asked')
  if (live.facts.recipe === undefined) return all(`load ${live.id} keeps no list of its files`)
  if (sources.unlisted !== undefined) return all(sources.unlisted.why)
  if (live.facts.recipe !== recipeOf(deps.library, sources.mapping)) {
    return all(`the transforms ${sources.mapping === undefined ? '' : 'or the JSONPaths file '}have changed`)
  }
  // Where the live load was deleted outside of the bot, or is damaged, loading again is what helps.
  const lost = expected(() => null, 'not_found', 'storage')
  const changes = await deps.engine.changes(live.id, sources, signal).catch(lost)
  if (changes === null) return all(`what has changed since load ${live.id} is not known`)
  if (changes.full !== undefined) return all(changes.full)
  const size = (files: readonly { readonly bytes: number }[]): number =>
    files.reduce((sum, file) => sum + file.bytes, 0)
  const read = size(changes.files.filter(({ change }) => change !== 'gone'))
  if (read > little && read > mostOfAll * size([...sources.log, ...sources.song])) {
    return all('most of the files have changed')
  }
  return { reads: 'changes', since: live.id, changes }
}

/** How many files there are of each kind of change. */
export function tally({
  files,
}: {
  readonly files: readonly Pick<SourceChanges['files'][number], 'change'>[]
}): Readonly<Record<FileChange, number>> {
  const of = (kind: FileChange): number => files.filter(({ change }) => change === kind).length
  return { new: of('new'), changed: of('changed'), gone: of('gone') }
}

/** "2 new files, 1 changed", "1 changed file", or "no file has changed". */
export function changesWords(tallied: Readonly<Record<FileChange, number>>): string {
  const kinds = (['new', 'changed', 'gone'] as const).filter((kind) => tallied[kind] > 0)
  if (kinds.length === 0) return 'no file has changed'
  return kinds
    .map((kind, at) => (at === 0 ? plural(tallied[kind], `${kind} file`) : `${count(tallied[kind])} ${kind}`))
    .join(', ')
}
