import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { OpsError } from '../core/errors.ts'
import { firstLine } from './failure.ts'
import { literal } from './literal.ts'
import { dayOf, isSourceName, type Listing, noSources, type Variable } from './sources.ts'

/** S3 through DuckDB's httpfs extension, which is fetched from extensions.duckdb.org on first use. */
export interface Remote {
  /** The objects below a prefix. Throws `source_unreadable` or `source_missing`. */
  list(prefix: string, variable: Variable): Promise<Listing>
}

/** Opens the door to S3 on first use. `region` is the bucket's; credentials are those the AWS SDKs find, or none. */
export function createRemote(instance: DuckDBInstance, region: string | undefined): Remote {
  let opened: Promise<void> | undefined
  const open = (): Promise<void> => {
    opened ??= openS3(instance, region).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  return {
    async list(prefix, variable) {
      await open()
      const connection = await instance.connect()
      try {
        return await listObjects(connection, prefix, variable)
      } finally {
        connection.disconnectSync()
      }
    },
  }
}

async function openS3(instance: DuckDBInstance, region: string | undefined): Promise<void> {
  const connection = await instance.connect()
  try {
    await connection.run('install httpfs; load httpfs; install aws; load aws')
    const where = region === undefined ? '' : `, region ${literal(region)}`
    // https://duckdb.org/docs/stable/core_extensions/httpfs/s3api: a secret without keys reads public buckets.
    await connection
      .run(`create or replace secret (type s3, provider credential_chain${where})`)
      .catch(() => connection.run(`create or replace secret (type s3${where})`))
  } catch (error) {
    throw new OpsError(
      'source_unreadable',
      `s3:// needs DuckDB's httpfs extension, which cannot be installed here: ${firstLine(error)}.`,
      'Allow access to extensions.duckdb.org, copy the data to a folder, or use SPARKIFY_ENGINE=redshift.',
      { cause: error },
    )
  } finally {
    connection.disconnectSync()
  }
}

async function listObjects(connection: DuckDBConnection, prefix: string, variable: Variable): Promise<Listing> {
  const below = `${prefix.replace(/\/+$/, '')}/**`
  const skipped: string[] = []
  try {
    const result = await connection.run('select filename, size from read_blob($below) order by filename', { below })
    const objects = (await result.getRowsJS()).map(([path, bytes]) => ({ path: String(path), bytes: Number(bytes) }))
    const visible = objects.filter(
      ({ path }) =>
        !path
          .slice(prefix.length)
          .split('/')
          .some((name) => name.startsWith('.')),
    )
    const files = visible.filter(({ path }) => isSourceName(path)).map((file) => ({ ...file, day: dayOf(file.path) }))
    skipped.push(...visible.filter(({ path }) => !isSourceName(path)).map(({ path }) => path))
    if (files.length > 0) return { files, skipped }
  } catch (error) {
    if (!firstLine(error).startsWith('No files found')) {
      throw new OpsError(
        'source_unreadable',
        `${prefix} cannot be listed: ${firstLine(error)}.`,
        `Check ${variable}.`,
        { cause: error },
      )
    }
  }
  throw noSources(prefix, skipped, variable)
}
