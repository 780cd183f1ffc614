import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient, type InStatement } from '@libsql/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import { fires } from '../../src/store/migrations/002-fires.ts'
import { approvals, askedOccurrences } from '../../src/store/migrations/columns.ts'
import { migrations } from '../../src/store/migrations/index.ts'

/** The address of a ledger that has the tables from before this migration, and these rows. */
async function ledgerBefore(migration: readonly string[], rows: readonly InStatement[]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'upgrade-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const url = pathToFileURL(join(home, 'state.db')).href
  const old = createClient({ url })
  await old.batch([
    'create table migrations (version integer primary key) strict',
    ...migrations
      .slice(0, migrations.indexOf(migration))
      .flatMap((statements, n) => [...statements, `insert into migrations values (${n + 1})`]),
    ...rows,
  ])
  old.close()
  return url
}

/** The address of a ledger of the first version, with a paused schedule and a run that its process has left. */
function firstLedger(): Promise<string> {
  const place = JSON.stringify({ kind: 'slack', channel: 'C1', direct: false })
  const anna = JSON.stringify({ kind: 'slack', id: 'U1', name: 'anna' })
  return ledgerBefore(fires, [
    {
      sql: `insert into schedules (lines, phrase, cron, zone, place, owner, created, state)
        values ('["etl"]', 'daily at 03:00', '0 3 * * *', 'UTC', ?, ?, '2026-01-01T00:00:00.000Z', 'paused')`,
      args: [place, anna],
    },
    {
      sql: `insert into runs (command, line, who_id, who, place, writer, listed, process, started, told)
        values ('etl', 'etl', 'U1', ?, ?, 1, 1, 'gone', '2026-01-01T00:00:00.000Z', 0)`,
      args: [anna, place],
    },
  ])
}

it('a ledger of the first version keeps its schedules, which say nothing that was due before, and its runs', async () => {
  const url = await firstLedger()
  const before = new Date()
  const ledger = await openLedger({ url, now: () => new Date() })
  onTestFinished(() => ledger.close())
  const [schedule] = await ledger.schedules.list()
  expect(schedule).toMatchObject({
    lines: ['etl'],
    state: { kind: 'paused' },
    condition: { kind: 'always' },
    whenPaused: 'wait',
    catchUpHours: 6,
  })
  expect(Date.parse(schedule?.since ?? '')).toBeGreaterThanOrEqual(before.getTime() - 1000)
  expect(await ledger.runs.get(1)).toMatchObject({
    line: 'etl',
    origin: { kind: 'words' },
    approval: null,
    costUsd: null,
  })
})

it('an approval that an older version carried out stays one; what it approved and did not begin is open again', async () => {
  const at = '2026-01-01T00:00:00.000Z'
  const by = { kind: 'slack', id: 'U1', name: 'anna' }
  const anna = JSON.stringify(by)
  const place = JSON.stringify({ kind: 'slack', channel: 'C1', direct: false })
  const draft = { title: 'Go?', facts: [], act: 'Go', danger: false }
  const ending = JSON.stringify({ kind: 'approved', by, at, process: 'gone' })
  const url = await ledgerBefore(approvals, [
    ...['begun', 'waiting'].map((id) => ({
      sql: `insert into plans (id, command, line, asker, place, draft, expires, reasons, card, ending)
        values (?, 'etl', 'etl', ?, ?, ?, ?, '[]', 1, ?)`,
      args: [id, anna, place, JSON.stringify(draft), at, ending],
    })),
    {
      sql: `insert into runs (command, line, requester, writer, listed, available_at) values ('etl', 'etl', ?, 1, 1, ?)`,
      args: [anna, at],
    },
    {
      sql: `insert into attempts (run, attempt, seq, retries, lost, by_id, "by", place, door, approval, writer, worker, started)
        values (1, 1, 1, 0, 0, 'U1', ?, ?, 'words', ?, 1, 'gone', ?)`,
      args: [anna, place, JSON.stringify({ id: 'begun', plan: draft, by }), at],
    },
  ])
  const ledger = await openLedger({ url, now: () => new Date(at) })
  onTestFinished(() => ledger.close())
  expect((await ledger.plans.get('begun'))?.end).toMatchObject({ kind: 'approved', by })
  expect((await ledger.plans.get('waiting'))?.end).toBeNull()
  expect((await ledger.runs.get(1))?.approval).toMatchObject({ id: 'begun', by })
})

