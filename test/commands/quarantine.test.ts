import '../../src/commands/loads/rejected.ts'
import '../../src/commands/quarantine.ts'
import '../../src/commands/quarantine/release.ts'
import { appendFile, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { Reply } from '../../src/core/reply.ts'
import { bob, type TestProcess } from '../support/core.ts'
import { createLoadedWarehouse, type Warehouse } from '../support/warehouse.ts'

const fileOf = ({ logData }: Warehouse, day: number) => join(logData, '2018', '11', `2018-11-${day}-events.json`)

/** The two days, loaded, and a third one of which no line can be read but the first two. */
async function withBadFile() {
  const warehouse = await createLoadedWarehouse()
  const lines = (await readFile(fileOf(warehouse, 11), 'utf8')).split('\n').slice(0, 2)
  const good = lines.map((line) => JSON.stringify({ ...JSON.parse(line), sessionId: 99_999 })).join('\n')
  await writeFile(fileOf(warehouse, 12), `${good}\n{"song": x}\n{"song": y}\n`)
  return { ...warehouse, good }
}

async function rowsIn(bot: TestProcess, table: string): Promise<unknown> {
  const counts = (await bot.say('qa counts')).replies.find((reply) => reply.kind === 'table')
  return counts?.rows.find(([name]) => name === table)?.[1]
}

const textsOf = ({ replies }: Answer) => replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : []))
const repliesOf = <K extends Reply['kind']>({ replies }: Answer, kind: K) =>
  replies.filter((reply): reply is Extract<Reply, { kind: K }> => reply.kind === kind)

