import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { Condition } from '../../src/core/ports/schedules.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { holdsRows } from '../../src/store/forget.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { said } from '../core/outbox/support.ts'
import { anna, channel } from '../support/core.ts'
import { pendingIn } from '../support/delivered.ts'
import { newRun } from '../support/run.ts'
import { scheduled } from '../support/schedule.ts'

const asked = { engine: 'duckdb', load: 1, sql: 'select', values: {} }
const noon = new Date('2026-03-02T12:00:00.000Z')
const later = (days: number): Date => new Date(noon.getTime() + days * 86_400_000)

async function open() {
  const home = await mkdtemp(join(tmpdir(), 'forget-'))
  const url = pathToFileURL(join(home, 'state.db')).href
  const ledger = await openLedger({ url, now: () => noon, host: 'here', isAlive: () => true })
  const db: Database = await openDatabase({ url })
  onTestFinished(async () => {
    await db.close()
    await ledger.close()
    await rm(home, { recursive: true })
  })
  const opened = async (command: string, origin: Parameters<typeof ledger.runs.open>[0]['origin']) => {
    const opening = await ledger.runs.open(newRun({ command, line: command, origin, started: noon.toISOString() }))
    if (opening.kind !== 'opened') throw new Error('nobody writes here')
    return opening.run.id
  }
  const ended = async (id: number, more: Partial<Answer>) => {
    const table = { kind: 'table' as const, title: 'Songs', columns: ['song'], rows: [['Undo']], total: 1 }
    const answer: Answer = {
      ok: true,
      exit: 0,
      headline: 'Undo leads.',
      audience: 'channel',
      run: null,
      replies: [table],
      details: [table],
      next: [],
      ...more,
    }
    await ledger.runs.end(id, 'one', { state: 'complete', answer, ended: noon.toISOString(), costUsd: null }, [])
    return id
  }
  const tablesOf = async (id: number): Promise<number> => {
    const answer = (await ledger.runs.get(id))?.answer
    return (answer?.replies.length ?? 0) + (answer?.details?.length ?? 0)
  }
  return { ledger, db, opened, ended, tablesOf }
}

it('Rows of the warehouse are forgotten after eight days, in the answers of questions and in what shows them again', async () => {
  const { ledger, opened, ended, tablesOf } = await open()
  const words = { kind: 'words' } as const
  const question = await ended(await opened('top-songs', words), { asked })
  const shown = await ended(await opened('share', words), { rowsOf: [{ command: 'top-songs', ended: '' }] })
  const checks = await ended(await opened('qa', words), {})
  const all = async () => Promise.all([question, shown, checks].map(tablesOf))
  await ledger.forgetExpired(later(8))
  expect(await all()).toEqual([2, 2, 2])
  await ledger.forgetExpired(later(8.01))
  expect(await all()).toEqual([0, 0, 2])
  expect(await ledger.runs.get(question)).toMatchObject({ answer: { headline: 'Undo leads.', asked } })
})

it('What a message said is forgotten when it is no news any more; its key stays, so it is not sent again', async () => {
  const { ledger, db } = await open()
  const kept = async () =>
    (await db.read('select key, content is null as forgotten from messages order by id')).map(({ key, forgotten }) => [
      key,
      forgotten,
    ])
  for (const key of ['sent', 'waits']) await ledger.messages.put([said(key, 'C1', { expires: later(1).toISOString() })])
  const message = await ledger.messages.find('sent')
  if (message !== null) await ledger.messages.sent(message, { post: null, level: 0, followers: [] })
  await ledger.forgetExpired(noon)
  expect(await kept()).toEqual([
    ['sent', 0],
    ['waits', 0],
  ])
  await ledger.forgetExpired(later(1.01))
  expect(await kept()).toEqual([
    ['sent', 1],
    ['waits', 0],
  ])
  await ledger.messages.put([said('sent')])
  expect((await pendingIn(ledger.messages)).map(({ key }) => key)).toEqual(['waits'])
})

it('What a schedule is compared with, that posts only what has changed, is kept for 90 days', async () => {
  const { ledger, opened, ended, tablesOf } = await open()
  const lineOf = async (condition: Condition) => {
    const { id: schedule } = await ledger.schedules.add(
      scheduled({ place: channel, owner: anna, created: noon.toISOString(), condition }),
    )
    const intended = noon.toISOString()
    const fire = await opened('schedule-run', { kind: 'fire', schedule, intended, cause: 'clock' })
    return ended(await opened('top-songs', { kind: 'line', fire, at: 0 }), { asked })
  }
  const always = await lineOf({ kind: 'always' })
  const filled = await lineOf({ kind: 'not-empty' })
  const compared = [await lineOf({ kind: 'changed', percent: 10 }), await lineOf({ kind: 'checks' })]
  const tables = () => Promise.all([always, filled, ...compared].map(tablesOf))
  await ledger.forgetExpired(later(89))
  expect(await tables()).toEqual([0, 0, 2, 2])
  await ledger.forgetExpired(later(91))
  expect(await tables()).toEqual([0, 0, 0, 0])
})

it('They are found by an index, because there may be a hundred thousand others', async () => {
  const { db } = await open()
  const rows = await db.read(`explain query plan select run from attempts where ${holdsRows} and ended < ?`, ['2026'])
  expect(rows.map(({ detail }) => String(detail)).join('; ')).toContain(
    'SEARCH attempts USING INDEX attempts_holding_rows',
  )
})

it('A process that has been silent for a day is forgotten, unless a run is waiting for whoever takes it over', async () => {
  const { ledger, db, opened } = await open()
  const at = noon.toISOString()
  for (const [pid, id] of ['one', 'two'].entries()) {
    await ledger.processes.enter({ id, kind: 'terminal', pid, host: 'here', started: at, heartbeat: at })
  }
  await opened('etl', { kind: 'words' })
  await ledger.forgetExpired(later(1.01))
  expect(await db.read('select id from processes')).toMatchObject([{ id: 'one' }])
})

it('What a load was read from is forgotten when the load is discarded', async () => {
  const { ledger, db } = await open()
  for (const id of [1, 12]) {
    await ledger.loads.begin(id, noon.toISOString())
    for (const name of ['base', 'log', 'log:planned']) await ledger.notes.set(`sources:${id}:${name}`, [])
  }
  await ledger.loads.discard(1)
  await ledger.forgetExpired(noon)
  expect(await db.read(`select key from notes where key like 'sources:%' order by key`)).toMatchObject([
    { key: 'sources:12:base' },
    { key: 'sources:12:log' },
    { key: 'sources:12:log:planned' },
  ])
})
