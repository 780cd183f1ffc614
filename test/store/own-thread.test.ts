import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/*
 * The thread is a file of the build, so these scripts run on the build.
 */
let folder = ''

afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs a script that has an open ledger with a thread of its own; what it printed, as JSON. */
async function script(body: string): Promise<unknown> {
  folder = await mkdtemp(join(tmpdir(), 'sparkify-thread-'))
  const text = `
    import { createClient } from '@libsql/client/sqlite3'
    import { openDatabase } from './dist/store/database.js'
    import { openLedger } from './dist/store/ledger.js'
    const url = 'file:${join(folder, 'state.db')}'
    const ledger = await openLedger({ url, ownThread: true, now: () => new Date() })
    ${body}`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    cwd: root,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

test('writes from a thread, reads what it wrote, and ends with the ledger', async () => {
  const printed = await script(`
    const [first, second] = await Promise.all([ledger.claim('a', new Date()), ledger.claim('a', new Date())])
    await ledger.notes.set('answer', { six: [1, null, 'seven'] })
    const note = await ledger.notes.get('answer')
    await ledger.close()
    console.log(JSON.stringify({ first, second, note }))`)
  expect(printed).toEqual({ first: true, second: false, note: { six: [1, null, 'seven'] } })
})

test('the event loop turns while a statement works', async () => {
  const printed = await script(`
    const db = await openDatabase({ url, ownThread: true })
    await ledger.claim('b', new Date())
    let turns = 0
    const turn = () => { turns++; turning = setImmediate(turn) }
    let turning = setImmediate(turn)
    await db.write(\`update claims set at = (
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 300000) select cast(max(i) as text) from n)\`)
    clearImmediate(turning)
    await Promise.all([db.close(), ledger.close()])
    console.log(JSON.stringify({ turned: turns > 10 }))`)
  expect(printed).toEqual({ turned: true })
})

test('a failure in the thread is the one that the ledger knows', async () => {
  const printed = await script(`
    const other = createClient({ url, concurrency: 1 })
    await other.execute('drop table claims')
    const error = await ledger.claim('c', new Date()).catch((thrown) => thrown)
    other.close()
    await ledger.close()
    console.log(JSON.stringify({ name: error.constructor.name, message: error.message }))`)
  expect(printed).toEqual({ name: 'StatementError', message: expect.stringContaining('no such table: claims') })
})
