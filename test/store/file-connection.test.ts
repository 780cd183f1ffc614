import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection, SqlArgs } from '../../src/store/connection.ts'
import { connectFile } from '../../src/store/file-connection.ts'
import { fileLane } from '../../src/store/lane.ts'

const root = resolve(import.meta.dirname, '../..')

describe('a connection to a file', () => {
  let home = ''
  let path = ''
  let db: Connection

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'connection-'))
    path = join(home, 'state.db')
    db = connectFile(path, 1)
    await db.executeMultiple('pragma journal_mode = wal; create table t (a integer primary key, b any) strict')
  })
  afterEach(async () => {
    await db.close()
    await rm(home, { recursive: true })
  })

  const rowsOf = async (sql: string, args: SqlArgs = []) => (await db.execute({ sql, args })).rows
  /** A value as `x`, of which the compiler does not know the type. */
  const untyped = (value: unknown): SqlArgs => {
    const pairs: unknown[][] = [['x', value]]
    return Object.fromEntries(pairs)
  }

  it.each([
    ['a text', 'a text', 'text'],
    [-1.5, -1.5, 'real'],
    [null, null, 'null'],
    [9_007_199_254_740_991n, 9_007_199_254_740_991, 'integer'],
    [-9_007_199_254_740_991n, -9_007_199_254_740_991, 'integer'],
    [Uint8Array.of(0, 1, 255), Uint8Array.of(0, 1, 255).buffer, 'blob'],
    [Buffer.from('a part').subarray(2), Uint8Array.from(Buffer.from('part')).buffer, 'blob'],
  ])('stores %s and reads it', async (value, read, type) => {
    await db.execute({ sql: 'insert into t values (1, ?)', args: [value] })
    expect(await rowsOf('select b, typeof(b) as type from t')).toEqual([{ b: read, type }])
  })

  it.each([true, undefined, new Date(0), [1], Number.NaN, 2n ** 63n, Symbol('x')])(
    'refuses %s, which the driver ends the process with or stores as something else',
    async (value) => {
      const args = untyped(value)
      await expect(db.execute({ sql: 'insert into t values (1, :x)', args })).rejects.toThrow(TypeError)
      const batch = [{ sql: 'insert into t values (2, null)' }, { sql: 'insert into t values (3, :x)', args }]
      await expect(db.batch(batch)).rejects.toThrow(TypeError)
      expect(await rowsOf('select * from t')).toEqual([])
    },
  )

  it('binds values by name with each sign of SQLite', async () => {
    expect(await rowsOf('select :x as a, @y as b, $z as c', { x: 'x', y: 'y', z: 'z' })).toEqual([
      { a: 'x', b: 'y', c: 'z' },
    ])
  })

  it('keeps the first of several columns of one name, in each row', async () => {
    expect(await rowsOf(`select 1 as a, 'x' as b, 2 as a union all select 3, 'y', 4`)).toEqual([
      { a: 1, b: 'x' },
      { a: 3, b: 'y' },
    ])
  })

  it('throws for an integer that no number holds, and reads others after it', async () => {
    await expect(rowsOf('select 9007199254740992 as a')).rejects.toThrow(RangeError)
    expect(await rowsOf('select 9007199254740992.0 as a')).toEqual([{ a: 2 ** 53 }])
  })

  it('counts what a statement changed', async () => {
    const inserted = await db.execute({ sql: 'insert into t values (7, null), (9, null)' })
    expect(inserted).toEqual({ rows: [], rowsAffected: 2, lastInsertRowid: 9n })
    expect(await db.execute({ sql: 'delete from t returning a' })).toEqual({
      rows: [{ a: 7 }, { a: 9 }],
      rowsAffected: 0,
      lastInsertRowid: undefined,
    })
  })

  it('names the columns that a table has now, where another connection has added one', async () => {
    await db.execute({ sql: 'insert into t values (1, 2)' })
    expect(await rowsOf('select * from t')).toEqual([{ a: 1, b: 2 }])
    const other = connectFile(path, 1)
    await other.execute({ sql: 'alter table t add column c any' })
    await other.close()
    expect(await rowsOf('select * from t')).toEqual([{ a: 1, b: 2, c: null }])
  })

  it('asks the same text again with other values, after it failed, and after many others', async () => {
    const insert = (a: number) => db.execute({ sql: 'insert into t values (:a, null) returning a', args: { a } })
    const found = (a: number) => rowsOf('select a from t where a >= :a order by a', { a })
    for (const a of [1, 2]) expect((await insert(a)).rows).toEqual([{ a }])
    expect(await found(1)).toEqual([{ a: 1 }, { a: 2 }])
    await expect(insert(2)).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
    for (let n = 0; n < 600; n++) await rowsOf(`select ${n} as n`)
    expect((await insert(3)).rows).toEqual([{ a: 3 }])
    expect(await found(2)).toEqual([{ a: 2 }, { a: 3 }])
    // What has been read to its end holds nothing back.
    await expect(rowsOf('pragma wal_checkpoint(truncate)')).resolves.toMatchObject([{ busy: 0 }])
  })

  it('leaves nothing of a batch that fails, and no lock', async () => {
    const other = connectFile(path, 1)
    const batch = [{ sql: 'insert into t values (1, null)' }, { sql: 'insert into t values (1, null)' }]
    await expect(db.batch(batch)).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
    expect((await other.execute({ sql: 'insert into t values (2, null)' })).rowsAffected).toBe(1)
    expect(await db.batch([{ sql: 'insert into t values (3, null)' }, { sql: 'select a from t' }])).toMatchObject([
      { rowsAffected: 1, lastInsertRowid: 3n },
      { rows: [{ a: 2 }, { a: 3 }] },
    ])
    await other.close()
  })

  it('leaves no transaction of several statements of which one fails', async () => {
    await expect(db.executeMultiple('begin; insert into t values (1, 1); nonsense')).rejects.toMatchObject({
      code: 'SQLITE_ERROR',
    })
    expect(await rowsOf('select * from t')).toEqual([])
    await db.batch([{ sql: 'insert into t values (2, 2)' }])
  })

  it.each([
    ['insert into t values (1, 1), (1, 1)', 'SQLITE_CONSTRAINT'],
    // SQLITE_CONSTRAINT_DATATYPE, for which the driver has no name.
    [`create table n (n integer) strict; insert into n values ('x')`, 'SQLITE_CONSTRAINT'],
    ['select * from nothing', 'SQLITE_ERROR'],
    [`select json('{')`, 'SQLITE_ERROR'],
    ['pragma query_only = 1; insert into t values (1, 1)', 'SQLITE_READONLY'],
  ])('%s fails with %s', async (sql, code) => {
    await expect(sql.includes(';') ? db.executeMultiple(sql) : db.execute({ sql })).rejects.toMatchObject({
      name: 'StatementError',
      code,
      message: expect.stringContaining(`${code}: `),
    })
  })

  it('fails where the file cannot be opened, and not when it can be later', async () => {
    const early = connectFile(join(home, 'later', 'state.db'), 1)
    const look = { sql: 'select 1 as a' }
    await expect(early.execute(look)).rejects.toMatchObject({ name: 'StatementError', code: 'SQLITE_CANTOPEN' })
    await mkdir(join(home, 'later'))
    expect((await early.execute(look)).rows).toEqual([{ a: 1 }])
    await early.close()
  })

  it.each<[string, (one: Connection) => Promise<unknown>]>([
    ['a statement', (one) => one.execute({ sql: 'insert into t values (1, 1)' })],
    ['a batch', (one) => one.batch([{ sql: 'insert into t values (1, 1)' }])],
  ])('%s that met a lock is written when it is free, and so is what comes after it', async (_, write) => {
    const [lane, other] = [fileLane(db, 0), createClient({ url: pathToFileURL(path).href })]
    const lock = await other.transaction('write')
    await lock.execute('insert into t values (5, 5)')
    await expect(lane.run(write)).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
    // A batch has the lock before it reads.
    const reading = lane.run((one) => one.batch([{ sql: 'select a from t' }]))
    await expect(reading).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
    await lock.commit()
    await lane.run(write)
    expect((await other.execute('select a from t')).rows).toMatchObject([{ a: 1 }, { a: 5 }])
    expect((await other.execute('insert into t values (6, 6)')).rowsAffected).toBe(1)
    other.close()
  })

  // In a process of its own, which can collect what is not used any more.
  it('leaves nothing open when it is closed and its statements are collected, also after a failure', async () => {
    await db.close()
    const text = `
      import { existsSync } from 'node:fs'
      import { connectFile } from './dist/store/file-connection.js'
      const path = ${JSON.stringify(path)}
      async function work() {
        const db = connectFile(path, 1)
        const twice = [{ sql: 'insert into t values (1, 1)' }, { sql: 'insert into t values (1, 1)' }]
        const { code } = await db.batch(twice).catch((error) => error)
        await db.reconnect()
        await db.execute({ sql: 'select * from t' })
        await db.close()
        return code
      }
      const code = await work()
      gc()
      await new Promise(setImmediate)
      const other = connectFile(path, 1)
      const { rows } = await other.execute({ sql: 'pragma journal_mode = delete' })
      console.log(JSON.stringify({ code, rows, log: existsSync(path + '-wal') }))`
    const script = ['--expose-gc', '--input-type=module', '-e', text]
    const { stdout, stderr } = spawnSync(process.execPath, script, { cwd: root, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      code: 'SQLITE_CONSTRAINT',
      rows: [{ journal_mode: 'delete' }],
      log: false,
    })
  })

  it('stays closed', async () => {
    await db.close()
    for (let i = 0; i < 2; i++) {
      await expect(db.execute({ sql: 'select 1' })).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(db.batch([])).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(db.executeMultiple('select 1')).rejects.toMatchObject({ code: 'CLOSED' })
      await db.reconnect()
    }
    await db.close()
  })
})
