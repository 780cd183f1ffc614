import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunFilter } from '../../src/core/ports/runs.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { conditionsOf, selectRuns } from '../../src/store/run-row.ts'

const nobody = async () => null

describe('in a ledger of many runs', () => {
  let home = ''
  let db: Database

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'lookups-'))
    const { href: url } = pathToFileURL(join(home, 'state.db'))
    const first = await openDatabase({ url })
    await migrate(first, migrations, nobody)
    await first.close()
    db = await openDatabase({ url })
  })
  afterAll(async () => {
    await db.close()
    await rm(home, { recursive: true, force: true })
  })

  it.each<[string, Omit<RunFilter, 'limit'>, RegExp]>([
    ['whether a fire was said', { schedule: 3, intended: 'not yet' }, /SEARCH runs USING INDEX runs_of_schedule/],
    [
      'the fires of a schedule that run',
      { schedule: 3, states: ['running'] },
      /USING INDEX (runs_of_schedule|attempts_at_work)/,
    ],
    ['the lines of a fire', { parent: 7 }, /SEARCH runs USING INDEX runs_of_parent/],
    ['what is running', { states: ['running'], listedOnly: true }, /USING INDEX attempts_at_work/],
    ['what a command did', { command: 'etl', states: ['complete'] }, /SEARCH runs USING INDEX runs_of_command/],
  ])('%s is looked up, without reading all of them', async (_, filter, plan) => {
    const { where, args } = conditionsOf({ ...filter, limit: 1 })
    const rows = await db.read(`explain query plan ${selectRuns} and ${where} order by seq desc limit 1`, args)
    expect(rows.map(({ detail }) => String(detail)).join('; ')).toMatch(plan)
  })
})
