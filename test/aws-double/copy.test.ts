import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CancelStatementCommand, DescribeStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadingRole, createReadyCluster, readingPolicy, type Sql, sqlOf } from '../support/aws/scene.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

const realData = resolve('../shared/data/sparkify')
const hasRealData = existsSync(realData)

const folder = mkdtempSync(join(tmpdir(), 'double-bucket-'))
let double: Double
let sql: Sql
let role: string
let blind: string
let detached: string

function put(key: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, key)), { recursive: true })
  writeFileSync(join(folder, key), content)
}

beforeAll(async () => {
  double = await startDouble({
    speed: 1_000_000,
    copyMsPerFile: 1,
    buckets: {
      'udacity-dend': { folder: realData, region: 'us-west-2' },
      plays: { folder, region: 'eu-west-1' },
    },
  })
  const everything = readingPolicy('plays', ['', 'data', 'paths']).replaceAll('arn:aws:s3:::plays', 'arn:aws:s3:::*')
  role = await createReadingRole(double.client, 'reader', everything)
  blind = await createReadingRole(double.client, 'blind', readingPolicy('plays', ['other/']))
  detached = await createReadingRole(double.client, 'detached', everything)
  const cluster = await createReadyCluster(double.client, { IamRoles: [role, blind] })
  sql = sqlOf(double.client, cluster)
  await sql.run(
    'create table plays (userid integer not null, song varchar(6), length double precision, paid boolean, at timestamp, note varchar)',
  )
})
afterAll(async () => {
  await double.stop()
  rmSync(folder, { recursive: true })
})

function copy(from: string, options = "json 'auto'", as = role, table = 'plays') {
  return sql.run(`copy ${table} from 's3://${from}' iam_role '${as}' region 'eu-west-1' ${options}`)
}

async function loaded(columns = 'userid, song, length, paid, at, note') {
  const rows = await sql.rows(`select ${columns} from plays order by userid`)
  await sql.run('delete from plays')
  return rows
}

const latestErrors = `select line_number, trim(column_name), trim(column_type), trim(column_length), error_code, trim(error_message),
  trim(file_name) from sys_load_error_detail
  where query_id = (select max(query_id) from sys_load_history) order by line_number`

