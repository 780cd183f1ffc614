import '../../src/commands/create-tables.ts'
import '../../src/commands/etl.ts'
import '../../src/commands/loads.ts'
import '../../src/commands/rollback.ts'
import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import type { Answer } from '../../src/core/answer.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import { sideBySide } from '../../src/core/warehouse/load.ts'
import { failureOf, type TestProcess } from '../support/core.ts'
import { twoDays } from '../support/two-days.ts'
import { createLoadedWarehouse, createWarehouse } from '../support/warehouse.ts'

const dayFile = join('2018', '11', '2018-11-11-events.json')

async function counts(bot: TestProcess): Promise<Record<string, unknown>> {
  const table = (await bot.say('qa counts')).replies.find((reply) => reply.kind === 'table')
  return Object.fromEntries(table?.rows.map(([name, rows]) => [String(name), rows]) ?? [])
}

const texts = (answer: Answer) => answer.replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : []))

describe('etl', () => {
  it('is live from the moment at which the engine has published it, however long that takes', async () => {
    const warehouse = await createWarehouse()
    const { deps } = warehouse.bot
    const { engine } = deps
    const publish: Engine['publish'] = async (...published) => {
      await engine.publish(...published)
      warehouse.clock.advance(5_000)
    }
    const slow = await warehouse.start('slow', await readCommands(), { ...deps, engine: { ...engine, publish } })
    expect(await slow.say('etl')).toMatchObject({ ok: true })
    expect((await slow.ledger.loads.live())?.published).toBe(warehouse.clock.now().toISOString())
  })

  it('loads the two days, step by step, with rows on each', async () => {
    const { bot } = await createWarehouse()
    const answer = await bot.say('etl')
    expect(answer).toMatchObject({ ok: true, exit: 0, audience: 'channel', run: { state: 'complete' } })
    expect(answer.run?.steps.every(({ state }) => state === 'complete')).toBe(true)
    const titles = [
      "Create the warehouse's home",
      'Check sources',
      'Create tables',
      'Stage events',
      'Stage songs',
      ...sideBySide(bot.deps.library.etl).flatMap((files) => files.map(({ table }) => `Build ${table}`)),
      'Audit',
      'Publish',
    ]
    expect(answer.run?.steps.map(({ title }) => title).filter((title) => titles.includes(title))).toEqual(titles)
    const details = Object.fromEntries(answer.run?.steps.map(({ title, detail }) => [title, detail]) ?? [])
    expect(details).toMatchObject({
      'Check sources': expect.stringMatching(/^2 log files, 9 song files, /),
      'Create tables': 'load 1',
      'Stage events': '191 rows',
      'Stage songs': '9 rows',
      'Build users': '27 rows',
      'Build artists': '6 rows',
      'Build songs': '9 rows',
      'Build songplays': '160 rows',
      'Build time': '160 rows',
      Audit: expect.stringMatching(/checks green/),
      Publish: expect.stringMatching(/rows live$/),
    })
    expect(texts(answer)[0]).toContain(
      '191 events and 9 songs read from 11 files\nsongplays 160 · users 27 · songs 9 · artists 6 · time 160',
    )
    expect(await counts(bot)).toMatchObject(twoDays.counts)
    expect(await bot.ledger.loads.live()).toMatchObject({
      id: 1,
      facts: { plays: 160, matched: 2, repeatsDropped: 0, files: 11, counts: twoDays.counts },
    })
  })

  it('builds tables side by side that do not need each other', async () => {
    const { bot } = await createWarehouse()
    const groups = sideBySide(bot.deps.library.etl).map((files) => files.map(({ table }) => table))
    expect(groups).toEqual([['users', 'artists', 'songs', 'page_views'], ['songplays'], ['time']])
  })

  it('a second time changes nothing but the load, and says what matched last time', async () => {
    const { bot } = await createWarehouse()
    const first = await bot.say('etl')
    const second = await bot.say('etl')
    expect(texts(first).some((text) => /last load/.test(text))).toBe(false)
    expect(texts(second)).toContain('1.3% of plays match the catalogue (last load 1.3%)')
    expect(await counts(bot)).toMatchObject(twoDays.counts)
    expect(await bot.ledger.loads.live()).toMatchObject({ id: 2 })
  })

  it('reads the files that are new, changed or gone, and says which; nothing else is read', async () => {
    const { bot, logData } = await createLoadedWarehouse()
    const detail = (answer: Answer, title: string) => answer.run?.steps.find((step) => step.title === title)?.detail
    const none = await bot.say('etl')
    expect(texts(none)[0]).toMatch(/^No file has changed; 0 of 191 events read\n/)
    expect(detail(none, 'Create tables')).toBe('load 2, a copy of load 1')
    expect(detail(none, 'Build users')).toBe('0 rows written')
    expect((await bot.say('etl dry-run=yes')).headline).toBe(
      'A load would read nothing: no file has changed since load 2, 11 unchanged.',
    )

    const file = join(logData, dayFile)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, lines.slice(1).join('\n'))
    await writeFile(join(logData, '2018', '11', '2018-11-30-events.json'), lines[0] ?? '')
    await writeFile(join(logData, 'notes.txt'), 'no data')
    const dry = await bot.say('etl dry-run=yes')
    expect(texts(dry)).toContain('1 file skipped by name: notes.txt.')
    expect(dry).toMatchObject({
      ok: true,
      headline: expect.stringMatching(/: 1 new file, 1 changed since load 2, 10 unchanged\.$/),
    })
    const listed = dry.replies.find((reply) => reply.kind === 'table')
    expect(listed?.rows.map(([path, change]) => [String(path).slice(-22), change])).toEqual([
      ['2018-11-11-events.json', 'changed'],
      ['2018-11-30-events.json', 'new'],
    ])
    expect(await bot.say('etl dry-run=yes full=yes')).toMatchObject({
      headline: expect.stringContaining('A load would read everything'),
      next: [{ label: 'Load', line: 'etl full=yes' }],
    })
    expect(await bot.ledger.loads.live()).toMatchObject({ id: 2 })

    const some = await bot.say('etl')
    expect(texts(some)[0]).toContain(`1 new file, 1 changed; ${lines.length} of 191 events read`)
    expect(await counts(bot)).toMatchObject(twoDays.counts)
    const whole = await bot.say('etl full=yes dry-run=yes')
    expect(whole.headline).toMatch(/^A load would read everything \(3 log files, 9 song files, .*\): as asked\.$/)
    // Which of them have changed is not compared then.
    expect(whole.replies.find((reply) => reply.kind === 'table')?.columns).toEqual(['file', 'bytes'])
    const all = await bot.say('etl full=yes')
    expect(texts(all)[0]).toContain('191 events and 9 songs read from 12 files')
    expect(detail(all, 'Create tables')).toMatch(/^load \d+, in full: as asked$/)
  })

  it('reads everything where the live load was deleted or damaged outside of the bot', async () => {
    const { bot, logData } = await createLoadedWarehouse()
    for (const spoil of [
      (path: string) => rm(path),
      (path: string) => writeFile(path, 'no database'),
      (path: string) => truncate(path, 300_000),
    ]) {
      const { id } = (await bot.ledger.loads.live()) ?? {}
      await spoil(join(logData, '..', 'loads', `${id}.duckdb`))
      const answer = await bot.say('etl')
      expect(answer).toMatchObject({ ok: true })
      expect(texts(answer)[0]).toContain('191 events and 9 songs read from 11 files')
      expect(await counts(bot)).toMatchObject(twoDays.counts)
    }
  })

  it('counts an event that is delivered twice once, and says so', async () => {
    const { bot, logData } = await createWarehouse()
    const file = join(logData, dayFile)
    const repeated = (await readFile(file, 'utf8')).split('\n').find((line) => line.includes('"NextSong"'))
    await appendFile(file, `\n${repeated}`)
    const answer = await bot.say('etl')
    expect(texts(answer)).toContain('1 event delivered more than once; each counts once')
    expect(await counts(bot)).toMatchObject({ ...twoDays.counts, staging_events: 192 })
  })

  it('stops at data that cannot be read, before anything is published; with max-errors it leaves them out and says so', async () => {
    const { bot, logData } = await createLoadedWarehouse()
    await appendFile(join(logData, dayFile), '\nthis is no JSON')
    const failed = await bot.say('etl')
    expect(failed).toMatchObject({ ok: false, exit: 1, run: { state: 'error' } })
    expect(failureOf(failed)).toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('2018-11-11-events.json'),
    })
    expect(failed.replies).toMatchObject([
      { kind: 'failure' },
      { kind: 'table', title: 'Unreadable rows' },
      { kind: 'table', actions: [{ label: 'Quarantine', line: `quarantine ${dayFile}` }] },
    ])
    expect(failed.next.map(({ line }) => line)).toEqual(['etl max-errors=1', `run-again ${failed.run?.id}`])
    expect(await bot.ledger.loads.live()).toMatchObject({ id: 1 })
    expect(await counts(bot)).toMatchObject(twoDays.counts)

    const tolerant = await bot.say('etl max-errors=1')
    expect(tolerant).toMatchObject({ ok: true })
    expect(texts(tolerant).find((text) => text.startsWith('1 unreadable row left out:'))).toContain(
      '2018-11-11-events.json',
    )
    expect(await counts(bot)).toMatchObject(twoDays.counts)
  })

  it('keeps on warning of rows that a later load does not touch, and counts the plays that are lost', async () => {
    const { bot, logData } = await createLoadedWarehouse()
    const live = async () => (await bot.ledger.loads.live())?.facts
    const file = join(logData, dayFile)
    const play = (await readFile(file, 'utf8')).split('\n').find((line) => line.includes('"NextSong"')) ?? ''
    await appendFile(file, `\n${play.replace(/"song":"[^"]*"/, '"song":"Another"')}`)
    const first = await bot.say('etl')
    expect(first.run?.steps.find(({ title }) => title === 'Create tables')?.detail).toBe('load 2, a copy of load 1')
    const warned = {
      playsLost: 1,
      repeatsDropped: 0,
      checks: { names: ['catalogue-coverage', 'repeats-are-redeliveries'] },
    }
    expect(await live()).toMatchObject(warned)
    const another = play.replace(/"sessionId":\d+/, '"sessionId":99999')
    await writeFile(join(logData, '2018', '11', '2018-11-30-events.json'), another)
    expect(await bot.say('etl')).toMatchObject({ ok: true })
    expect(await live()).toMatchObject({ ...warned, plays: 161 })
  })

  it('whose log file is gone once it is staged names the rows of a check by their keys, and is published where it only warns', async () => {
    const { bot, logData, start } = await createLoadedWarehouse()
    const { engine } = bot.deps
    const line =
      (await readFile(join(logData, dayFile), 'utf8')).split('\n').find((one) => one.includes('"NextSong"')) ?? ''
    const added = join(logData, '2018', '11', '2018-11-12-events.json.gz')
    const transform: Engine['transform'] = async (...transformed) => {
      await rm(added, { force: true })
      return engine.transform(...transformed)
    }
    const two = await start('two', await readCommands(), { ...bot.deps, engine: { ...engine, transform } })
    const load = async (text: string) => {
      await writeFile(added, gzipSync(text))
      return two.say('etl')
    }
    const warned = await load(line.replace(/"song":"[^"]*"/, '"song":"Another"'))
    expect(texts(warned).join('\n')).toMatch(/Different events with the same user.* \(1 row, user \d+/)
    const refused = failureOf(await load(line.replace(/"userId":"\d+"/, '"userId":""')))
    expect([refused.code, refused.message]).toEqual([
      'checks_red',
      expect.stringMatching(/Every play has .* \(1 row, /),
    ])
  })

  it('with a red check stops before publishing, shows the rows, and the live tables answer as before', async () => {
    const { bot, logData } = await createLoadedWarehouse()
    const file = join(logData, dayFile)
    const lines = (await readFile(file, 'utf8')).split('\n')
    await writeFile(file, lines.map((line) => line.replace('"userId":"', '"userId":"x')).join('\n'))
    const failed = await bot.say('etl')
    expect(failed).toMatchObject({ ok: false, exit: 1, run: { state: 'error' } })
    expect(failureOf(failed)).toMatchObject({
      code: 'checks_red',
      message: expect.stringMatching(/Live tables are untouched\.$/),
    })
    expect(failed.replies.filter(({ kind }) => kind === 'table').length).toBeGreaterThan(0)
    expect(failed.run?.steps.find(({ title }) => title === 'Publish')?.state).toBe('pending')
    expect(await bot.ledger.loads.live()).toMatchObject({ id: 1 })
    expect(await counts(bot)).toMatchObject(twoDays.counts)
    // What cannot be carried on keeps no space.
    expect(await bot.ledger.loads.get(failed.run?.id ?? 0)).toMatchObject({ state: 'discarded' })
    expect((await bot.deps.engine.stored()).map(({ load }) => load)).toEqual([1])
  })

  it('that failed at unreadable data is carried on at that step when they are mended', async () => {
    const { bot, logData } = await createWarehouse()
    const file = join(logData, dayFile)
    const good = await readFile(file, 'utf8')
    await appendFile(file, '\nthis is no JSON')
    await bot.say('etl')
    // Its file is no load that is kept.
    const status = (await bot.say('status')).replies.find((reply) => reply.kind === 'table')
    expect(status?.rows).toContainEqual(['Loads kept', '0'])
    await writeFile(file, good)
    const again = await bot.say('run-again')
    expect(again).toMatchObject({ ok: true, run: { id: 1, attempt: 2, command: 'etl', line: 'etl' } })
    expect(await bot.ledger.loads.live()).toMatchObject({ id: 1 })
    expect(await counts(bot)).toMatchObject(twoDays.counts)
  })

  it('that begins under one version and is carried on by one with other transforms is no base of the next', async () => {
    const { bot, start } = await createLoadedWarehouse()
    const { engine, cluster, library } = bot.deps
    const parts = { engine, cluster, library }
    const begin = () => Promise.reject(new OpsError('interrupted', 'The process ends.', ''))
    const older = await start('older', await readCommands(), { ...parts, engine: { ...engine, begin } })
    expect(failureOf(await older.say('etl')).code).toBe('interrupted')
    const [first, ...others] = library.etl
    const etl = first === undefined ? [] : [{ ...first, statements: [...first.statements, 'select 1'] }, ...others]
    const newer = await start('newer', await readCommands(), { ...parts, library: { ...library, etl } })
    expect(await newer.say('run-again')).toMatchObject({ ok: true })
    // Nor is it one where the newer version is taken back.
    for (const version of [newer, bot]) {
      const [plan = ''] = texts(await version.say('etl dry-run=yes'))
      expect(plan).toMatch(/^A load would read everything \(.*\): the transforms have changed\./)
    }
  })

  it('that failed at a red check begins anew when it is run again', async () => {
    const { bot, logData } = await createWarehouse()
    const file = join(logData, dayFile)
    const good = await readFile(file, 'utf8')
    await writeFile(file, good.replaceAll('"userId":"', '"userId":"x'))
    expect(failureOf(await bot.say('etl')).code).toBe('checks_red')
    await writeFile(file, good)
    const again = await bot.say('run-again')
    expect(again).toMatchObject({ ok: true, run: { id: 1, attempt: 2 } })
    expect(again.run?.steps.every(({ ms }) => ms !== null)).toBe(true)
    expect(await counts(bot)).toMatchObject(twoDays.counts)
  })

  it('is read by others while it runs, as the load before', async () => {
    const { bot, another } = await createLoadedWarehouse()
    const two = await another('two')
    const loading = bot.say('etl')
    const during = await counts(two)
    expect(during).toMatchObject(twoDays.counts)
    await loading
    expect(await counts(two)).toMatchObject(twoDays.counts)
  })
})

describe('the contract of the source', () => {
  it('is compared with the files that a load reads: what differs is reported once, with the line that accepts it', async () => {
    const { bot, logData } = await createLoadedWarehouse()
    const [line = ''] = (await readFile(join(logData, dayFile), 'utf8')).split('\n')
    const event = { ...JSON.parse(line), sessionId: 77, device: 'phone' }
    await writeFile(join(logData, '2018', '11', '2018-11-30-events.json'), `\n${JSON.stringify(event)}`)
    const words = 'new field device (text), first in 2018/11/2018-11-30-events.json, line 2: log device text watched'
    expect(texts(await bot.say('etl')).join('\n')).toContain(words)
    expect(texts(await bot.say('etl')).join('\n')).not.toContain('device')
  })
})

describe('rollback', () => {
  it('makes an earlier load live in a moment, and the next etl begins there', async () => {
    const { bot, logData } = await createLoadedWarehouse()
    const late = join(logData, '2018', '11', '2018-11-30-events.json')
    const lines = (await readFile(join(logData, dayFile), 'utf8')).trimEnd().split('\n')
    const play = JSON.parse(lines.find((line) => line.includes('"NextSong"')) ?? '')
    await writeFile(late, JSON.stringify({ ...play, sessionId: 77 }))
    await bot.say('etl')
    expect(await counts(bot)).toMatchObject({ songplays: twoDays.counts.songplays + 1 })

    const list = (await bot.say('loads')).replies.find((reply) => reply.kind === 'table')
    expect(list?.rows.map(([load, state, , , plays, , change]) => [load, state, plays, change])).toEqual([
      [2, 'live', 161, 'staging_events +1 · songplays +1'],
      [1, 'kept', 160, null],
    ])
    expect(list?.rows.every((row) => Number(row[5]) > 0)).toBe(true)

    const asked = await bot.say('rollback')
    expect(asked.replies).toContainEqual(expect.objectContaining({ kind: 'plan', title: 'Roll back to load 1?' }))
    const done = await bot.say('rollback', { confirmed: true })
    expect(done).toMatchObject({ ok: true, headline: expect.stringContaining('Load 1 is live again') })
    expect(await counts(bot)).toMatchObject(twoDays.counts)

    // The file of the load that was taken back is new again to the load that is live, beside one that came in between.
    await writeFile(late.replace('30', '29'), JSON.stringify({ ...play, sessionId: 78 }))
    const next = await bot.say('etl')
    expect(texts(next)[0]).toContain('2 new files; 2 of 193 events read')
    expect(await counts(bot)).toMatchObject({ songplays: twoDays.counts.songplays + 2 })
  })

  it('goes forward again to a load that is kept, and to no other', async () => {
    const { bot } = await createLoadedWarehouse()
    expect(failureOf(await bot.say('rollback'))).toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('loads'),
    })
    await bot.say('etl')
    expect(await bot.say('rollback 1', { confirmed: true })).toMatchObject({ ok: true })
    expect(await bot.say('rollback 2', { confirmed: true })).toMatchObject({ ok: true })
    expect(await bot.ledger.loads.live()).toMatchObject({ id: 2 })
    expect(failureOf(await bot.say('rollback 9'))).toMatchObject({ code: 'not_found' })
    expect(failureOf(await bot.say('rollback 2'))).toMatchObject({ code: 'bad_argument' })
  })
})

describe('create-tables', () => {
  it('makes empty tables, which can be asked, and leaves tables that are there as they are', async () => {
    const { bot } = await createWarehouse()
    const created = await bot.say('create-tables')
    expect(created).toMatchObject({ ok: true })
    expect(created.headline).toMatch(/^The tables are there: staging_events, staging_songs, songplays, .+ and \w+\.$/)
    const empty = await counts(bot)
    expect(Object.keys(empty)).toEqual([...bot.deps.library.tables.staging, ...bot.deps.library.tables.star])
    expect(new Set(Object.values(empty))).toEqual(new Set([0]))
    const answer = await bot.say('top-songs')
    expect(answer).toMatchObject({ ok: true, headline: 'Top songs: No plays.' })
    // The empty table is shown as "No rows.", which is enough.
    expect(answer.lead).toBeUndefined()
    await bot.say('etl')
    const again = await bot.say('create-tables')
    expect(again.run?.steps.map(({ state, detail }) => [state, detail])).toEqual([
      ['skipped', 'already there'],
      ['skipped', 'already there'],
    ])
    expect(await counts(bot)).toMatchObject(twoDays.counts)
  })
})