describe('a file in quarantine', () => {
  it('is offered where a load stops at its rows, left out of loads, and shown by all that show the load', async () => {
    const { bot } = await withBadFile()
    const failed = await bot.say('etl')
    expect(failed.failure).toMatchObject({ code: 'bad_data' })
    const line = 'quarantine 2018/11/2018-11-12-events.json'
    const offered = repliesOf(failed, 'table').find(({ actions }) => actions !== undefined)
    expect([offered?.rows, offered?.actions]).toEqual([
      [['2018/11/2018-11-12-events.json', 2]],
      [{ label: 'Quarantine', line }],
    ])

    expect((await bot.say(line)).headline).toBe(
      '2018-11-12-events.json is left out of loads until it changes or is released.',
    )
    const left = '1 file in quarantine: 2018-11-12-events.json'
    expect(textsOf(await bot.say('etl dry-run=yes'))).toContain(`Left out: ${left}.`)
    const loaded = await bot.say('etl')
    expect([loaded.ok, textsOf(loaded)]).toEqual([true, expect.arrayContaining([`Left out: ${left}.`])])
    expect(await rowsIn(bot, 'songplays')).toBe(160)
    expect(JSON.stringify(await bot.say('status'))).toContain(left)
    expect(JSON.stringify(await bot.say('qa'))).toContain(`Without ${left}`)
    expect(JSON.stringify(await bot.say('top-songs'))).toContain(`Without ${left}`)
    expect(JSON.stringify(await bot.say('loads'))).toContain(left)
    expect(JSON.stringify(await bot.say(`loads ${loaded.run?.id}`))).toContain(left)
    expect(repliesOf(await bot.say('quarantine'), 'table')[0]?.rows).toEqual([
      [expect.stringContaining('2018-11-12-events.json'), expect.any(Number), expect.any(String), 'Anna'],
    ])
  })

  it('is left out of a failed load that is run again', async () => {
    const { bot } = await withBadFile()
    const failed = await bot.say('etl')
    await bot.say('quarantine 2018-11-12-events.json')
    const loaded = await bot.say(`run-again ${failed.run?.id}`)
    expect([loaded.ok, textsOf(loaded)]).toEqual([
      true,
      expect.arrayContaining(['Left out: 1 file in quarantine: 2018-11-12-events.json.']),
    ])
  })

  it('that was released is read by a failed load that is run again', async () => {
    const warehouse = await withBadFile()
    const { bot, good } = warehouse
    await bot.say('quarantine 2018-11-12-events.json')
    const other = fileOf(warehouse, 13)
    await writeFile(other, '{"song": x}\n')
    const failed = await bot.say('etl')
    expect(failed.failure?.code).toBe('bad_data')
    await bot.say('quarantine release 2018-11-12-events.json')
    await writeFile(fileOf(warehouse, 12), good)
    await rm(other)
    const loaded = await bot.say(`run-again ${failed.run?.id}`)
    expect([loaded.ok, textsOf(loaded).filter((words) => words.includes('Left out'))]).toEqual([true, []])
    expect(await rowsIn(bot, 'staging_events')).toBeGreaterThan(191)
  })

  it('is read again once its content is another one, and not when it was only touched or moved back', async () => {
    const warehouse = await withBadFile()
    const { bot, good } = warehouse
    const file = fileOf(warehouse, 12)
    await bot.say('quarantine 2018-11-12-events.json')
    await utimes(file, new Date(), new Date())
    await rename(file, `${file}.aside`)
    await bot.say('etl')
    await rename(`${file}.aside`, file)
    expect(textsOf(await bot.say('etl'))).toContain('Left out: 1 file in quarantine: 2018-11-12-events.json.')
    await writeFile(file, good)
    const loaded = await bot.say('etl')
    expect([loaded.ok, textsOf(loaded)]).toEqual([
      true,
      expect.arrayContaining(['Read again, because changed since: 1 file in quarantine: 2018-11-12-events.json.']),
    ])
    expect((await bot.say('quarantine')).headline).toBe('No file is in quarantine.')
    expect(await rowsIn(bot, 'staging_events')).toBeGreaterThan(191)
  })

  it('is read again once it is released; one that was loaded before goes with its rows', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    // The copy lies in another folder than what it was made of.
    await bot.ledger.loads.learn(1, { source: bot.deps.engine.source })
    await appendFile(fileOf(warehouse, 11), '\nnot JSON\n')
    await bot.say('quarantine 11/2018-11-11-events.json')
    const held = await bot.say('etl')
    // A day that becomes empty is never published by itself.
    expect(held.failure).toMatchObject({ code: 'held' })
    expect((await bot.say('quarantine release 2018-11-11-events.json')).headline).toBe(
      'The next load reads 2018-11-11-events.json again.',
    )
    expect((await bot.say('etl')).failure).toMatchObject({ code: 'bad_data' })
    expect((await bot.say('quarantine-release 2018-11-11-events.json')).failure).toMatchObject({
      code: 'bad_argument',
      message: 'There is no file "2018-11-11-events.json" in quarantine.',
    })
  })

  it('must be one that there is, and only one', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot, logData } = warehouse
    expect((await bot.say('quarantine nothing.json')).failure).toMatchObject({
      code: 'bad_argument',
      message: 'There is no file "nothing.json" among the source files.',
    })
    await mkdir(join(logData, 'copy'))
    await writeFile(join(logData, 'copy', '2018-11-11-events.json'), '')
    expect((await bot.say('quarantine 2018-11-11-events.json')).failure).toMatchObject({
      message: '2 files end in "2018-11-11-events.json".',
    })
    // The name begins where a folder ends.
    expect((await bot.say('quarantine events.json')).failure?.message).toContain('There is no file "events.json"')
    const path = join(logData, 'copy', '2018-11-11-events.json')
    expect((await bot.say(`quarantine ${path}`)).replies).toMatchObject([{}, { text: path }])
    vi.spyOn(bot.deps.engine, 'contentOf').mockResolvedValueOnce(null)
    expect((await bot.say('quarantine 2018-11-10-events.json')).failure).toMatchObject({
      code: 'source_unreadable',
      message: expect.stringContaining('cannot be detected, so it cannot be put in quarantine.'),
    })
    const listed = async () => repliesOf(await bot.say('quarantine'), 'table')[0]
    expect(await listed()).toMatchObject({
      rows: [[path, 0, expect.anything(), 'Anna']],
      actions: [{ label: 'Release', line: 'quarantine-release 2018-11-11-events.json' }],
    })
    await bot.say('quarantine 11/2018-11-11-events.json')
    expect((await listed())?.actions?.map((action) => action?.line)).toEqual(
      expect.arrayContaining([`quarantine-release ${path}`]),
    )
    expect((await bot.say('quarantine release')).failure?.code).toBe('bad_argument')
    expect((await bot.say('quarantine copy/2018-11-11-events.json', { who: bob })).exit).toBe(3)
  })
})

describe('rows that a load has left out', () => {
  it('are kept with it as a table and a file, also those of files that the next load does not read', async () => {
    const { bot } = await withBadFile()
    const first = await bot.say('etl max-errors=5')
    expect(first.next).toContainEqual({ label: 'Rejected rows', line: `loads-rejected ${first.run?.id}` })
    await bot.say('etl max-errors=5')
    for (const line of ['loads rejected', `loads rejected ${first.run?.id}`]) {
      const answer = await bot.say(line)
      expect(answer.headline).toMatch(/^Load \d+ left out 2 unreadable rows\.$/)
      expect(repliesOf(answer, 'table')[0]?.rows[0]?.slice(0, 4)).toEqual([
        null,
        2,
        '2018/11/2018-11-12-events.json',
        3,
      ])
      const [file] = repliesOf(answer, 'file')
      expect(
        file?.content
          .trimEnd()
          .split('\n')
          .map((row) => row.split(',').slice(0, 2)),
      ).toEqual([
        ['\ufefffile', 'line'],
        ['2018/11/2018-11-12-events.json', '3'],
        ['2018/11/2018-11-12-events.json', '4'],
      ])
    }
    expect((await bot.say('loads rejected 1')).headline).toBe('Load 1 left no row out.')
    await bot.say('rollback 1', { confirmed: true })
    expect((await bot.say('loads rejected')).headline).toBe('Load 1 left no row out.')
    expect((await bot.say('loads rejected 77')).failure).toMatchObject({ code: 'not_found' })
  })
})