describe('COPY of JSON', () => {
  it('takes objects apart from each other by white space, in the order of the keys, and nulls for what is missing', async () => {
    put(
      'data/a/1.json',
      '{"userid": 1, "song": "Undo", "length": 1.5e2, "paid": true, "at": "2018-11-01 21:01:46.796", "extra": {"x": [1]}}\n',
    )
    put('data/a/2.json', '{"userid": "2",\n "song": null}{"userid": 3, "note": {"deep": "}"}, "length": ""}')
    expect(await copy('plays/data/a')).toMatchObject({ Status: 'FINISHED', ResultRows: 3, HasResultSet: false })
    expect(await loaded()).toEqual([
      [1, 'Undo', 150, true, '2018-11-01 21:01:46.796', null],
      [2, null, null, null, null, null],
      [3, null, null, null, null, '{"deep": "}"}'],
    ])
  })

  it('matches keys by case unless told to ignore it, and underscores always', async () => {
    put('data/case.json', '{"userId": 1, "SONG": "Undo", "no_te": "x"}')
    expect((await copy('plays/data/case')).Error).toMatch(/Load into table 'plays' failed/)
    expect((await copy('plays/data/case', "format as json 'auto ignorecase'")).Status).toBe('FINISHED')
    expect(await loaded('userid, song, note')).toEqual([[1, 'Undo', null]])
  })

  it('follows a JSONPaths file into nested values, and falls back to auto when its key is another', async () => {
    put('data/paths.json', '{"user": {"id": 1}, "songs": ["Undo", "Other"], "userid": 9}')
    put('paths/two.json', JSON.stringify({ jsonpaths: ["$['user']['id']", '$.songs[0]'] }))
    put('paths/other.json', JSON.stringify({ paths: [] }))
    const two = (paths: string, as = role) =>
      sql.run(
        `copy plays (userid, song) from 's3://plays/data/paths' iam_role '${as}' region 'eu-west-1' json 's3://plays/paths/${paths}'`,
      )
    await two('two.json')
    expect(await loaded('userid, song')).toEqual([[1, 'Undo']])
    await two('other.json')
    expect(await loaded('userid, song')).toEqual([[9, null]])
    expect((await two('absent.json')).Error).toMatch(/NoSuchKey/)
    expect((await copy('plays/data/paths', "json 's3://plays/paths/two.json'")).Error).toMatch(
      /Number of jsonpaths and the number of columns should match. JSONPath size: 2, Number of columns in table or column list: 6/,
    )
  })

  it('counts bytes against the length of a column, and cuts where asked to', async () => {
    put('data/long.json', '{"userid": 1, "song": "Café é"}')
    await copy('plays/data/long')
    expect(await sql.rows(latestErrors)).toEqual([
      [1, 'song', 'varchar', '6', 1204, 'String length exceeds DDL length', 's3://plays/data/long.json'],
    ])
    await copy('plays/data/long', "json 'auto' truncatecolumns")
    expect(await loaded('userid, song')).toEqual([[1, 'Café ']])
  })

  it('reads epochs only as epochs, and compressed files only as compressed', async () => {
    put('data/epoch.json.gz', gzipSync('{"userid": 1, "at": 1541105830796}'))
    expect((await copy('plays/data/epoch', "json 'auto' gzip timeformat 'auto'")).Status).toBe('FAILED')
    expect((await copy('plays/data/epoch')).Status).toBe('FAILED')
    await copy('plays/data/epoch', "json 'auto' gzip timeformat as 'epochmillisecs' compupdate off statupdate off")
    expect(await loaded('userid, at')).toEqual([[1, '2018-11-01 20:57:10.796']])
  })

  it('makes blanks and nothing null, and stands in for invalid characters, where asked to', async () => {
    put(
      'data/blank.json',
      Buffer.concat([
        Buffer.from('{"userid": 1, "song": " ", "note": ""}\n{"userid": 2, "song": "a'),
        Buffer.from([0xff]),
        Buffer.from('b"}'),
      ]),
    )
    expect((await copy('plays/data/blank', "json 'auto' maxerror 2")).Status).toBe('FINISHED')
    expect(await loaded('userid, song, note')).toEqual([[1, ' ', '']])
    await copy('plays/data/blank', "json 'auto' acceptinvchars as '^' emptyasnull blanksasnull")
    expect(await loaded('userid, song, note')).toEqual([
      [1, null, null],
      [2, 'a^b', null],
    ])
  })
})

