import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCopies } from '../../../src/copies.ts'
import type { Copies } from '../../../src/core/ports/engine.ts'
import type { QueryFile } from '../../../src/core/sql/files.ts'
import { type QueryArgs, statementOf } from '../../../src/core/sql/query-statement.ts'
import { copiedTables } from '../../../src/core/warehouse/copy.ts'
import type { RedshiftEngine } from '../../../src/redshift/engine/redshift-engine.ts'
import { copyPlaceOf } from '../../../src/redshift/names.ts'
import { createObjectStore } from '../../../src/redshift/object-store.ts'
import { twoDays } from '../../support/two-days.ts'
import { build, createStage, library, never, newStep, type Stage } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'sparkify-copies-'))
const bucket = join(folder, 'bucket')
const place = copyPlaceOf('s3://sparkify-copies/star/')
const schema = copiedTables(library)
let stage: Stage
let client: S3Client
let engine: RedshiftEngine & { readonly copies: Copies }

function openEngine(home: string): RedshiftEngine & { readonly copies: Copies } {
  const store = createObjectStore(client)
  const opened = stage.open({
    copies: (connection) =>
      createCopies({
        unload: { connection, roleArn: stage.settings.roleArn, store, place },
        folder: join(folder, home),
        memoryLimit: undefined,
      }),
  })
  const { copies } = opened
  if (copies === null) throw new Error('the engine makes no copies')
  return { ...opened, copies }
}

beforeAll(async () => {
  const everything = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetObject', 's3:PutObject'], Resource: '*' }],
  })
  stage = await createStage(
    twoDays,
    {
      // Several pages for each listing.
      listPageKeys: 5,
      buckets: {
        'sparkify-data': { folder: twoDays.folder, region: 'us-west-2' },
        'sparkify-copies': { folder: bucket, region: 'us-west-2' },
      },
    },
    everything,
  )
  client = new S3Client(stage.double.client)
  engine = openEngine('one')
  await build(engine, 1)
  await engine.publish(1, newStep())
  await engine.copies.make(1, schema, newStep())
}, 120_000)

afterAll(async () => {
  await engine.close()
  client.destroy()
  await stage.close()
  rmSync(folder, { recursive: true, force: true })
})

const span = { oldest: new Date('2018-11-10T00:00:00Z'), newest: new Date('2018-11-11T23:42:00Z') }

/** A query with its defaults, with each of its choices, and with windows and zones where it knows them. */
function askings({ params, timed }: QueryFile): readonly QueryArgs[] {
  const choices = params.flatMap((param): QueryArgs[] => {
    switch (param.kind) {
      case 'choice':
        return param.values.map((value) => ({ [param.name]: value }))
      case 'flag':
        return [{ [param.name]: true }, { [param.name]: false }]
      case 'integer':
        return [{ [param.name]: param.min }, { [param.name]: Math.min(param.max, 7) }]
      case 'zone':
        return [{ [param.name]: 'America/New_York' }]
      default:
        return []
    }
  })
  const windows = timed ? [{ last: '24h' }, { since: '2018-11-10', until: '2018-11-10' }] : []
  return [{}, ...choices, ...windows]
}

describe('a copy of a load', { timeout: 120_000 }, () => {
  it.each(library.queries.map((query) => [query.name, query] as const))(
    'answers %s as the cluster does, cell by cell',
    async (_, query) => {
      for (const args of askings(query)) {
        const { statement } = statementOf(query, args, span)
        const options = { maxRows: 1000, timeOrder: query.timeOrder, signal: never }
        const [live, copied] = [
          await engine.query({ kind: 'live', load: 1 }, statement, options),
          await engine.copies.query(1, statement, options),
        ]
        expect([args, copied]).toEqual([args, live])
      }
    },
  )

  it('changes nothing when it is asked', async () => {
    await expect(
      engine.copies.query(1, { sql: 'delete from users' }, { maxRows: 1, signal: never }),
    ).rejects.toMatchObject({ code: 'sql_failed' })
  })

  it('is fetched by a machine that has none, once for several questions, and is not answered from where it is half there', async () => {
    const other = openEngine('two')
    const ask = () =>
      other.copies.query(1, { sql: 'select count(*) as n from songplays' }, { maxRows: 1, signal: never })
    await stage.double.clearCalls()
    expect((await Promise.all([ask(), ask(), ask()])).map(({ rows }) => rows)).toEqual([[[160]], [[160]], [[160]]])
    const gets = (await stage.double.calls()).filter(({ action }) => action === 's3:GetObject')
    // The manifest, and two files of each of eight tables at most.
    expect(gets.length).toBeLessThanOrEqual(17)
    await other.close()
    // A copy of another load: what lies there is not the one that is asked for.
    await expect(engine.copies.query(2, { sql: 'select 1 as n' }, { maxRows: 1, signal: never })).rejects.toMatchObject(
      { code: 'not_found', message: 'There is no copy of load 2 in s3://sparkify-copies/star/.' },
    )
  })

  it('is refused where a file has other rows than its manifest says', async () => {
    const broken = openEngine('three')
    const manifest = join(bucket, 'star/manifest.json')
    const whole = readFileSync(manifest, 'utf8')
    const read = JSON.parse(whole)
    for (const table of read.tables) if (table.name === 'users') table.rows += 1
    writeFileSync(manifest, JSON.stringify(read))
    const ask = () => broken.copies.query(1, { sql: 'select count(*) as n from users' }, { maxRows: 1, signal: never })
    await expect(ask()).rejects.toMatchObject({
      code: 'bad_data',
      message: 'The copy of users has 27 rows instead of 28.',
    })
    // Nothing of it stays, or a full disk would stay full.
    expect(readdirSync(join(folder, 'three'))).toEqual([])
    writeFileSync(manifest, whole)
    const stop = new AbortController()
    stop.abort()
    const sql = { sql: 'select count(*) as n from users' }
    await expect(broken.copies.query(1, sql, { maxRows: 1, signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect((await ask()).rows).toEqual([[27]])
    await broken.close()
  })

  it('is one of several that are kept, until all are removed, those of other ledgers not', async () => {
    const foreign = join(bucket, 'star', 'ffff-1')
    mkdirSync(foreign, { recursive: true })
    writeFileSync(join(foreign, 'users.parquet'), 'somebody else')
    await build(engine, 2)
    await engine.publish(2, newStep())
    const size = await engine.copies.make(2, schema, newStep())
    const sizes = (within: string, isMeant: (name: string) => boolean): number =>
      readdirSync(within, { recursive: true, encoding: 'utf8' })
        .filter((name) => isMeant(name) && statSync(join(within, name)).isFile())
        .reduce((sum, name) => sum + statSync(join(within, name)).size, 0)
    const both = await engine.copies.stored(never)
    expect(both).toEqual({
      there: sizes(join(bucket, 'star'), (name) => name !== 'manifest.json' && !name.startsWith('ffff-1')),
      here: sizes(join(folder, 'one'), (name) => name.endsWith('.duckdb')),
    })
    expect(size).toBe(sizes(join(bucket, 'star'), (name) => /-2[\\/].*\.parquet$/.test(name)))
    await engine.copies.retain(2, never)
    const one = await engine.copies.stored(never)
    expect(one.there).toBeLessThan(both.there * 0.6)
    expect(one.here).toBeLessThan(both.here * 0.6)
    await engine.copies.retain(null, never)
    expect(await engine.copies.stored(never)).toEqual({ there: 0, here: 0 })
    expect(existsSync(join(bucket, 'star/manifest.json'))).toBe(false)
    expect(existsSync(join(foreign, 'users.parquet'))).toBe(true)
  })
})
