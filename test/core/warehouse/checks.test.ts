import { describe, expect, it } from 'vitest'
import { OpsError, type OpsErrorCode } from '../../../src/core/errors.ts'
import type { Engine, ResultSet, Target } from '../../../src/core/ports/engine.ts'
import type { LoadFacts, LoadRecord } from '../../../src/core/ports/ledger.ts'
import type { CheckFile } from '../../../src/core/sql/files.ts'
import type { EventKeys, RowPlace } from '../../../src/core/unreadable.ts'
import {
  auditChecks,
  type CheckResult,
  checksLine,
  checksTable,
  findingOf,
  firstPlace,
  recipeOfAudit,
} from '../../../src/core/warehouse/checks.ts'
import { auditStep } from '../../../src/core/warehouse/load-audit.ts'
import { lostPlays } from '../../../src/core/warehouse/lost-plays.ts'
import { shippedLibrary } from '../../support/catalog.ts'
import { command, createWorld } from '../../support/core.ts'

const never = new AbortController().signal
const empty: ResultSet = { columns: [], rows: [], total: 0 }
const check = (name: string, said: Partial<CheckFile> = {}): CheckFile => ({
  ...{ kind: 'check', name, title: name, finding: name, severity: 'error', rows: null, columns: {}, waiver: null },
  ...{ key: null, watch: null, sql: `select '${name}'` },
  ...said,
})
const result = (name: string, offending: number, said: Partial<CheckFile> = {}): CheckResult => ({
  check: check(name, said),
  offending,
  sample: { kind: 'table', title: name, columns: [], rows: [], total: offending },
})

/** What core needs, with an engine of which only this is asked. */
async function depsWith(engine: Partial<Engine>, checks: readonly CheckFile[] = []) {
  const { deps } = await (await createWorld()).start('one', [])
  return { ...deps, engine: { ...deps.engine, ...engine }, library: { ...(await shippedLibrary()), checks } }
}

const only = (values: Readonly<Record<string, string | number>>): ResultSet => ({
  columns: Object.keys(values).map((name) => ({ name, format: 'text' })),
  rows: [Object.values(values)],
  total: 1,
})

/** What the audit of a load leaves, in the ledger and behind its step; `base` are the facts of the load that it began as a copy of. */
async function audit(engine: Partial<Engine>, checks: readonly CheckFile[], base?: LoadFacts) {
  const begin = command('begin', async ({ runId, deps: { ledger } }) => {
    await ledger.loads.begin(runId, '')
    await ledger.loads.learn(runId, base ?? {})
    return undefined
  })
  const etl = command('etl', async ({ runId, deps, perform }) => {
    await deps.ledger.loads.begin(runId, deps.clock.now().toISOString())
    if (base !== undefined) await deps.ledger.loads.learn(runId, { base: 1 })
    const options = { 'max-errors': 0, 'allow-empty': false, full: false }
    await perform([auditStep(runId, deps, async () => ({ log: [], song: [], summary: '' }), options)])
    return undefined
  })
  const bot = await (await createWorld()).start('one', [begin, etl], {
    engine: Object.create(null, Object.getOwnPropertyDescriptors(engine)),
    library: { ...(await shippedLibrary()), checks },
  })
  await bot.say('begin')
  const { run } = await bot.say('etl')
  const [load, ended] = await Promise.all([bot.ledger.loads.get(run?.id ?? 0), bot.ledger.runs.get(run?.id ?? 0)])
  return { facts: load?.facts, output: ended?.steps[0]?.output }
}

