import { statSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'

describe('the database', () => {
  let home = ''
  let url = ''

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'database-'))
    url = pathToFileURL(join(home, 'state.db')).href
  })
  afterEach(() => rm(home, { recursive: true }))

  it('runs a batch as a whole or not at all', async () => {
    const db = await openDatabase({ url })
    await db.batch([{ sql: 'create table t (a integer primary key)' }, { sql: 'insert into t values (1)' }])
    await expect(
      db.batch([{ sql: 'insert into t values (2)' }, { sql: 'insert into t values (1)' }]),
    ).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
    expect(await db.read('select a from t')).toMatchObject([{ a: 1 }])
    await db.close()
  })

  it('leaves nothing in its log when it is closed, also where another process still reads', async () => {
    const [db, other] = [await openDatabase({ url }), await openDatabase({ url })]
    await db.write('create table t (a text)')
    for (let i = 0; i < 20; i++) await db.write('insert into t values (?)', ['x'.repeat(10_000)])
    const log = (): number => statSync(join(home, 'state.db-wal')).size
    expect(log()).toBeGreaterThan(200_000)
    await db.close()
    expect(log()).toBe(0)
    expect(await other.read('select count(*) as n from t')).toMatchObject([{ n: 20 }])
    await other.close()
  })

  it('syncs every commit to the disk', async () => {
    const db = await openDatabase({ url })
    expect(await db.read('pragma synchronous')).toMatchObject([{ synchronous: 2 }])
    await db.close()
  })

  it('says so when the disk is full, and goes on when there is space again', async () => {
    const db = await openDatabase({ url })
    await db.write('create table t (a text)')
    const large = 'x'.repeat(40_000)
    const failure = {
      code: 'storage',
      message: expect.stringContaining('full'),
      remedy: expect.stringContaining('space'),
    }
    await db.write('pragma max_page_count = 4')
    await expect(db.write('insert into t values (?)', [large])).rejects.toMatchObject(failure)
    await db.write('pragma max_page_count = 4')
    await expect(db.batch([{ sql: 'insert into t values (?)', args: [large] }])).rejects.toMatchObject(failure)
    await db.write('pragma max_page_count = 4000')
    expect(await db.write('insert into t values (?)', [large])).toBe(1)
    expect(await db.read('select count(*) as n from t')).toMatchObject([{ n: 1 }])
    await db.close()
  })

  it('gives up on a lock after its patience, and later has really written what it acknowledges', async () => {
    const db = await openDatabase({ url, patience: 30 })
    await db.write('create table t (a)')
    const other = createClient({ url })
    const lock = await other.transaction('write')
    const failure = {
      code: 'storage',
      message: `Another process keeps the ledger ${join(home, 'state.db')} locked; nothing was written.`,
    }
    const refused = [db.write('insert into t values (1)'), db.batch([{ sql: 'insert into t values (2)' }])]
    await Promise.all(refused.map((write) => expect(write).rejects.toMatchObject(failure)))
    expect(await db.read('select a from t')).toEqual([])
    await lock.commit()
    expect(await db.write('insert into t values (3)')).toBe(1)
    expect((await other.execute('select a from t')).rows).toMatchObject([{ a: 3 }])
    expect((await other.execute('insert into t values (4)')).rowsAffected).toBe(1)
    other.close()
    await db.close()
  })

  it('names a folder that may not be written', async () => {
    await chmod(home, 0o555)
    // The super-user may write everywhere, so the test steps down to an ordinary one.
    const superuser = process.geteuid?.() === 0
    if (superuser) process.seteuid?.(65_534)
    try {
      await expect(openDatabase({ url })).rejects.toMatchObject({
        code: 'storage',
        message: `The ledger ${join(home, 'state.db')} cannot be opened for writing.`,
        remedy: expect.stringContaining('write'),
      })
    } finally {
      if (superuser) process.seteuid?.(0)
      await chmod(home, 0o755)
    }
  })

  it('names a file that may not be written', async () => {
    const db = await openDatabase({ url })
    await db.write('create table t (a)')
    await db.close()
    await chmod(join(home, 'state.db'), 0o444)
    await chmod(home, 0o555)
    const superuser = process.geteuid?.() === 0
    if (superuser) process.seteuid?.(65_534)
    try {
      const writing = openDatabase({ url }).then((readable) => readable.write('insert into t values (1)'))
      await expect(writing).rejects.toMatchObject({ code: 'storage', remedy: expect.stringContaining('write') })
    } finally {
      if (superuser) process.seteuid?.(0)
      await chmod(home, 0o755)
    }
  })

  it('refuses an address it does not understand', async () => {
    for (const address of ['nonsense', 'ftp://x/y', 'file:/tmp/x.db?mode=ro'])
      await expect(openDatabase({ url: address })).rejects.toMatchObject({ code: 'bad_config' })
  })

  it('names a server that cannot be reached, without its secrets', async () => {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    await new Promise((done) => server.close(done))
    const db = await openDatabase({ url: `libsql://127.0.0.1:${port}?tls=0&authToken=secret` })
    await expect(db.read('select 1')).rejects.toMatchObject({
      code: 'storage',
      message: `The ledger at 127.0.0.1:${port} did not answer.`,
    })
    await db.close()
  })

  it('names a server that answers with an error', async () => {
    const server = createServer((_, response) => response.writeHead(401).end('no'))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const db = await openDatabase({ url: `http://127.0.0.1:${port}?authToken=wrong` })
    await expect(db.write('delete from t')).rejects.toMatchObject({
      code: 'storage',
      remedy: expect.stringContaining('token'),
    })
    await db.close()
    await new Promise((done) => server.close(done))
  })
})