describe('what cannot be loaded', () => {
  const bad = [
    '{"userid": 1}',
    '{"userid": "x1"}',
    '{"userid": 2.5}',
    '',
    '{"userid": 3',
    '{"userid": 99999999999}',
    '[{"userid": 4}]',
    '{"song": "x"}',
    '{"userid": 5, "length": "15401O6212796.0"}',
  ]

  it('fails the load at the first error, which is in the system view with line, column and cause', async () => {
    put('data/bad.json', bad.join('\n'))
    expect(await copy('plays/data/bad')).toMatchObject({
      Status: 'FAILED',
      Error: "ERROR: Load into table 'plays' failed.  Check 'sys_load_error_detail' system table for details.",
    })
    expect(await sql.rows(latestErrors)).toEqual([
      [2, 'userid', 'int4', '', 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer", 's3://plays/data/bad.json'],
    ])
    expect(
      await sql.rows('select status, error_count, loaded_rows from sys_load_history order by query_id desc limit 1'),
    ).toEqual([['aborted', 1, 0]])
    expect(await loaded('userid')).toEqual([])
  })

  it('is left out as long as there are fewer errors than MAXERROR', async () => {
    expect((await copy('plays/data/bad', "json 'auto' maxerror as 7")).Status).toBe('FAILED')
    expect((await copy('plays/data/bad', "json 'auto' maxerror as 8")).Status).toBe('FINISHED')
    expect(await loaded('userid')).toEqual([[1]])
    expect(
      (await sql.rows(latestErrors)).map(([line, column, , , code, message]) => [line, column, code, message]),
    ).toEqual([
      [2, 'userid', 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer"],
      [3, 'userid', 1207, "Invalid digit, Value '.', Pos 1, Type: Integer"],
      [5, '', 1216, 'Invalid JSON format'],
      [6, 'userid', 1222, 'Overflow, Type: Integer'],
      [7, '', 1216, 'Invalid JSONPath format: Member is not an object.'],
      [8, 'userid', 1213, 'Missing data for not-null field'],
      [9, 'length', 1207, "Invalid digit, Value 'O', Pos 5, Type: Double"],
    ])
  })

  it('rolls back what ran with it', async () => {
    await sql.run('insert into plays (userid) values (77)')
    const done = await sql.batch([
      'delete from plays',
      `copy plays from 's3://plays/data/bad' iam_role '${role}' region 'eu-west-1' json 'auto'`,
    ])
    expect(done.Error).toMatch(/^Query #2 failed with ERROR: Load into table/)
    expect(await loaded('userid')).toEqual([[77]])
  })
})

describe('what a COPY may not read', () => {
  const refused: readonly (readonly [string, () => Promise<{ Error?: string | undefined }>, RegExp])[] = [
    ['a prefix without objects', () => copy('plays/absent'), /^ERROR: The specified S3 prefix 'absent' does not exist/],
    [
      'a bucket that is not there',
      () => copy('nowhere/data'),
      /S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket/,
    ],
    ['a bucket of another region', () => copy('udacity-dend/log_data'), /Status 301,Error PermanentRedirect/],
    [
      'as a role that may not',
      () => copy('plays/data', "json 'auto'", blind),
      /S3ServiceException:Access Denied,Status 403,Error AccessDenied/,
    ],
    [
      'as a role that is not the cluster’s',
      () => copy('plays/data', "json 'auto'", detached),
      /dbuser:sparkify\/sparkify_admin is not authorized to assume IAM Role/,
    ],
    [
      'into a table that is not there',
      () => copy('plays/data', "json 'auto'", role, 'absent'),
      /relation "absent" does not exist/,
    ],
    [
      'with an option that does not exist',
      () => copy('plays/data', "json 'auto' turbo"),
      /syntax error at or near "turbo"/,
    ],
  ]
  it.each(refused)('%s', async (_what, attempt, error) => {
    expect((await attempt()).Error).toMatch(error)
  })

  it('counts a key by its beginning, not by its folder', async () => {
    put('data/prefix-1.json', '{"userid": 1}')
    put('data/prefix-2/x.json', '{"userid": 2}')
    await copy('plays/data/prefix')
    expect(await loaded('userid')).toEqual([[1], [2]])
  })
})

describe('a running COPY', () => {
  it('goes on after a read-only batch has looked at it from inside', async () => {
    for (let n = 0; n < 200; n += 1) put(`data/some/${n}.json`, `{"userid": ${n}}`)
    const done = { yet: false }
    const running = sql
      .batch([
        'delete from plays',
        `copy plays from 's3://plays/data/some' iam_role '${role}' region 'eu-west-1' json 'auto'`,
      ])
      .finally(() => {
        done.yet = true
      })
    const look = [
      'begin read only',
      'select * from sys_load_history',
      'select * from sys_load_history where nonsense',
      'rollback',
    ]
    while (!done.yet) expect((await sql.batch(look, { ExecutionMode: 'AUTO_COMMIT' })).Status).toBe('FAILED')
    expect((await running).Status).toBe('FINISHED')
    expect(await loaded('userid')).toHaveLength(200)
  })

  it('is seen growing by other statements, and can be cancelled', async () => {
    for (let n = 0; n < 3000; n += 1) put(`data/many/${n}.json`, `{"userid": ${n}}`)
    const data = new RedshiftDataClient(double.client)
    const running = copy('plays/data/many')
    const progress = "select file_count_scanned, source_file_count from sys_load_history where status = 'running'"
    const seen = new Set<unknown>()
    while (seen.size < 3) {
      const [row] = await sql.rows(progress)
      if (row !== undefined) seen.add(row[0])
      if (row !== undefined) expect(row[1]).toBe(3000)
    }
    const statements = await double.statements()
    const id = statements.find((statement) => statement.status === 'STARTED')?.id
    await data.send(new CancelStatementCommand({ Id: id }))
    expect((await running).Status).toBe('ABORTED')
    expect((await data.send(new DescribeStatementCommand({ Id: id }))).Error).toBeUndefined()
    expect(await sql.rows('select status from sys_load_history order by query_id desc limit 1')).toEqual([['aborted']])
    expect(await loaded('userid')).toEqual([])
  })
})

describe.skipIf(!hasRealData)(
  hasRealData ? 'the real data' : 'the real data (skipped: ../shared/data/sparkify is absent)',
  () => {
    it('is 8,056 events and 71 songs', async () => {
      await sql.run(`create table staging_events (artist varchar(512), auth varchar(16), firstname varchar(64), gender varchar(1),
      iteminsession integer, lastname varchar(64), length double precision, level varchar(8), location varchar(256), method varchar(8),
      page varchar(32), registration double precision, sessionid integer, song varchar(512), status integer, ts bigint,
      useragent varchar(512), userid varchar(16))`)
      await sql.run(`create table staging_songs (num_songs integer, artist_id varchar, artist_latitude double precision,
      artist_longitude double precision, artist_location varchar(512), artist_name varchar(512), song_id varchar, title varchar(512),
      duration double precision, year integer)`)
      const from = (prefix: string, table: string, json: string) =>
        `copy ${table} from 's3://udacity-dend/${prefix}' iam_role '${role}' format json '${json}' region 'us-west-2' compupdate off statupdate off`
      const [events, songs] = await Promise.all([
        sql.run(from('log_data', 'staging_events', 'auto ignorecase')),
        sql.run(from('song_data', 'staging_songs', 'auto')),
      ])
      expect([events.Status, songs.Status]).toEqual(['FINISHED', 'FINISHED'])
      expect([events.ResultRows, songs.ResultRows]).toEqual([8056, 71])
      const totals =
        "select count(*), count(case when page = 'NextSong' then 1 end), count(firstname), max(ts) from staging_events"
      const expected = await sql.rows(totals)
      expect(expected).toEqual([[8056, 6820, 7770, 1543607664796]])
      const batch = await sql.batch([
        'delete from staging_events',
        from('log_data', 'staging_events', 's3://udacity-dend/log_json_path.json'),
        'select pg_last_copy_count()',
      ])
      expect(batch.Status).toBe('FINISHED')
      expect(await sql.rows(totals)).toEqual(expected)
      expect(
        await sql.rows(
          "select status, loaded_rows, source_file_count, file_count_scanned from sys_load_history where table_name = 'staging_events' order by query_id",
        ),
      ).toEqual([
        ['completed', 8056, 30, 30],
        ['completed', 8056, 30, 30],
      ])
      const files = 'select count(*), min(trim(file_name)), sum(bytes_scanned) > 1000000 from sys_load_detail'
      expect(await sql.rows(`${files} where query_id = (select max(query_id) from sys_load_history)`)).toEqual([
        [30, 's3://udacity-dend/log_data/2018/11/2018-11-01-events.json', true],
      ])
    })
  },
)