describe('an audit', () => {
  it('asks for the touched rows where a check was green and judges each key by itself, and else for all', async () => {
    const asked: [string, Target][] = []
    const deps = await depsWith(
      {
        async query(target, { sql }) {
          asked.push([sql.slice(8, -1), target])
          return empty
        },
      },
      [check('by-key', { key: 'event' }), check('was-red', { key: 'event' }), check('by-all')],
    )
    const base = (facts: LoadFacts): LoadRecord => ({ id: 1, state: 'live', started: '', published: null, facts })
    const checks = { total: 3, red: [], warnings: [] }
    const whole = { kind: 'candidate', load: 2 } as const
    const all = (target: Target) => [
      ['by-key', target],
      ['was-red', whole],
      ['by-all', whole],
    ]
    await auditChecks(deps, 2, base({ checks: { ...checks, names: ['was-red'] } }), never)
    expect(asked.splice(0)).toEqual(all({ ...whole, touched: { key: 'event', by: 2 } }))
    for (const before of [null, base({}), base({ checks })]) {
      await auditChecks(deps, 2, before, never)
      expect(asked.splice(0)).toEqual(all(whole))
    }
  })

  it('notes repeats without the plays that are lost, plays ahead where there are any, and where the rows of a warning are', async () => {
    const library = await shippedLibrary()
    const place: RowPlace = { kind: 'record', file: 'a.json', line: 7, record: 1 }
    const facts = { plays: 5, repeats: 3, matched: 2, repaired: 1, anchor: '2018-11-30T00:00:00.000Z' }
    const audited = (ahead: number) => {
      const engine: Partial<Engine> = {
        async query(_, { sql }) {
          if (sql === library.summary) return only({ ...facts, ahead })
          if (sql === library.lostPlays) return only({ plays: 2 })
          return { ...only({ userid: '8' }), total: sql.includes('several') ? 2 : 1 }
        },
        locate: async () => place,
      }
      const checks = ['one', 'several'].map((name) => check(name, { severity: 'warn', rows: 'events' }))
      return audit(engine, checks)
    }
    const [none, some] = [await audited(0), await audited(4)]
    expect(none.facts).toMatchObject({ plays: 5, matched: 2, repeatsDropped: 1, playsLost: 2 })
    expect(none.facts).not.toHaveProperty('ahead')
    expect(some.facts).toMatchObject({ ahead: 4, anchor: facts.anchor })
    expect(none.output).toMatchObject({
      warnings: ['one (1 row, in a.json, line 7)', 'several (2 rows, first in a.json, line 7)'],
      repairedPlays: 1,
    })
  })

  it('asks for the touched rows where the load before was audited alike, and for lost plays among them where that lost none', async () => {
    const library = await shippedLibrary()
    const checks = [check('by-key', { key: 'event' })]
    const touched = async (recipe: string, playsLost: number) => {
      const asked: Record<string, string> = {}
      const engine: Partial<Engine> = {
        async query(target, { sql }) {
          if (sql === library.summary) return only({ plays: 5, repeats: 3, matched: 2, repaired: 1, ahead: 0 })
          if (sql.startsWith('select count')) return only({ n: 1 })
          asked[sql === library.lostPlays ? 'lost plays' : 'check'] = target.touched?.key ?? 'all'
          return sql === library.lostPlays ? only({ plays: playsLost }) : empty
        },
      }
      await audit(engine, checks, { checks: { total: 1, red: [], warnings: [], names: [], recipe }, playsLost })
      return asked
    }
    const alike = recipeOfAudit({ ...library, checks })
    expect(await touched(alike, 0)).toEqual({ check: 'event', 'lost plays': 'event' })
    expect(await touched(alike, 2)).toEqual({ check: 'event', 'lost plays': 'all' })
    expect(await touched('other checks', 0)).toEqual({ check: 'all', 'lost plays': 'all' })
  })

  it('has what is red and what warns in a line, and a button for what is not green', () => {
    const results = [
      result('a', 0),
      result('b', 3),
      result('c', 1, { severity: 'warn' }),
      result('d', 2, { severity: 'warn' }),
      result('e', 0, { severity: 'warn' }),
    ]
    expect(checksLine(results)).toBe('2 of 5 checks green · 1 red · 2 warnings')
    expect(checksLine(results.slice(0, 1))).toBe('1 of 1 check green')
    expect(checksLine(results.slice(2, 3))).toBe('0 of 1 check green · 1 warning')
    const { rows, actions } = checksTable(results)
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['a', 'error', 'green', 0],
      ['b', 'error', 'red', 3],
      ['c', 'warn', 'red', 1],
      ['d', 'warn', 'red', 2],
      ['e', 'warn', 'green', 0],
    ])
    const lines = [null, 'qa check=b', 'qa check=c', 'qa check=d', null]
    expect(actions?.map((action) => action?.line ?? null)).toEqual(lines)
  })

  it('says what was found with the values of the first row: times in UTC without their fractions, a dash for none', () => {
    const found = result('a', 1, { finding: '{user} at {start} UTC' })
    const sample = { ...found.sample, columns: ['start', 'user'], rows: [['2018-11-10T00:15:27.796Z', null]] }
    expect(findingOf({ ...found, sample })).toBe('– at 2018-11-10 00:15:27 UTC')
    expect(() => findingOf({ ...found, sample: { ...sample, columns: ['start'] } })).toThrow('no column user')
  })

  it('is another one where a check, its key or the count of lost plays is', () => {
    const names = [
      { checks: [check('a')], lostPlays: 'one' },
      { checks: [check('a')], lostPlays: 'another' },
      { checks: [check('a', { key: 'event' })], lostPlays: 'one' },
      { checks: [check('a', { sql: 'select 2' })], lostPlays: 'one' },
      { checks: [check('a', { title: 'in other words' })], lostPlays: 'one' },
    ].map((audited) => recipeOfAudit(audited))
    expect(new Set(names).size).toBe(4)
    expect(names[4]).toBe(names[0])
  })
})

