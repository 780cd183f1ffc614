import { describe, expect, it } from 'vitest'
import type { Deps } from '../../../src/core/deps.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Engine, SourceChanges, SourceFile, Sources } from '../../../src/core/ports/engine.ts'
import type { LoadFacts, LoadRecord } from '../../../src/core/ports/loads.ts'
import type { TransformFile } from '../../../src/core/sql/files.ts'
import type { SqlLibrary } from '../../../src/core/sql/library.ts'
import { basisOf, changesWords, recipeOf, tally } from '../../../src/core/warehouse/basis.ts'
import { skippedWords } from '../../../src/core/warehouse/quarantine.ts'
import { shippedLibrary } from '../../support/catalog.ts'
import { createWorld } from '../../support/core.ts'

const library = await shippedLibrary()

const megabyte = 1_000_000
const never = new AbortController().signal
const file = (megabytes: number): SourceFile => ({
  path: 'a.json',
  bytes: megabytes * megabyte,
  day: null,
  stamp: null,
})
const changed = (megabytes: number, change: 'new' | 'changed' | 'gone' = 'changed') => ({
  path: 'a.json',
  bytes: megabytes * megabyte,
  change,
})

/** What a load is built on, of sources and changes, where the load before knows this of itself. */
async function basis(
  changes: SourceChanges | null | Error,
  given: { facts?: LoadFacts; log?: number; song?: number; full?: boolean; live?: null; more?: Partial<Sources> } = {},
) {
  const bot = await (await createWorld()).start('one', [])
  const facts = given.facts ?? { recipe: recipeOf(library) }
  const live: LoadRecord = { id: 7, state: 'live', started: '', published: '', facts }
  const engine: Engine = {
    ...bot.deps.engine,
    async changes(load) {
      expect(load).toBe(7)
      if (changes instanceof Error) throw changes
      return changes
    },
  }
  const loads = { ...bot.ledger.loads, live: async () => (given.live === null ? null : live) }
  const deps: Deps = { ...bot.deps, library, engine, ledger: { ...bot.ledger, loads } }
  const sources: Sources = { summary: '', log: [file(given.log ?? 0)], song: [file(given.song ?? 0)], ...given.more }
  return basisOf(deps, sources, given.full ?? false, never)
}

const some: SourceChanges = { files: [changed(1)], unchanged: 3 }

describe('what a load is built on', () => {
  it('is the live load with what has changed since, where it knows its files and was made alike', async () => {
    expect(await basis(some, { log: 1 })).toEqual({ reads: 'changes', since: 7, changes: some })
    expect(await basis({ files: [], unchanged: 0 })).toMatchObject({ reads: 'changes' })
  })

  it.each<[why: string | null, changes: SourceChanges | null | Error, given: Parameters<typeof basis>[1]]>([
    ['as asked', some, { full: true }],
    ['load 7 keeps no list of its files', some, { facts: {} }],
    ['the transforms have changed', some, { facts: { recipe: '0123456789abcdef' } }],
    ['the transforms or the JSONPaths file have changed', some, { more: { mapping: 's3://bucket/paths.json "2"' } }],
    ['its files are numbered otherwise', { ...some, full: 'its files are numbered otherwise' }, {}],
    ['nobody may list', some, { more: { unlisted: { why: 'nobody may list', remedy: '' } } }],
    ['what has changed since load 7 is not known', null, {}],
    ['what has changed since load 7 is not known', new OpsError('not_found', 'gone'), {}],
    ['what has changed since load 7 is not known', new OpsError('storage', 'damaged'), {}],
  ])('is everything, beside the live load: %s', async (why, changes, given) => {
    expect(await basis(changes, given)).toEqual({ reads: 'all', since: 7, why })
  })

  it('is everything where nothing is live', async () => {
    expect(await basis(some, { live: null })).toEqual({ reads: 'all', since: null, why: null })
  })

  it('is everything where more than half of much has changed; what is gone is not read', async () => {
    const readsAll = async (files: SourceChanges['files'], log: number, song: number) =>
      (await basis({ files, unchanged: 0 }, { log, song })).reads === 'all'
    expect(await readsAll([changed(60), changed(61, 'new')], 120, 120)).toBe(true)
    expect(await readsAll([changed(60), changed(60, 'new')], 120, 120)).toBe(false)
    expect(await readsAll([changed(60), changed(61, 'gone')], 0, 100)).toBe(false)
    expect(await readsAll([changed(100)], 50, 50)).toBe(false)
    expect(await readsAll([changed(101)], 51, 50)).toBe(true)
  })

  it('is not known where the sources cannot be looked at, which is thrown', async () => {
    await expect(basis(new OpsError('source_unreadable', 'no'))).rejects.toMatchObject({ code: 'source_unreadable' })
    await expect(basis(new Error('a bug'))).rejects.toThrow('a bug')
  })
})

describe('a recipe', () => {
  it('is another one after each change of what makes a load, and of nothing else', () => {
    const users: TransformFile = { kind: 'transform', name: 'users', table: 'users', statements: ['a', 'b'] }
    const base: SqlLibrary = { ...library, etl: [users] }
    const others: readonly SqlLibrary[] = [
      { ...base, schema: { ...library.schema, star: ['create table x (n integer)'] } },
      { ...base, etl: [{ ...users, statements: ['a', 'c'] }] },
      { ...base, etl: [] },
      { ...base, foreignTexts: 'select 2' },
    ]
    expect(new Set([base, ...others].map((one) => recipeOf(one))).size).toBe(5)
    expect(recipeOf({ ...base, summary: 'select 2', queries: [], checks: [] })).toBe(recipeOf(base))
    const mapped = [undefined, 's3://bucket/one.json "1"', 's3://bucket/one.json "2"'].map((mapping) =>
      recipeOf(base, mapping),
    )
    expect([new Set(mapped).size, mapped[0]]).toEqual([3, recipeOf(base)])
    expect(recipeOf(base)).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('what has changed', () => {
  it('is told by kind, each with its number', () => {
    const files = [changed(1, 'new'), changed(1, 'new'), changed(1), changed(1, 'gone')]
    expect(tally({ files })).toEqual({ new: 2, changed: 1, gone: 1 })
    const words = (tallied: Partial<Record<'new' | 'changed' | 'gone', number>>) =>
      changesWords({ new: 0, changed: 0, gone: 0, ...tallied })
    expect([words({}), words({ new: 1 }), words({ new: 2, changed: 1, gone: 1_200 }), words({ gone: 1 })]).toEqual([
      'no file has changed',
      '1 new file',
      '2 new files, 1 changed, 1,200 gone',
      '1 gone file',
    ])
  })

  it('leaves out files by their names, of which it tells five', () => {
    expect(skippedWords(['a\u0007b'])).toBe('1 file skipped by name: a?b')
    expect(skippedWords(['a', 'b', 'c', 'd', 'e'])).toBe('5 files skipped by name: a, b, c, d, e')
    expect(skippedWords(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('7 files skipped by name: a, b, c, d, e and 2 more')
  })
})
