import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'

const first = ['create table t (a integer)', 'insert into t values (1)']
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

  it('are applied in order, each once, to an empty database and to an older one', async () => {
    await migrate(db, [first])
    await migrate(db, [first, second])
    await migrate(db, [first, second])
    expect(await db.read('select * from t')).toMatchObject([{ a: 1, b: 'new' }])
    expect(await db.read('select version from migrations')).toMatchObject([{ version: 1 }, { version: 2 }])
  })

  it('that fail half-way leave the version before them', async () => {
    const broken = ['insert into t values (2)', 'create table t (a integer)']
    await expect(migrate(db, [first, broken])).rejects.toThrow('already exists')
    expect(await db.read('select a from t')).toMatchObject([{ a: 1 }])
    await migrate(db, [first, second])
    expect(await db.read('select b from t')).toMatchObject([{ b: 'new' }])
  })

  it('that fail by a constraint of their own are not taken for another process', async () => {
    const unique = ['create unique index u on t (a)', 'insert into t values (1)']
    await expect(migrate(db, [first, unique])).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
  })

  it('by several at once are applied once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => openDatabase({ url })))
    await Promise.all([db, ...others].map((each) => migrate(each, [first, second])))
    expect(await db.read('select * from t')).toMatchObject([{ a: 1, b: 'new' }])
    for (const other of others) await other.close()
  })

  it('of a newer program are not undone', async () => {
    await migrate(db, [first, second])
    await expect(migrate(db, [first])).rejects.toMatchObject({ code: 'newer_state' })
  })
})