describe('the place of the first row that offends', () => {
  const keys: EventKeys = { userid: '8', sessionid: 1, iteminsession: 0, ts: 1_541_808_927_796 }
  const red: CheckResult = {
    ...result('a', 2, { rows: 'events' }),
    sample: {
      ...{ kind: 'table', title: 'a', columns: ['missing', 'ts', 'userid', 'sessionid', 'iteminsession'], total: 2 },
      rows: [
        ['page', keys.ts, '8', 1, 0],
        ['page', 0, '9', 2, 0],
      ],
    },
  }
  const found: RowPlace = { kind: 'record', file: 'a.json', line: 7, record: 7 }
  const sources = async () => ({ log: [], song: [], summary: '' })
  const place = async (locate: Engine['locate'], of = red) => firstPlace(await depsWith({ locate }), sources, of, never)

  it('is where the engine finds it, by the keys of the first', async () => {
    const asked: EventKeys[] = []
    const locate = async (_: unknown, event: EventKeys) => {
      asked.push(event)
      return found
    }
    expect(await place(locate)).toEqual(found)
    expect(asked).toEqual([keys])
    expect(await place(locate, { ...red, check: check('a') })).toBeNull()
    expect(await place(locate, { ...red, sample: { ...red.sample, rows: [] } })).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('is named by its keys where nobody finds it, or the sources cannot be read any more', async () => {
    const named = await place(async () => null)
    expect(named).toMatchObject({ kind: 'keys' })
    const failing = (code: OpsErrorCode) => place(() => Promise.reject(new OpsError(code, 'no')))
    for (const code of ['source_missing', 'source_unreadable', 'aws', 'aws_denied'] as const) {
      expect(await failing(code)).toEqual(named)
    }
    await expect(failing('storage')).rejects.toMatchObject({ code: 'storage' })
  })
})

describe('the plays of a day in two loads', () => {
  const lines = (keys: readonly string[], total = keys.length): ResultSet => ({
    columns: [{ name: 'songplay_id', format: 'text' }],
    rows: keys.map((key) => [key]),
    total,
  })
  const only = async (live: ResultSet, held: ResultSet) => {
    const asked: unknown[] = []
    const deps = await depsWith({
      async query(target, { values }) {
        asked.push([target.kind, target.load, values])
        return target.kind === 'live' ? live : held
      },
    })
    const { tables, note } = await lostPlays(4, 3, '2018-11-14', deps, never)
    const values = { from: '2018-11-14 00:00:00.000', to: '2018-11-15 00:00:00.000' }
    expect(asked).toEqual([
      ['live', 3, values],
      ['held', 4, values],
    ])
    return [
      tables.map(({ title, rows, total }) => [title.replace('Plays of 2018-11-14 only in ', ''), rows.flat(), total]),
      note,
    ]
  }
  const usual = 'At most 20 of each, in the order of songplay_id'

  it('are those that only one of them has, twenty at most of each', async () => {
    expect(await only(lines(['a', 'b', 'c']), lines(['b', 'd']))).toEqual([
      [
        ['live load 3', ['a', 'c'], 2],
        ['held load 4', ['d'], 1],
      ],
      usual,
    ])
    expect(await only(lines(['a']), lines(['a']))).toEqual([[], usual])
    const many = Array.from({ length: 21 }, (_, n) => `a${String(n).padStart(2, '0')}`)
    expect(await only(lines(many), lines([]))).toEqual([[['live load 3', many.slice(0, 20), 21]], usual])
  })

  it('are compared up to the last key that both have given, where one has more than are read', async () => {
    const cut = `${usual}; of the first 10,000 plays of the day`
    expect(await only(lines(['a', 'c'], 9), lines(['b', 'c', 'd']))).toEqual([
      [
        ['live load 3', ['a'], 1],
        ['held load 4', ['b'], 1],
      ],
      cut,
    ])
    expect(await only(lines(['a', 'e'], 9), lines(['b', 'c'], 9))).toEqual([
      [
        ['live load 3', ['a'], 1],
        ['held load 4', ['b', 'c'], 2],
      ],
      cut,
    ])
  })
})
