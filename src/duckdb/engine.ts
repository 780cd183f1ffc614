import { setMaxListeners } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { OpsError } from '../core/errors.ts'
import { createSemaphore } from '../core/pacing.ts'
import type { Engine, LoadId, ResultSet, SourceFile, Sources } from '../core/ports/engine.ts'
import type { Work } from '../core/step.ts'
import { isRemote, sourcesSummary } from '../core/warehouse/sources.ts'
import { createAttachments, type Mode } from './attachments.ts'
import { type Dataset, datasets } from './datasets.ts'
import { damaged, damagedCandidate, inFolder, isCorrupt, isDamage } from './failure.ts'
import { hashesOf } from './hashes.ts'
import {
  dropIncrement,
  isIncrement,
  openIncrement,
  runAll,
  showNewRows,
  showTouched,
  transformTouched,
} from './increment.ts'
import { openInstance, usualMemoryLimit } from './instance.ts'
import { duckdbLiteral, identifier } from './literal.ts'
import { loadsIn, removeAbandonedScratch, removeLoad, storedIn } from './load-files.ts'
import { locateEvent } from './locate.ts'
import { verifyPacked } from './packed.ts'
import { inDuckdb, select } from './select.ts'
import { type DuckdbSession, withSession } from './session.ts'
import { addOwnColumns, compare, hasList, loadedFilesOf, nameIn, takeOverGone, whereRead } from './source-list.ts'
import { asSourceError, type Listing, listFolder, type Variable } from './sources.ts'
import { stageFiles } from './stage.ts'

const logVariable = 'SPARKIFY_LOG_DATA'
const songVariable = 'SPARKIFY_SONG_DATA'

/**
 * Where the loads and the sources lie. `folder` holds one file per load; `logData` and `songData` are folders, or `s3://bucket/prefix`, of which
 * the caller lists the objects and fetches them into a folder, `fetched`; `maxConcurrent` statements run at a time (each holds one thread of libuv's pool); `memoryLimit` as DuckDB writes it;
 * rows of files that are gone stay where `keepGone`; `now` is the time by the clock of the file system, in milliseconds since 1970.
 */
export interface DuckdbOptions {
  readonly folder: string
  readonly logData: string
  readonly songData: string
  readonly fetched?: string | undefined
  readonly maxConcurrent?: number | undefined
  readonly memoryLimit?: string | undefined
  readonly keepGone?: boolean | undefined
  readonly now?: (() => number) | undefined
}

/**
 * The warehouse on an embedded DuckDB: one file per load, read-write in the process that builds it, read-only for everybody
 * once it is published. So readers never wait, and never see a mixture of two loads.
 */
