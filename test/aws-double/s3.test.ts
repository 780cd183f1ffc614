import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadingRole, createReadyCluster, type Sql, sqlOf } from '../support/aws/scene.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

const folder = mkdtempSync(join(tmpdir(), 'double-s3-'))
let double: Double
let s3: S3Client
let sql: Sql
let writer: string
let reader: string

function put(key: string, content: string): void {
  mkdirSync(dirname(join(folder, key)), { recursive: true })
  writeFileSync(join(folder, key), content)
}

function policy(actions: readonly string[]): string {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

beforeAll(async () => {
  double = await startDouble({
    speed: 1_000_000,
    listPageKeys: 2,
    principalPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
          Resource: 'arn:aws:s3:::plays/a/*',
        },
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: '*', Condition: { StringLike: { 's3:prefix': 'a/*' } } },
      ],
    },
    buckets: {
      plays: { folder, region: 'us-west-2' },
      elsewhere: { folder, region: 'eu-west-1' },
    },
  })
  s3 = new S3Client(double.client)
  writer = await createReadingRole(double.scene, 'writer', policy(['s3:ListBucket', 's3:PutObject']))
  reader = await createReadingRole(double.scene, 'reader', policy(['s3:ListBucket', 's3:GetObject']))
  const cluster = await createReadyCluster(double.scene, { IamRoles: [writer, reader] })
  sql = sqlOf(double.scene, cluster)
  await sql.run('create table plays (id integer, song varchar(256), length double precision, at timestamp)')
  await sql.run(
    "insert into plays values (1, 'ünï', 0.1, '2018-11-01 01:02:03.456'), (2, null, null, null), (3, 'x''y', 1e300, '2018-11-02')",
  )
  for (const key of ['a/1.json', 'a/2.json', 'a/b/3.json', 'c.json']) put(key, key)
})
afterAll(async () => {
  s3.destroy()
  await double.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('S3 on the wire', () => {
  it('lists in pages, in the order of keys, with sizes and ETags that change with the content', async () => {
    const list = async () => {
      const pages = []
      for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: 'plays', Prefix: 'a/' }))
        pages.push(page)
      return pages
    }
    const pages = await list()
    expect(pages.map(({ Contents = [] }) => Contents.map(({ Key }) => Key))).toEqual([
      ['a/1.json', 'a/2.json'],
      ['a/b/3.json'],
    ])
    put('a/1.json', 'other')
    const tags = ([first]: typeof pages) => first?.Contents?.map(({ ETag }) => ETag) ?? []
    const [before, after] = [tags(pages), tags(await list())]
    expect(after[0]).toMatch(/^"[0-9a-f]{32}"$/)
    expect([before[0] === after[0], before[1] === after[1]]).toEqual([false, true])
  })

  it('gets, puts and deletes', async () => {
    await s3.send(new PutObjectCommand({ Bucket: 'plays', Key: 'a/new/ü &+.json', Body: '{"é":1}' }))
    const got = await s3.send(new GetObjectCommand({ Bucket: 'plays', Key: 'a/new/ü &+.json' }))
    expect(await got.Body?.transformToString()).toBe('{"é":1}')
    const keys = ['a/new/ü &+.json', 'a/none', 'c.json'].map((Key) => ({ Key }))
    const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: 'plays', Delete: { Objects: keys } }))
    expect(Errors).toMatchObject([{ Key: 'c.json', Code: 'AccessDenied' }])
    await expect(s3.send(new GetObjectCommand({ Bucket: 'plays', Key: 'a/new/ü &+.json' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
  })

  it('refuses in the words of S3', async () => {
    const list = (Bucket: string, Prefix: string) => s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
    await expect(list('plays', 'c')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        'is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::plays" because',
      ),
    })
    await expect(list('nowhere', 'a/')).rejects.toMatchObject({ name: 'NoSuchBucket' })
    await expect(list('elsewhere', 'a/')).rejects.toMatchObject({ name: 'PermanentRedirect' })
  })
})

describe('UNLOAD', () => {
  const unload = (to: string, options: string, role = writer, select = 'select * from plays') =>
    sql.run(`unload ('${select}') to 's3://${to}' iam_role '${role}' ${options}`)

  it('writes Parquet with every type and its nulls, and a manifest of it', async () => {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    expect(await unload('plays/out/', 'format as parquet manifest verbose')).toMatchObject({ Status: 'FINISHED' })
    const manifest = JSON.parse(readFileSync(join(folder, 'out/manifest'), 'utf8'))
    expect(manifest.entries.map(({ url }: { url: string }) => url)).toEqual([
      's3://plays/out/0000_part_00.parquet',
      's3://plays/out/0001_part_00.parquet',
    ])
    expect(manifest.meta.record_count).toBe(3)
    const connection = await (await DuckDBInstance.create()).connect()
    const read = await connection.run(
      `select id, song, length, cast("at" as varchar) from '${folder}/out/*.parquet' order by id`,
    )
    expect(await read.getRowsJS()).toEqual([
      [1, 'ünï', 0.1, '2018-11-01 01:02:03.456'],
      [2, null, null, null],
      [3, "x'y", 1e300, '2018-11-02 00:00:00'],
    ])
    connection.disconnectSync()
  })

  it('refuses what Redshift refuses', async () => {
    const failing = async (...of: Parameters<typeof unload>) => (await unload(...of)).Error
    expect(await failing('plays/out/', 'format parquet')).toContain('Specified unload destination on S3 is not empty')
    expect(await failing('plays/out/', 'format parquet allowoverwrite', reader)).toContain('Error AccessDenied')
    expect(await failing('elsewhere/out/', 'format parquet')).toContain('PermanentRedirect')
    expect(await failing('nowhere/out/', 'format parquet')).toContain('NoSuchBucket')
    expect(await failing('plays/new/', 'format parquet', writer, 'select nothing from plays')).toContain(
      'does not exist',
    )
    expect(await failing('plays/new/', 'format parquet partitioned')).toContain('syntax error at or near "partitioned"')
    expect(await failing('plays/new/', 'format parquet', 'arn:aws:iam::123456789012:role/none')).toContain(
      'not authorized to assume',
    )
  })
})