it('an occurrence that somebody wanted waits for the bot with what was approved for it, once', async () => {
  const at = '2026-01-01T00:00:00.000Z'
  const [anna, bob] = ['anna', 'bob'].map((name) => ({ kind: 'slack', id: `U-${name}`, name }))
  const place = { kind: 'slack', channel: 'C1', direct: false }
  const plan = { title: 'Go?', facts: [], act: 'Go', danger: false }
  const wanted = { at, by: bob, from: null, maxErrors: 5, approval: { plan, by: bob } }
  const schedule = (asked: object | null) => ({
    sql: `insert into schedules (lines, phrase, cron, zone, place, owner, created, state, asked, approval)
      values ('["etl"]', 'daily at 03:00', '0 3 * * *', 'UTC', ?, ?, ?, 'active', ?, ?)`,
    args: [
      JSON.stringify(place),
      JSON.stringify(anna),
      at,
      asked && JSON.stringify(asked),
      JSON.stringify({ plan, by: anna }),
    ],
  })
  const url = await ledgerBefore(askedOccurrences, [
    ...[wanted, { ...wanted, from: 7 }, null, wanted].map(schedule),
    // The bot of then had begun that of the last schedule.
    {
      sql: `insert into runs (key, command, line, requester, writer, listed, schedule, intended, cause, available_at)
        values ('ask:4:' || :at, 'schedule-run', 'schedule-run id=4', :who, 0, 1, 4, :at, 'asked', :at)`,
      args: { at, who: JSON.stringify(bob) },
    },
    {
      sql: `insert into attempts (run, attempt, seq, retries, lost, by_id, "by", place, door, writer, worker, started)
        values (1, 1, 1, 0, 0, 'U-bob', ?, ?, 'words', 0, 'gone', ?)`,
      args: [JSON.stringify(bob), JSON.stringify(place), at],
    },
  ])
  const ledger = await openLedger({ url, now: () => new Date(at) })
  onTestFinished(() => ledger.close())
  // What was to continue a failed run is asked for again by its button.
  expect(await ledger.runs.list({ limit: 9 })).toMatchObject([
    {
      key: `ask:1:${at}`,
      args: { id: '1', 'max-errors': '5' },
      origin: { kind: 'fire', schedule: 1, intended: at, cause: 'asked' },
      who: bob,
      place,
      worker: null,
      state: 'running',
      approval: { by: bob },
    },
    { key: `ask:4:${at}`, worker: 'gone' },
  ])
  expect((await ledger.schedules.get(1))?.approval).toMatchObject({ by: anna })
})

describe('a ledger of an older version', () => {
  const now = () => new Date('2026-01-01T00:01:00.000Z')
  const open = (url: string, isAlive: (pid: number) => boolean, pid = 8) =>
    openLedger({ url, now, host: 'here', pid, isAlive, uptime: () => ({ boot: 'here', ms: 0 }) })
  const enter = async (url: string, host = 'here'): Promise<void> => {
    const old = createClient({ url })
    const at = '2026-01-01T00:00:55.000Z'
    await old.execute(`insert into processes values ('old', 'bot', 7, '${host}', '${at}', '${at}')`)
    old.close()
  }
  const versionIn = async (url: string): Promise<unknown> => {
    const client = createClient({ url })
    const [row] = (await client.execute('select max(version) as version from migrations')).rows
    client.close()
    return row?.['version']
  }

  it('is left as it is while its bot runs', async () => {
    const url = await firstLedger()
    await enter(url)
    await expect(open(url, () => true)).rejects.toMatchObject({ code: 'home_in_use' })
    expect(await versionIn(url)).toBe(1)
    // The same number on another machine is another process.
    const shared = await firstLedger()
    await enter(shared, 'elsewhere')
    await expect(open(shared, () => false, 7)).rejects.toMatchObject({ code: 'home_in_use' })
  })

  it('is upgraded once its bot is dead, or where it had the pid of this process', async () => {
    for (const [isAlive, pid] of [
      [false, 8],
      [true, 7],
    ] as const) {
      const url = await firstLedger()
      await enter(url)
      await (await open(url, () => isAlive, pid)).close()
      expect(await versionIn(url)).toBe(migrations.length)
    }
  })

  it('can be brought back from the copy that the upgrade has left', async () => {
    const url = await firstLedger()
    await (await open(url, () => false)).close()
    expect(await versionIn(`${url}.before-002`)).toBe(1)
  })

  it('is not opened by a program that is older than itself', async () => {
    const url = await firstLedger()
    await (await open(url, () => false)).close()
    const newer = createClient({ url })
    await newer.execute(`insert into migrations values (${migrations.length + 1})`)
    newer.close()
    await expect(open(url, () => false)).rejects.toMatchObject({ code: 'newer_state' })
  })
})
