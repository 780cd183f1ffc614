import '../../src/commands/qa.ts'
import { describe, expect, it, vi } from 'vitest'
import type { LoadRecord } from '../../src/core/ports/loads.ts'
import type { CheckFile } from '../../src/core/sql/files.ts'
import { redSince } from '../../src/core/warehouse/checks.ts'
import { readLibrary } from '../../src/library.ts'
import { sqlFolder } from '../support/catalog.ts'
import { twoDays } from '../support/two-days.ts'
import { createLoadedWarehouse, createWarehouse } from '../support/warehouse.ts'

const { staging, star } = (await readLibrary(sqlFolder)).tables
const tables = [...staging, ...star]

describe('qa', () => {
  it('counts the rows of every table, staging first, in a table of fixed columns', async () => {
    const { bot } = await createLoadedWarehouse()
    const answer = await bot.say('qa counts', { place: { kind: 'terminal' } })
    expect(answer).toMatchObject({ ok: true, exit: 0, headline: 'Row counts of load 1.' })
    const [counts, ...others] = answer.replies.filter((reply) => reply.kind === 'table')
    expect(others).toEqual([])
    expect(counts).toMatchObject({ title: 'Rows', columns: ['table', 'rows'], formats: ['text', 'integer'] })
    expect(counts?.rows.map(([table]) => table)).toEqual(tables)
    expect(counts?.total).toBe(tables.length)
    expect(Object.fromEntries(counts?.rows ?? [])).toMatchObject(twoDays.counts)
  })

  it('shows one row of every table, titled by its name, the same one each time', async () => {
    const { bot } = await createLoadedWarehouse()
    const first = (await bot.say('qa rows')).replies.filter((reply) => reply.kind === 'table')
    expect(first.map(({ title, rows, total }) => [title, rows.length, total])).toEqual(
      tables.map((table) => [table, 1, 1]),
    )
    const time = first.find(({ title }) => title === 'time')
    expect(time?.columns).toEqual(['start_time', 'hour', 'day', 'week', 'month', 'year', 'weekday'])
    expect(time?.rows[0]?.[0]).toMatch(/^2018-11-10T\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect((await bot.say('qa rows')).replies.filter((reply) => reply.kind === 'table')).toEqual(first)
  })

  it('runs every check and shows what is not green, with how many rows offend', async () => {
    const { bot } = await createLoadedWarehouse()
    const answer = await bot.say('qa checks')
    const [checks, ...offending] = answer.replies.filter((reply) => reply.kind === 'table')
    expect(checks?.columns).toEqual(['check', 'severity', 'state', 'offending', 'title'])
    expect(checks?.rows).toHaveLength(bot.deps.library.checks.length)
    expect(checks?.rows.filter(([, severity, state]) => severity === 'error' && state !== 'green')).toEqual([])
    const warnings = checks?.rows.filter(([, , state]) => state === 'red') ?? []
    expect(warnings.map(([check]) => check)).toEqual(['catalogue-coverage'])
    expect(offending.map(({ title, total }) => [title, total])).toEqual([
      ['Warning: Catalogue match 1.25% (expected at least 4%)', 1],
    ])
    expect(offending.every(({ rows }) => rows.length <= 5)).toBe(true)
    expect(answer).toMatchObject({ ok: true, exit: 0, next: [{ line: 'top-songs' }] })
    const shows = { label: 'Show rows', line: 'qa check=catalogue-coverage' }
    expect(checks?.actions?.filter((action) => action !== null)).toEqual([shows])
    expect(checks?.actions?.[checks.rows.findIndex(([check]) => check === 'catalogue-coverage')]).toEqual(shows)
  })

  it('runs one check by its name, with its rows; a name that there is not gets the nearest', async () => {
    const { bot } = await createLoadedWarehouse()
    expect(await bot.say('qa check=catalogue-coverage')).toMatchObject({
      ok: true,
      headline: 'Warning: Catalogue match 1.25% (expected at least 4%)',
      replies: [{ tone: 'warning' }, { kind: 'table', total: 1 }],
      facts: { red: ['catalogue-coverage'] },
    })
    expect(await bot.say('qa check=users-are-unique')).toMatchObject({
      ok: true,
      replies: [{ tone: 'good', text: expect.stringMatching(/^Check users-are-unique is green: /) }],
    })
    expect(await bot.say('qa check=users-are-uniqe')).toMatchObject({
      exit: 2,
      headline: 'There is no check "users-are-uniqe".',
      failure: { remedy: 'Did you mean check=users-are-unique?' },
    })
  })

  it('in one go shows all three, and ends with status 1 when a check that must be green is red', async () => {
    const { bot } = await createLoadedWarehouse()
    const never = {
      kind: 'check',
      name: 'never',
      title: 'Nothing is here',
      finding: 'Something is here',
      severity: 'error',
      rows: null,
      columns: {},
      waiver: null,
      key: null,
      watch: null,
      sql: 'select 1 as n',
    } as const
    const library = { ...bot.deps.library, checks: [never] }
    const strict = await createWarehouse({ library })
    await strict.bot.say('create-tables')
    const answer = await strict.bot.say('qa')
    expect(answer).toMatchObject({
      ok: false,
      exit: 1,
      headline: '0 of 1 check green · 1 red.',
      run: { state: 'complete' },
      next: [{ label: 'Load', line: 'etl' }],
    })
    const loaded = await createLoadedWarehouse({ library })
    expect((await loaded.bot.say('qa checks')).next).toEqual([{ label: 'Load again', line: 'etl' }])
    expect(answer.replies.flatMap((reply) => (reply.kind === 'table' ? [reply.title] : []))).toEqual([
      'Rows',
      'Checks',
      'Failed: Something is here',
      ...tables,
    ])
  })
})

describe('since when a check is red', () => {
  it('is told by the oldest of the published loads before in which it was red in a row', async () => {
    const { bot } = await createLoadedWarehouse()
    const day = (id: number) => `2018-11-${String(id).padStart(2, '0')}T03:00:00.000Z`
    const load = (id: number, names: readonly string[] | null, warnings: readonly string[] = []): LoadRecord => ({
      ...{ id, state: 'previous', started: day(id), published: day(id) },
      facts: { checks: { total: 3, red: [], warnings, ...(names === null ? {} : { names }) } },
    })
    const live = load(9, [])
    const never: LoadRecord = { ...load(7, []), state: 'discarded', published: null }
    // An earlier version kept the titles of those that warn.
    const known = [
      load(10, []),
      live,
      load(8, ['a', 'c']),
      never,
      load(6, null, ['A', 'C']),
      load(5, ['c']),
      load(4, ['a', 'c']),
    ]
    const list = vi.spyOn(bot.ledger.loads, 'list').mockResolvedValue(known)
    const checks = ['a', 'b', 'c'].map((name) => ({
      ...{ kind: 'check', name, title: name.toUpperCase(), finding: '', severity: 'warn', rows: null, columns: {} },
      ...{ waiver: null, key: null, watch: null, sql: '' },
    })) satisfies readonly CheckFile[]
    const since = await redSince(checks, live, bot.deps)
    expect(checks.map((check) => since(check))).toEqual([
      'since the load of 6 Nov 2018, 03:00 UTC',
      'new with this load',
      'since the load of 4 Nov 2018, 03:00 UTC',
    ])
    expect(list).toHaveBeenCalledWith(['live', 'previous', 'discarded'])
  })
})
