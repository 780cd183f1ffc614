import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { expect, it, onTestFinished } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import { ledger as first } from '../../src/store/migrations/001-ledger.ts'

it('a ledger of the first version keeps its schedules, which say nothing that was due before, and its runs', async () => {
  const home = await mkdtemp(join(tmpdir(), 'upgrade-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const url = pathToFileURL(join(home, 'state.db')).href
  const old = createClient({ url })
  const place = JSON.stringify({ kind: 'slack', channel: 'C1', direct: false })
  const anna = JSON.stringify({ kind: 'slack', id: 'U1', name: 'anna' })
  await old.batch([
    'create table migrations (version integer primary key) strict',
    'insert into migrations values (1)',
    ...first,
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
  old.close()
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
