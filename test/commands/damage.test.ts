import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { liveProbe } from '../../src/core/doctor/setup-probes.ts'
import { failureOf } from '../support/core.ts'
import { createLoadedWarehouse, createWarehouse, type Warehouse } from '../support/warehouse.ts'

const { signal } = new AbortController()

const loadsOf = ({ logData }: Warehouse): string => join(dirname(logData), 'loads')

const filesOf = async (warehouse: Warehouse): Promise<readonly string[]> =>
  (await readdir(loadsOf(warehouse))).filter((name) => name.endsWith('.duckdb')).toSorted()

const damages: Readonly<Record<string, (file: string, folder: string) => Promise<unknown>>> = {
  deleted: (file) => rm(file),
  emptied: (file) => truncate(file),
  'cut short': (file) => truncate(file, 1_000_000),
  overwritten: (file) => writeFile(file, 'not a database'),
  'replaced by a folder': async (file) => {
    await rm(file)
    await mkdir(file)
  },
  'gone with its folder': (_file, folder) => rm(folder, { recursive: true }),
}

describe('a live load whose file was', () => {
  it.each(Object.keys(damages))('%s is named by questions and by doctor, which offer to load it again', async (how) => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    const folder = loadsOf(warehouse)
    await damages[how]?.(join(folder, '1.duckdb'), folder)
    const question = await bot.say('top-songs')
    expect(failureOf(question)).toMatchObject({
      message: expect.stringMatching(/^(Live load 1 is gone|The file of live load 1 is damaged)/),
      remedy: 'Load again with etl.',
    })
    expect(question.next).toContainEqual({ label: 'Load', line: 'etl' })
    expect(await liveProbe(bot.deps).check(signal)).toMatchObject({ state: 'red', remedy: 'Load again with etl.' })
  })

  it('replaced by a folder is loaded again, and the folder removed with the load', async () => {
    const warehouse = await createLoadedWarehouse()
    const folder = loadsOf(warehouse)
    await damages['replaced by a folder']?.(join(folder, '1.duckdb'), folder)
    for (let load = 2; load <= 4; load++) expect(await warehouse.bot.say('etl')).toMatchObject({ ok: true })
    expect(await filesOf(warehouse)).not.toContain('1.duckdb')
    expect(await liveProbe(warehouse.bot.deps).check(signal)).toMatchObject({ state: 'green' })
  })
})

describe('another load whose file was damaged', () => {
  it('is not called the live one: nothing is rolled back to it, and the live load answers', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    await bot.say('etl')
    await writeFile(join(loadsOf(warehouse), '1.duckdb'), 'no load')
    expect(failureOf(await bot.say('rollback', { confirmed: true }))).toMatchObject({
      code: 'storage',
      message: 'The file of kept load 1 is damaged or not a load any more. Live tables are untouched.',
    })
    expect(await bot.say('top-songs')).toMatchObject({ ok: true })
  })
})

describe('loads that failed', () => {
  it('give back their space at once where nobody can carry them on, else before the next one is built', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot, logData } = warehouse
    const bad = join(logData, '2018', '11', '2018-11-12-events.json')
    await writeFile(bad, 'no JSON')
    for (let n = 0; n < 3; n++) expect(await bot.say('etl')).toMatchObject({ ok: false })
    expect(await filesOf(warehouse)).toHaveLength(2)
    await rm(bad)
    expect(await bot.say('etl')).toMatchObject({ ok: true })
    expect(await filesOf(warehouse)).toHaveLength(2)
    const kept = await filesOf(warehouse)
    // Plays of nobody: red in the audit.
    const day = join(logData, '2018', '11', '2018-11-11-events.json')
    await writeFile(day, (await readFile(day, 'utf8')).replaceAll('"userId":"', '"userId":"x'))
    const red = await bot.say('etl')
    expect(failureOf(red).code).toBe('checks_red')
    expect(await filesOf(warehouse)).toEqual(kept)
  })
})

describe('a ledger that does not know the loads beside it', () => {
  it('is told of before anything is deleted or built over, until tear-down has deleted them', async () => {
    const loaded = await createLoadedWarehouse()
    const warehouse = await createWarehouse()
    await rm(loadsOf(warehouse), { recursive: true, force: true })
    await cp(loadsOf(loaded), loadsOf(warehouse), { recursive: true })
    const { bot } = warehouse
    for (let n = 0; n < 2; n++) {
      const answer = await bot.say('etl')
      expect(failureOf(answer)).toMatchObject({
        code: 'storage',
        message: 'Load 1 is stored here, but not in this ledger: it was emptied or replaced. Nothing was deleted.',
      })
      expect(answer.next).toContainEqual({ label: 'Tear down', line: 'tear-down' })
    }
    expect(await filesOf(warehouse)).toEqual(['1.duckdb'])
    expect(await liveProbe(bot.deps).check(signal)).toMatchObject({
      state: 'red',
      detail: expect.stringContaining('Load 1 is stored'),
    })
    expect(await bot.say('tear-down', { confirmed: true, typed: 'sparkify' })).toMatchObject({ ok: true })
    expect(await bot.say('etl')).toMatchObject({ ok: true })
    expect(await filesOf(warehouse)).toHaveLength(1)
  })
})
