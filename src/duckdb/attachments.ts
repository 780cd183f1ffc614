import { constants } from 'node:fs'
import { access, copyFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { codeOf, OpsError } from '../core/errors.ts'
import { cancelled } from '../core/pacing.ts'
import type { LoadId } from '../core/ports/engine.ts'
import { asOpsError } from './failure.ts'
import { duckdbLiteral, identifier } from './literal.ts'
import { pathOfLoad, removeLoad } from './load-files.ts'

// CHECKPOINT is refused while a statement is still running on the file; measured beside busy readers, 1 to 3 tries of 97 ms do.
const checkpointEveryMs = 50
const checkpointTries = 200
// Packs a load in 0.84 of the time that the default format takes, which is that of DuckDB 0.10 (1,000,000 events). DuckDB 1.5 and newer read it.
const storageVersion = 'v1.5.0'

/** `build`: read-write and kept until it is published or given up. `read`: read-only, for as long as somebody reads. */
export type Mode = 'build' | 'read'

interface Attachment {
  readonly alias: string
  readonly mode: Mode
  users: number
}

/** Which load files are attached to the instance, and for whom. Attaching costs 1 to 3 ms, so nothing is kept that nobody uses. */
interface Attachments {
  /** Runs `work` with the load attached under the given name. Throws `not_found` when its file is gone. */
  use<T>(load: LoadId, mode: Mode, work: (alias: string) => Promise<T>): Promise<T>
  /** Makes a new file for a load, empty or a copy of the published load `copyOf`; what was there is removed. */
  create(load: LoadId, copyOf?: LoadId): Promise<unknown>
  /** Writes everything into the file itself and lets go of it, so that other processes may read it. */
  finish(load: LoadId, signal: AbortSignal): Promise<void>
  /** Lets go of a candidate that nobody works on. False when somebody does. */
  release(load: LoadId): Promise<boolean>
}

/** `admin` is a connection of its own, on which nothing else runs. */
export function createAttachments(folder: string, admin: DuckDBConnection): Attachments {
  const attached = new Map<LoadId, Attachment>()
  let attachedEver = 0
  let last: Promise<unknown> = Promise.resolve()

  /** One change at a time, or two readers would attach the same file at once. */
  const exclusively = <T>(change: () => Promise<T>): Promise<T> => {
    const next = last.then(change, change)
    last = next.catch(() => undefined)
    return next
  }

  const attach = async (load: LoadId, mode: Mode | 'create'): Promise<Attachment> => {
    const path = pathOfLoad(folder, load)
    const options = { create: ` (storage_version ${duckdbLiteral(storageVersion)})`, build: '', read: ' (read_only)' }[
      mode
    ]
    // No name is used twice. Where a transaction finds another database under a name that it has seen before, DuckDB (1.5) ends with an
    // internal error and answers nothing from then on. Each read of its catalog sees all names.
    const alias = `load_${load}_${++attachedEver}`
    await admin.run(`attach ${duckdbLiteral(path)} as ${identifier(alias)}${options}`)
    const attachment: Attachment = { alias, mode: mode === 'create' ? 'build' : mode, users: 0 }
    attached.set(load, attachment)
    return attachment
  }

  const detach = async (load: LoadId): Promise<void> => {
    const attachment = attached.get(load)
    if (attachment === undefined) return
    attached.delete(load)
    await admin.run(`detach ${identifier(attachment.alias)}`)
  }

  const open = async (load: LoadId, mode: Mode): Promise<Attachment> => {
    const present = attached.get(load)
    if (present !== undefined) return present
    try {
      // Read-write, DuckDB would create the file again.
      await access(pathOfLoad(folder, load))
      return await attach(load, mode)
    } catch (error) {
      throw (await isGone(folder, load)) ? gone(load, mode, error) : asOpsError(error)
    }
  }

  return {
    async use(load, mode, work) {
      const attachment = await exclusively(async () => {
        const found = await open(load, mode)
        found.users++
        return found
      })
      try {
        return await work(attachment.alias)
      } finally {
        await exclusively(async () => {
          attachment.users--
          if (attachment.users === 0 && attachment.mode === 'read' && attached.get(load) === attachment)
            await detach(load)
        })
      }
    },
    create(load, copyOf) {
      return exclusively(async () => {
        await detach(load)
        await removeLoad(folder, load)
        if (copyOf === undefined) return attach(load, 'create')
        // Where the file system can, the copy shares the blocks of the original. 574 MB in full: 0.9 s.
        await copyFile(pathOfLoad(folder, copyOf), pathOfLoad(folder, load), constants.COPYFILE_FICLONE)
        return attach(load, 'build')
      })
    },
    finish(load, signal) {
      return exclusively(async () => {
        const { alias } = await open(load, 'build')
        await checkpoint(admin, alias, signal)
        await detach(load)
      })
    },
    release(load) {
      return exclusively(async () => {
        const attachment = attached.get(load)
        if (attachment === undefined) return true
        if (attachment.users > 0) return false
        await detach(load)
        return true
      })
    },
  }
}

async function checkpoint(admin: DuckDBConnection, alias: string, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.run(`checkpoint ${identifier(alias)}`)
      return
    } catch (error) {
      if (!String(error).includes('Cannot CHECKPOINT') || attempt === checkpointTries) throw asOpsError(error, signal)
    }
    await setTimeout(checkpointEveryMs, undefined, { signal }).catch((error: unknown) => {
      throw cancelled(signal, error)
    })
  }
}

async function isGone(folder: string, load: LoadId): Promise<boolean> {
  return access(pathOfLoad(folder, load)).then(
    () => false,
    (error: unknown) => codeOf(error) === 'ENOENT',
  )
}

function gone(load: LoadId, mode: Mode, cause: unknown): OpsError {
  return mode === 'read'
    ? new OpsError('not_found', `Load ${load} is not there any more.`, 'Ask again.', { cause })
    : new OpsError('not_found', `The half-built load ${load} is not there any more.`, 'Load again.', {
        cause,
        fixCommand: 'etl',
        fixLabel: 'Load',
      })
}
