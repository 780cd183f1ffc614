import { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import type { LoadId } from '../../core/ports/engine.ts'
import type { ObjectPlace, ObjectStore } from '../../core/ports/objects.ts'
import type { Work } from '../../core/step.ts'
import type { CopyPlace } from '../names.ts'
import { s3Words } from '../object-store.ts'
import { type RedshiftConnection, runBatch } from './batches.ts'
import { schemaTableOf } from './load-batches.ts'
import { isOtherLoad, loadNotFound, requireLoad } from './load-schemas.ts'
import { errorOfStatement, redshiftLiteral, type Submitted } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

/*
 * The copy of the live load in S3. Below the prefix there is one folder of Parquet for each copy, and one `manifest.json`, which is
 * written last: what it does not name is half a copy, or an old one. It names each table with its CREATE TABLE, its rows and its files.
 */

/** What a copy consists of, as `manifest.json` holds it. Keys are those of objects in the prefix's bucket. */
export const copyManifestSchema = z.object({
  /** Names the ledger whose load it is. */
  home: z.string(),
  load: z.number(),
  /** When it was written; ISO 8601 in UTC. */
  at: z.string(),
  tables: z.array(
    z.object({
      name: z.string(),
      create: z.string(),
      rows: z.number(),
      files: z.array(z.object({ key: z.string(), bytes: z.number(), rows: z.number() })),
    }),
  ),
})
export type CopyManifest = z.output<typeof copyManifestSchema>

// https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html, MANIFEST VERBOSE. The manifest of no rows names no file.
const unloadedSchema = z.object({
  entries: z
    .array(z.object({ url: z.string(), meta: z.object({ content_length: z.number(), record_count: z.number() }) }))
    .default([]),
})

/** What begins the keys of this ledger's copies, or of one of them. */
export function copyFolder({ key }: CopyPlace, home: string, load?: LoadId): string {
  return `${key}${home}-${load === undefined ? '' : `${load}/`}`
}

/** What an unload works with. `roleArn` is asked for each. */
export interface UnloadTarget {
  readonly connection: RedshiftConnection
  readonly roleArn: () => Promise<string>
  readonly store: ObjectStore
  readonly place: CopyPlace
}

/**
 * Unloads tables of the live load as Parquet, all from one transaction, and writes the manifest. Begun again, it writes over what it has
 * written. Throws `aws_denied` where the role may not write, `not_found` where the load is not on the cluster.
 */
export async function unloadCopy(
  { connection, roleArn, store, place }: UnloadTarget,
  load: LoadId,
  schema: readonly string[],
  work: Work,
): Promise<CopyManifest> {
  const { home, clock } = connection
  const tables = schema.map(schemaTableOf)
  const role = redshiftLiteral(await roleArn())
  const folderOf = (name: string): ObjectPlace => ({
    bucket: place.bucket,
    key: `${copyFolder(place, home, load)}${name}/`,
  })
  const submitted = await runBatch(connection, work, 'unload', {
    mode: 'TRANSACTION',
    sqls: [
      requireLoad('live', home, load),
      ...tables.map(
        ({ name, columns }) =>
          `unload (${redshiftLiteral(`select ${columns.join(', ')} from live.${name}`)}) to ${redshiftLiteral(s3Words(folderOf(name)))}` +
          ` iam_role ${role} format as parquet manifest verbose allowoverwrite`,
      ),
    ],
  })
  if (isOtherLoad(submitted, 0)) throw loadNotFound(load)
  if (submitted.status !== 'FINISHED') throw unloadFailure(submitted, place)
  const described = await Promise.all(
    tables.map(async ({ name, create }) => {
      const { bucket, key } = folderOf(name)
      const text = await store.read({ bucket, key: `${key}manifest` }, work.signal)
      if (text === null) throw incomplete(load, name)
      const files = unloadedSchema.parse(JSON.parse(text)).entries.map(({ url, meta }) => ({
        key: url.slice(s3Words({ bucket, key: '' }).length),
        bytes: meta.content_length,
        rows: meta.record_count,
      }))
      return { name, create, rows: files.reduce((sum, { rows }) => sum + rows, 0), files }
    }),
  )
  const manifest = { home, load, at: clock.now().toISOString(), tables: described }
  await store.put(place.manifest, JSON.stringify(manifest, null, 2), work.signal)
  return manifest
}

/** The words are S3's. */
function unloadFailure(submitted: Submitted, place: CopyPlace): OpsError {
  const failure = statementFailure(submitted)
  if (!/Access ?Denied/i.test(errorOfStatement(submitted))) return failure
  const shown = s3Words(place)
  return failure.with({
    message: `The role of the cluster may not write to ${shown}.`,
    remedy: `Run spin-up, which writes its policy. A role of your own (REDSHIFT_ROLE_ARN) needs s3:ListBucket on the bucket and s3:PutObject on ${shown}*.`,
  })
}

function incomplete(load: LoadId, table: string): OpsError {
  return new OpsError('aws', `Redshift has unloaded ${table} of load ${load}, and its manifest is not in S3.`)
}