export async function createDuckdbEngine(options: DuckdbOptions): Promise<Engine> {
  const { folder, logData, songData, fetched = folder, maxConcurrent = 4 } = options
  const { memoryLimit = usualMemoryLimit(), keepGone = false, now = Date.now } = options
  const places = [logData, songData, fetched].filter((place) => !isRemote(place))
  const instance = await openInstance({ folder, places, memoryLimit })
  const admin = await instance.connect()
  const attachments = createAttachments(folder, admin)
  const semaphore = createSemaphore(maxConcurrent)

  const inTurn = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    // All statements of a run listen to its one signal; Node takes more than ten listeners for a leak and warns of it.
    setMaxListeners(0, signal)
    return semaphore.use(signal, work)
  }

  const inLoad = <T>(
    load: LoadId,
    mode: Mode,
    signal: AbortSignal,
    work: (session: DuckdbSession) => Promise<T>,
  ): Promise<T> =>
    inTurn(signal, () => attachments.use(load, mode, (alias) => withSession(instance, alias, signal, work)))

  const inCandidate = async <T>(
    load: LoadId,
    signal: AbortSignal,
    work: (session: DuckdbSession) => Promise<T>,
  ): Promise<T> => {
    try {
      return await inLoad(load, 'build', signal, work)
    } catch (error) {
      throw isCorrupt(error) ? damagedCandidate(load, error) : error
    }
  }

  const inServed = async <T>(
    load: LoadId,
    signal: AbortSignal,
    work: (session: DuckdbSession) => Promise<T>,
    which: Parameters<typeof damaged>[1] = 'live',
  ): Promise<T> => {
    try {
      return await inLoad(load, 'read', signal, work)
    } catch (error) {
      throw isDamage(error) ? damaged(load, which, error) : error
    }
  }

  // Objects in S3 are listed by the caller, who fetches them.
  const list = async (place: string, variable: Variable, signal: AbortSignal): Promise<Listing> =>
    isRemote(place) ? { files: [], skipped: [] } : listFolder(place, variable, signal, now())

  /** The allocator keeps what a load has used (0.4 GB after 1,000,000 events); setting the limit, as it is, makes it let go. */
  const giveMemoryBack = async (): Promise<void> => {
    // Not on the connection that attaches: nothing else may run there.
    const connection = await instance.connect()
    try {
      await connection.run(`set global memory_limit = ${duckdbLiteral(memoryLimit)}`)
    } finally {
      connection.disconnectSync()
    }
  }

  /** Reads every block of a load: DuckDB compares the checksum of a block when it reads it. A second for ten million plays. */
  const verify = (load: LoadId, signal: AbortSignal, which: Parameters<typeof damaged>[1] = 'live'): Promise<void> => {
    const readAll = async (session: DuckdbSession): Promise<void> => {
      const tables = 'select table_name from duckdb_tables() where database_name = current_database()'
      for (const [table] of await session.rows(tables)) {
        await session.run(`select bit_xor(hash(t)) from ${identifier(String(table))} as t`)
      }
    }
    return inServed(load, signal, readAll, which)
  }

  /** Makes the file of a candidate one that everybody reads, and nobody changes any more. */
  const finish = async (load: LoadId, { signal }: Work): Promise<void> => {
    await inCandidate(load, signal, dropIncrement)
    await inTurn(signal, () => attachments.finish(load, signal))
  }

  /** Takes the rows of files that are gone over into a new load. */
  const keepGoneFiles = async (
    load: LoadId,
    before: LoadId,
    { log, song, leftOut = [] }: Sources,
    signal: AbortSignal,
  ): Promise<void> => {
    const there = (files: readonly SourceFile[]) => [...files.map(({ path }) => path), ...leftOut]
    try {
      await attachments.use(before, 'read', (alias) =>
        inCandidate(load, signal, (session) =>
          session.transaction(async () => {
            await takeOverGone(session, alias, datasets.log, logData, there(log))
            await takeOverGone(session, alias, datasets.song, songData, there(song))
          }),
        ),
      )
    } catch (error) {
      if (!isDamage(error) && !(error instanceof OpsError && error.code === 'not_found')) throw error
      const lost = `Load ${before} cannot be read, so the rows of files that are gone since would be lost.`
      const remedy = 'Restore its file, or load without these rows: SPARKIFY_GONE_FILES=drop.'
      throw OpsError.untouched('storage', lost, remedy, { cause: error })
    }
  }

  return {
    name: 'duckdb',
    source: `${logData} ${songData}`,
    async sources(signal) {
      const log = await list(logData, logVariable, signal)
      const song = await list(songData, songVariable, signal)
      const skipped = [
        ...log.skipped.map((path) => nameIn(logData, path)),
        ...song.skipped.map((path) => nameIn(songData, path)),
      ]
      return { log: log.files, song: song.files, skipped, summary: sourcesSummary(log.files, song.files) }
    },
    async changes(load, sources, signal) {
      return inServed(load, signal, async (session) => {
        if (!(await hasList(session, session.alias))) return null
        const { leftOut = [] } = sources
        const ofDataset = (dataset: Dataset, root: string) =>
          compare(session, dataset, sources[dataset.name], { root, keepGone, leftOut }, signal)
        const differences = [await ofDataset(datasets.log, logData), await ofDataset(datasets.song, songData)]
        const gone = differences.flatMap(({ remove }) => remove).filter(({ change }) => change === 'gone')
        const files = [...differences.flatMap(({ read }) => read), ...gone]
        return {
          files: files.map(({ path, bytes: size, change }) => ({ path, bytes: size, change })),
          unchanged: differences.reduce((sum, { unchanged }) => sum + unchanged, 0),
        }
      })
    },
    loadedFiles: (load, signal) => inServed(load, signal, loadedFilesOf),
    async contentOf(file, signal) {
      return isRemote(file.path) ? file.stamp : ((await hashesOf([file], signal)).get(file.path) ?? null)
    },
    async begin(load, schema, { signal }, before) {
      const copyOf = before?.reads === 'changes' ? before.load : undefined
      await inFolder(folder, async () => {
        await mkdir(folder, { recursive: true })
        await attachments.create(load, copyOf).catch((error: unknown) => {
          throw copyOf !== undefined && isDamage(error) ? damagedCandidate(load, error) : error
        })
      })
      await inCandidate(load, signal, (session) =>
        session.transaction(async () => {
          for (const sql of schema) await session.run(sql)
          await addOwnColumns(session)
          if (copyOf !== undefined) await openIncrement(session)
        }),
      )
      if (before?.reads === 'all' && keepGone) await keepGoneFiles(load, before.load, before.sources, signal)
    },
    async stage(load, name, sources, maxErrors, work) {
      const [root, variable] = name === 'log' ? ([logData, logVariable] as const) : ([songData, songVariable] as const)
      const { [name]: files, leftOut = [] } = sources
      const staging = { dataset: datasets[name], files, maxErrors, root, keepGone, leftOut }
      try {
        return await inCandidate(load, work.signal, (session) => stageFiles(session, staging, work))
      } catch (error) {
        throw asSourceError(error, root, variable)
      }
    },
    async locate({ log: files }, event, signal) {
      const { here, pathOf } = whereRead(files)
      const log = files.map(here)
      const shown = (path: string): string => nameIn(logData, pathOf(path))
      try {
        const padded = await verifyPacked(log, shown, signal)
        return await inTurn(signal, () =>
          withSession(instance, 'memory', signal, (session) =>
            locateEvent(session, { files: log, padded, shown }, event),
          ),
        )
      } catch (error) {
        throw asSourceError(error, logData, logVariable)
      }
    },
    execute(load, statements, { signal }) {
      return inCandidate(load, signal, (session) =>
        session.transaction(async () => {
          const written: number[] = []
          for (const statement of statements) {
            const { sql, bindings } = inDuckdb(statement)
            written.push((await session.run(sql, bindings)).rowsChanged)
          }
          return written
        }),
      )
    },
    transform(load, table, statements, { signal }) {
      return inCandidate(load, signal, (session) =>
        session.transaction(async () =>
          (await isIncrement(session)) ? transformTouched(session, table, statements) : runAll(session, statements),
        ),
      )
    },
    query({ kind, load, touched }, statement, { signal, ...wanted }) {
      if (kind === 'new') {
        return inCandidate(load, signal, async (session) => {
          await showNewRows(session, Object.values(datasets))
          return select(session, statement, wanted)
        })
      }
      const ask = async (session: DuckdbSession): Promise<ResultSet> => {
        if (touched === undefined) return select(session, statement, wanted)
        return attachments.use(touched.by, 'build', async (candidate) => {
          await showTouched(session, touched.key, candidate)
          return select(session, statement, wanted)
        })
      }
      return kind === 'candidate' ? inCandidate(load, signal, ask) : inServed(load, signal, ask, kind)
    },
    verify: (load, signal) => verify(load, signal),
    publish: finish,
    // The file of a load is where it stays; the ledger's pointer names the one that is live.
    hold: finish,
    keeps: 3,
    copies: null,
    // A damaged file must not become what everybody reads.
    restore: (load, signal) => verify(load, signal, 'kept'),
    stored: () => storedIn(folder),
    async retain(loads) {
      await inFolder(folder, async () => {
        for (const load of await loadsIn(folder)) {
          if (!loads.includes(load) && (await attachments.release(load))) await removeLoad(folder, load)
        }
        await removeAbandonedScratch(folder)
      })
      await giveMemoryBack()
    },
    async close() {
      admin.disconnectSync()
      instance.closeSync()
    },
  }
}
