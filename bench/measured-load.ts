import type { Engine, LoadId, Statement, Target } from '../src/core/ports/engine.ts'
import type { SqlLibrary } from '../src/core/sql/library.ts'
import type { Work } from '../src/core/step.ts'
import { sideBySide } from '../src/core/warehouse/load.ts'
import { repairTexts } from '../src/core/warehouse/repair-texts.ts'
import { createDuckdbEngine } from '../src/duckdb/index.ts'

/** Rows by table. */
export type Counts = Readonly<Record<string, number>>

const signal = new AbortController().signal
const work: Work = { key: 'bench', signal, handle: () => undefined, keep: async () => {}, progress: () => {} }

/** Where the data lies, in the bucket's layout. */
export interface SourceFolders {
  readonly logData: string
  readonly songData: string
}

/** One complete load through an engine of its own, as `etl` does it. */
export async function loadThroughEngine(folder: string, data: SourceFolders, library: SqlLibrary): Promise<Counts> {
  const engine = await createDuckdbEngine({ folder, ...data })
  try {
    return (await measuredLoad(engine, library, 1)).counts
  } finally {
    await engine.close()
  }
}

/** The parts of a load. `list` compares the files with those of the load before, and copies it; `compare` is the comparison with it. */
export const parts = ['list', 'stage', 'transform', 'audit', 'compare', 'publish'] as const
export type Part = (typeof parts)[number]

/** What a load came to: the rows of its tables, the checks that are red, and the seconds of processor time of each part. */
export interface Measured {
  readonly load: LoadId
  readonly counts: Counts
  readonly red: readonly string[]
  readonly processor: Readonly<Record<Part, number>>
}

/**
 * One complete load: list the sources, stage side by side, repair, transform, audit, compare, publish. Where there is a load `before`, it
 * begins as a copy of that one, reads what has changed, and is compared with it.
 */
export async function measuredLoad(
  engine: Engine,
  library: SqlLibrary,
  load: LoadId,
  base?: Measured,
): Promise<Measured> {
  const before = base?.load
  const candidate: Target = { kind: 'candidate', load }
  const ask = (target: Target, statement: Statement, maxRows = 5) =>
    engine.query(target, statement, { maxRows, signal })
  const processor: Record<Part, number> = { list: 0, stage: 0, transform: 0, audit: 0, compare: 0, publish: 0 }
  const during = async <T>(part: Part, task: () => Promise<T>): Promise<T> => {
    const used = process.cpuUsage()
    const result = await task()
    const { user, system } = process.cpuUsage(used)
    processor[part] += (user + system) / 1e6
    return result
  }
  const sources = await during('list', async () => {
    const found = await engine.sources(signal)
    if (before !== undefined) await engine.changes(before, found, signal)
    const schema = [...library.schema.staging, ...library.schema.star, ...library.schema.load]
    const basis = before === undefined ? undefined : { load: before, reads: 'changes' as const, sources: found }
    await engine.begin(load, schema, work, basis)
    return found
  })
  await during('stage', () =>
    Promise.all([engine.stage(load, 'log', sources, 0, work), engine.stage(load, 'song', sources, 0, work)]),
  )
  await during('transform', async () => {
    await repairTexts(load, { engine, library }, work, before === undefined ? null : false)
    for (const files of sideBySide(library.etl)) {
      await Promise.all(files.map(({ table, statements }) => engine.transform(load, table, statements, work)))
    }
  })
  const { counts, red } = await during('audit', async () => {
    const tables = [...library.tables.staging, ...library.tables.star]
    const counting = tables.map(async (table) => {
      const { rows } = await ask(candidate, { sql: `select count(*) as n from ${table}` })
      return [table, Number(rows[0]?.[0])] as const
    })
    const checking = library.checks.map(async ({ name, key, sql }) => {
      const isTouched = base !== undefined && !base.red.includes(name) && key !== null
      const { total } = await ask(isTouched ? { ...candidate, touched: { key, by: load } } : candidate, { sql })
      return total > 0 ? [name] : []
    })
    // Plays can be lost only where keys are repeated.
    const summarising = async (): Promise<void> => {
      const summary = await ask(candidate, { sql: library.summary, values: { tomorrow: '2100-01-01 00:00:00' } })
      const repeats = summary.rows[0]?.[summary.columns.findIndex(({ name }) => name === 'repeats')]
      if (Number(repeats) === 0) return
      await ask(base === undefined ? candidate : { ...candidate, touched: { key: 'event', by: load } }, {
        sql: library.lostPlays,
      })
    }
    const [counted, checked] = await Promise.all([Promise.all(counting), Promise.all(checking), summarising()])
    return { counts: Object.fromEntries(counted), red: checked.flat() }
  })
  if (before !== undefined) {
    const { days, artists } = library.comparison
    const both = [candidate, { kind: 'live', load: before } as const]
    // As many rows as core reads of each.
    await during('compare', () =>
      Promise.all(
        both.flatMap((target) => [
          ask(target, { sql: days }, 50_000),
          ask({ ...target, touched: { key: 'event', by: load } }, { sql: artists }, 20_000),
        ]),
      ),
    )
  }
  await during('publish', async () => {
    await engine.publish(load, work)
    await engine.retain(before === undefined ? [load] : [before, load])
  })
  return { load, counts, red, processor }
}
