import { emptyWarehouse } from './template.ts'
import { openWarehouse, type Warehouse } from './warehouse.ts'

/** What a cluster keeps its tables in. The database is opened by the first who asks. */
export type Storage = {
  readonly open: () => Promise<Warehouse>
  /** The files of the database as they are now. */
  readonly content: () => Promise<Blob>
  readonly close: () => Promise<void>
}

/** Storage that begins with the files of a snapshot, or empty. */
export function createStorage(begin?: Promise<Blob>): Storage {
  let opened: Promise<Warehouse> | undefined
  return {
    open: () => {
      opened ??= openWarehouse(begin)
      return opened
    },
    content: async () => (opened === undefined ? (begin ?? emptyWarehouse()) : (await opened).dump()),
    close: async () => {
      if (opened !== undefined) await (await opened).close()
    },
  }
}
