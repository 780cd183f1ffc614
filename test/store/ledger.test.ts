import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient, type InArgs } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { livenessOn, machineUptime } from '../../src/store/liveness.ts'
import { runStore } from '../../src/store/runs.ts'
import { describeLedger } from '../contract/ledger/ledger.ts'
import { said } from '../core/outbox/support.ts'
import { newRun } from '../support/run.ts'

describeLedger('on SQLite', (home, world) => openLedger({ url: urlIn(home), ...world }))

function urlIn(home: string): string {
  return pathToFileURL(join(home, 'state.db')).href
}

const noon = new Date('2026-03-02T12:00:00.000Z')
const run = newRun({ place: { kind: 'terminal' }, writer: true, started: noon.toISOString() })

describe('a ledger file', () => {
  let home = ''

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ledger file '))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  const open = (now = noon) => openLedger({ url: urlIn(home), now: () => now })

  async function inFile(sql: string, args: InArgs = []) {
    const client = createClient({ url: urlIn(home) })
    try {
      return (await client.execute({ sql, args })).rows
    } finally {
      client.close()
    }
  }

  it('is in WAL mode, so that readers never wait for a writer', async () => {
    await (await open()).close()
    expect(await inFile('pragma journal_mode')).toMatchObject([{ journal_mode: 'wal' }])
  })

  it('takes no run of a process for left that enters while it looks', async () => {
    const ledger = await open()
    const db = await openDatabase({ url: urlIn(home) })
    const newcomer = { kind: 'bot', pid: process.pid, host: hostname(), started: run.started } as const
    let reads = 0
    const looking: Database = {
      ...db,
      async read(...asked) {
        const rows = await db.read(...asked)
        if (reads++ === 0) {
          await ledger.processes.enter({ ...newcomer, id: 'one', heartbeat: run.started })
          await ledger.runs.open(run)
        }
        return rows
      },
    }
    const runs = runStore(
      looking,
      livenessOn(hostname(), () => true, machineUptime),
    )
    expect(await runs.orphans(noon)).toEqual([])
    expect(reads).toBeGreaterThan(1)
    expect(await ledger.runs.list({ states: ['running'], limit: 5 })).toHaveLength(1)
    await db.close()
    await ledger.close()
  })

  it('forgets plans and claims of more than 90 days when it is opened', async () => {
    const before = await open()
    const draft = { title: 'Spin up?', facts: [], act: 'Spin up', danger: false }
    const { who: asker, place } = run
    const plan = { command: 'spin-up', args: {}, line: 'spin-up', asker, place, draft, reasons: [], card: false }
    await before.plans.save({ ...plan, id: 'old', expires: '2026-03-02T11:59:59.999Z' }, [], null)
    await before.plans.save({ ...plan, id: 'new', expires: '2026-03-02T12:10:00.000Z' }, [], null)
    await before.claim('old', noon)
    await before.claim('new', new Date('2026-03-03T12:00:00.000Z'))
    await before.close()

    const now = new Date('2026-05-31T12:00:00.001Z')
    const after = await open(now)
    expect(await after.plans.get('old')).toBeNull()
    expect((await after.plans.get('new'))?.draft).toEqual(draft)
    expect(await after.claim('old', now)).toBe(true)
    expect(await after.claim('new', now)).toBe(false)
    await after.close()
  })

  it.each([
    ['place', `update attempts set place = '{"kind":"moon"}'`],
    ['who', `update attempts set "by" = 'anna'`],
    ['steps.0.handles', `update steps set record = '{"title":"Stage","state":"pending","ms":null}'`],
    ['steps.0', `update steps set record = 'half a rec'`],
    ['answer', `update attempts set answer = '{"ok":true}'`],
  ])('names the run whose %s is damaged instead of failing without a reason', async (column, damage) => {
    const ledger = await open()
    await ledger.runs.open(run)
    await ledger.runs.saveStep(1, 'one', 0, { id: 'stage', title: 'Stage', state: 'pending', ms: null, handles: {} })
    await inFile(damage)
    const failure = { code: 'storage', message: expect.stringMatching(`^Run 1 in the ledger .*${column}`) }
    await expect(ledger.runs.list({ limit: 5 })).rejects.toMatchObject(failure)
    await expect(ledger.runs.get(1)).rejects.toMatchObject(failure)
    await expect(ledger.runs.open(run)).rejects.toMatchObject(failure)
    await expect(ledger.runs.orphans(noon)).rejects.toMatchObject(failure)
    await ledger.close()
  })

  it('sends its messages around one whose row is damaged', async () => {
    const ledger = await open()
    await ledger.messages.put([said('broken', 'C1'), said('beside', 'C2')])
    await inFile(`update messages set ways = '[]' where key = 'broken'`)
    const heads = await ledger.messages.heads()
    expect(heads).toMatchObject([
      { kind: 'damaged', why: { code: 'storage', message: expect.stringMatching(/^Message 1 /) } },
      { kind: 'message', message: { key: 'beside' } },
    ])
    for (const head of heads) if (head.kind === 'damaged') await ledger.messages.drop(head.row)
    expect(await ledger.messages.heads()).toMatchObject([{ kind: 'message', message: { key: 'beside' } }])
    await ledger.close()
  })

  it('of a newer program is refused and left as it is', async () => {
    const before = await open()
    await before.claim('old', new Date('2020-01-01T00:00:00.000Z'))
    await before.close()
    await inFile('insert into migrations values (99)')
    await expect(open()).rejects.toMatchObject({
      code: 'newer_state',
      message: expect.stringContaining(join(home, 'state.db')),
      remedy: expect.stringContaining('Update'),
    })
    expect(await inFile('select key from claims')).toMatchObject([{ key: 'old' }])
  })

  it('that is no database, or half of one, is refused and left as it is', async () => {
    const path = join(home, 'state.db')
    await writeFile(path, 'Dear diary, '.repeat(1000))
    await expect(open()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('damaged') })
    expect(await readFile(path, 'utf8')).toBe('Dear diary, '.repeat(1000))

    await rm(path)
    await (await open()).close()
    await inFile('pragma wal_checkpoint(truncate)')
    const whole = await readFile(path)
    whole.fill(0xab, 4096)
    await writeFile(path, whole)
    await expect(open()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('damaged') })
  })

  it('in a folder that is missing is refused with the path', async () => {
    const url = pathToFileURL(join(home, 'missing', 'state.db')).href
    await expect(openLedger({ url, now: () => noon })).rejects.toMatchObject({
      code: 'storage',
      message: `The ledger ${join(home, 'missing', 'state.db')} cannot be opened for writing.`,
    })
  })

  it('works no more after it was closed, and what was asked before is done', async () => {
    const ledger = await open()
    const claims = Promise.all(['a', 'b', 'c'].map((key) => ledger.claim(key, noon)))
    await ledger.close()
    expect(await claims).toEqual([true, true, true])
    await expect(ledger.claim('d', noon)).rejects.toThrow('closed')
  })
})
