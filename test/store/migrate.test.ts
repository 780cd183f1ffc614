import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProcessRecord } from '../../src/core/ports/ledger.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'

const first = ['create table t (a integer)', 'insert into t values (1)']
const third = ['drop table t']
const nobody = async () => null
const other: ProcessRecord = {
  id: 'other',
  kind: 'bot',
  pid: 7,
  host: 'there',
  started: '2026-01-01T00:00:00.000Z',
  heartbeat: '2026-01-01T00:00:00.000Z',
}
const second = ['alter table t add column b text', `update t set b = 'new'`]

describe('migrations', () => {
  let home = ''
  let url = ''
  let db: Database

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'migrate-'))
    url = pathToFileURL(join(home, 'state.db')).href
    db = await openDatabase({ url })
  })
  afterEach(async () => {
    await db.close()
    await rm(home, { recursive: true })
  })
  const copies = async () => (await readdir(home)).filter((name) => /before-\d+$/.test(name)).toSorted()

  it('are applied in order, each once, to an empty database and to an older one', async () => {
    await migrate(db, [first], nobody)
    await migrate(db, [first, second], nobody)
    await migrate(db, [first, second], nobody)
    expect(await db.read('select * from t')).toMatchObject([{ a: 1, b: 'new' }])
    expect(await db.read('select version from migrations')).toMatchObject([{ version: 1 }, { version: 2 }])
  })

  it('that fail half-way leave the version before them', async () => {
    const broken = ['insert into t values (2)', 'create table t (a integer)']
    await expect(migrate(db, [first, broken], nobody)).rejects.toThrow('already exists')
    expect(await db.read('select a from t')).toMatchObject([{ a: 1 }])
    await migrate(db, [first, second], nobody)
    expect(await db.read('select b from t')).toMatchObject([{ b: 'new' }])
  })

  it('that fail by a constraint of their own are not taken for another process', async () => {
    const unique = ['create unique index u on t (a)', 'insert into t values (1)']
    await expect(migrate(db, [first, unique], nobody)).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
  })

  it('by several at once are applied once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => openDatabase({ url })))
    await Promise.all([db, ...others].map((each) => migrate(each, [first, second], nobody)))
    expect(await db.read('select * from t')).toMatchObject([{ a: 1, b: 'new' }])
    for (const other of others) await other.close()
  })

  it('of a newer program are not undone, and nothing is changed', async () => {
    await migrate(db, [first, second], nobody)
    await db.close()
    const before = await readFile(join(home, 'state.db'))
    db = await openDatabase({ url })
    await expect(migrate(db, [first], nobody)).rejects.toMatchObject({ code: 'newer_state' })
    await db.close()
    expect(await readFile(join(home, 'state.db'))).toEqual(before)
    expect(await copies()).toEqual([])
  })

  it('leave a copy of the file as it was, for its user alone, and keep the newest two', async () => {
    await migrate(db, [first], nobody)
    expect(await copies()).toEqual([])
    await migrate(db, [first, second], nobody)
    await migrate(db, [first, second, third], nobody)
    await migrate(db, [first, second, third], nobody)
    expect(await copies()).toEqual(['state.db.before-002', 'state.db.before-003'])
    for (const name of await copies()) expect((await stat(join(home, name))).mode & 0o777).toBe(0o600)
    const copy = await openDatabase({ url: pathToFileURL(join(home, 'state.db.before-003')).href })
    expect(await copy.read('select * from t')).toMatchObject([{ a: 1, b: 'new' }])
    expect(await copy.read('select version from migrations')).toMatchObject([{ version: 1 }, { version: 2 }])
    await copy.close()
    await migrate(db, [first, second, third, first], nobody)
    expect(await copies()).toEqual(['state.db.before-003', 'state.db.before-004'])
  })

  it('are refused while another process uses the older tables, and nothing is changed', async () => {
    await migrate(db, [first], nobody)
    await expect(migrate(db, [first, second], async () => other)).rejects.toMatchObject({
      code: 'home_in_use',
      message: expect.stringContaining('process 7 on there'),
    })
    expect(await db.read('select version from migrations')).toMatchObject([{ version: 1 }])
    expect(await copies()).toEqual([])
  })

  it('are not refused because of a process that has applied them meanwhile, whose file is no copy of before', async () => {
    await migrate(db, [first], nobody)
    const faster = await openDatabase({ url })
    const appliedBy = async () => {
      await migrate(faster, [first, second], nobody)
      return other
    }
    await migrate(db, [first, second], appliedBy)
    expect(await db.read('select * from t')).toMatchObject([{ a: 1, b: 'new' }])
    const copy = await openDatabase({ url: pathToFileURL(join(home, 'state.db.before-002')).href })
    expect(await copy.read('select * from t')).toEqual([{ a: 1 }])
    await copy.close()
    await faster.close()
  })
})
