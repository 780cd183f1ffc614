import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { OpsError } from '../core/errors.ts'
import { firstLine } from './failure.ts'
import { duckdbLiteral } from './literal.ts'
import { dayOf, isSourceName, type Listing, noSources, type Variable } from './sources.ts'

/** S3 through DuckDB's httpfs extension, which is fetched from extensions.duckdb.org on first use. */
interface Remote {
  /** The objects below a prefix. Throws `source_unreadable` or `source_missing`. */
  list(prefix: string, variable: Variable): Promise<Listing>
}

interface RemoteOptions {
  /** The bucket's region. */
  readonly region: string | undefined
  /** The address of the proxy on the way; it may hold a user name and a password. */
  readonly proxy: string | undefined
}

/** Opens the door to S3 on first use. Credentials are those the AWS SDKs find, or none. */
export function createRemote(instance: DuckDBInstance, options: RemoteOptions): Remote {
  let opened: Promise<void> | undefined
  const open = (): Promise<void> => {
    opened ??= openS3(instance, options).catch((error: unknown) => {
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

async function openS3(instance: DuckDBInstance, { region, proxy }: RemoteOptions): Promise<void> {
  const connection = await instance.connect()
  try {
    await connection.run(proxySettings(proxy))
    await connection.run('install httpfs; load httpfs; install aws; load aws')
    const where = region === undefined ? '' : `, region ${duckdbLiteral(region)}`
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

/**
 * What DuckDB asks by HTTP, the download of its extensions included, goes through `http_proxy`. Left alone it takes that from HTTP_PROXY,
 * where it cannot read a user name, and not from HTTPS_PROXY (DuckDB 1.5.5; https://github.com/duckdb/duckdb/pull/22541).
 */
function proxySettings(proxy: string | undefined): string {
  const { protocol, hostname, port, username, password } = new URL(proxy ?? 'http://none')
  const usual = protocol === 'https:' ? '443' : '80'
  const settings = {
    http_proxy: proxy === undefined ? '' : `${hostname}:${port || usual}`,
    http_proxy_username: decodeURIComponent(username),
    http_proxy_password: decodeURIComponent(password),
  }
  return Object.entries(settings)
    .map(([name, value]) => `set global ${name} = ${duckdbLiteral(value)}`)
    .join('; ')
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
    const files = visible
      .filter(({ path }) => isSourceName(path))
      .map((file) => ({ ...file, day: dayOf(file.path), stamp: null }))
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
