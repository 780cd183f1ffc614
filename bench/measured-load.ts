import type { Statement, Target } from '../src/core/ports/engine.ts'
import type { SqlLibrary } from '../src/core/sql/library.ts'
import type { Work } from '../src/core/step.ts'
import { sideBySide } from '../src/core/warehouse/load.ts'
import { repairText } from '../src/core/warehouse/repair.ts'
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

/** One complete load through the engine, as `etl` does it: stage side by side, repair, transform, audit, publish. */
export async function loadThroughEngine(folder: string, data: SourceFolders, library: SqlLibrary): Promise<Counts> {
  const engine = await createDuckdbEngine({ folder, ...data })
  const target: Target = { kind: 'candidate', load: 1 }
  const ask = (statement: Statement, maxRows = 5) => engine.query(target, statement, { maxRows, signal })
  try {
    const sources = await engine.sources(signal)
    await engine.begin(1, [...library.schema.staging, ...library.schema.star, ...library.schema.load], work)
    await Promise.all([engine.stage(1, 'log', sources, 0, work), engine.stage(1, 'song', sources, 0, work)])
    const foreign = await ask({ sql: library.foreignTexts }, Number.MAX_SAFE_INTEGER)
    await engine.execute(1, repairs(foreign.rows.map(([words]) => String(words))), work)
    for (const files of sideBySide(library.etl)) {
      await Promise.all(files.map(({ table, statements }) => engine.transform(1, table, statements, work)))
    }
    const tables = [...library.tables.staging, ...library.tables.star]
    const counting = tables.map(async (table) => {
      const { rows } = await ask({ sql: `select count(*) as n from ${table}` })
      return [table, Number(rows[0]?.[0])] as const
    })
    const [counts] = await Promise.all([
      Promise.all(counting),
      Promise.all(library.checks.map(({ sql }) => ask({ sql }))),
      ask({ sql: library.summary, values: { tomorrow: '2100-01-01 00:00:00' } }),
    ])
    await engine.publish(1, work)
    return Object.fromEntries(counts)
  } finally {
    await engine.close()
  }
}

// As many as core puts into a statement.
const pairsPerStatement = 25

function repairs(texts: readonly string[]): readonly Statement[] {
  const pairs = texts.flatMap((raw) => {
    const repaired = repairText(raw)
    return repaired === null ? [] : [{ raw, repaired }]
  })
  return Array.from({ length: Math.ceil(pairs.length / pairsPerStatement) }, (_, n) => {
    const some = pairs.slice(n * pairsPerStatement, (n + 1) * pairsPerStatement)
    return {
      sql: `insert into text_repairs (raw_text, repaired) values ${some.map((__, i) => `(:raw_${i}, :repaired_${i})`).join(', ')}`,
      values: Object.fromEntries(
        some.flatMap(({ raw, repaired }, i) => [
          [`raw_${i}`, raw],
          [`repaired_${i}`, repaired],
        ]),
      ),
    }
  })
}
