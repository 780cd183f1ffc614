import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Deps } from '../../../src/core/deps.ts'
import type { Engine } from '../../../src/core/ports/engine.ts'
import type { Work } from '../../../src/core/step.ts'
import { repairTexts } from '../../../src/core/warehouse/repair-texts.ts'
import { createDuckdbEngine } from '../../../src/duckdb/index.ts'
import { createStage, library, newStep, wholeSchema } from '../../redshift/engine/support.ts'
import { createWorld } from '../../support/core.ts'
import { twoDays } from '../../support/two-days.ts'
import { createWarehouse } from '../../support/warehouse.ts'

const songs = 700
// So many texts of the two days themselves are garbled.
const others = 5
const never = new AbortController().signal

/** UTF-8 that was taken for Latin-1, twice. */
function garbled(text: string): string {
  const once = Buffer.from(text, 'utf8').toString('latin1')
  return Buffer.from(once, 'utf8').toString('latin1')
}

const nameOf = (n: number): string => `Söng № ${n}’s “title”`

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repair-'))
  await cp(twoDays.folder, folder, { recursive: true })
  const days = join(folder, 'log_data', '2018', '11')
  const [day = ''] = await readdir(days)
  const text = await readFile(join(days, day), 'utf8')
  const play = JSON.parse(text.split('\n').find((line) => line.includes('"NextSong"')) ?? '')
  const more = Array.from({ length: songs }, (_, n) =>
    JSON.stringify({ ...play, sessionId: 900_000, itemInSession: n, song: garbled(nameOf(n)) }),
  )
  await writeFile(join(days, day), `${text.trimEnd()}\n${more.join('\n')}\n`)
})

afterAll(() => rm(folder, { recursive: true }))

const places = () => ({ logData: join(folder, 'log_data'), songData: join(folder, 'song_data') })

const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  [
    'DuckDB',
    async () => {
      const engine = await createDuckdbEngine({ folder: join(folder, 'loads'), ...places() })
      onTestFinished(() => engine.close())
      return engine
    },
  ],
  [
    'Redshift',
    async () => {
      const stage = await createStage(places())
      onTestFinished(() => stage.close())
      return stage.open()
    },
  ],
]

describe.each(engines)('repairing the texts of a load on %s', (_name, open) => {
  it('writes what each of them was before, all in a few statements, and once however often it is begun', async () => {
    const engine = await open()
    const { deps }: { deps: Deps } = await (await createWorld()).start('one', [], { engine, library })
    const column = async (sql: string): Promise<readonly unknown[]> => {
      const { rows } = await engine.query({ kind: 'candidate', load: 1 }, { sql }, { maxRows: 10_000, signal: never })
      return rows.map(([cell]) => cell)
    }
    await engine.begin(1, wholeSchema, newStep())
    await engine.stage(1, 'log', await engine.sources(never), 0, newStep())
    const work: Work = newStep()
    const result = await repairTexts(1, deps, work)
    expect(result.output).toEqual({ texts: songs + others })
    expect(result.detail).toBe(`${songs + others} wrongly encoded texts repaired`)
    const repaired = "select repaired from text_repairs where repaired like 'Söng%'"
    expect((await column(repaired)).toSorted()).toEqual(Array.from({ length: songs }, (_, n) => nameOf(n)).toSorted())
    // As after a crash behind the last statement, with the handles that were kept, and in a run that begins anew.
    for (const again of [work, newStep()]) {
      expect(await repairTexts(1, deps, again)).toEqual(result)
      expect(await column('select raw_text from text_repairs')).toHaveLength(songs + others)
    }
  })
})

describe('etl', () => {
  it('says how many texts were repaired, and in how many plays', async () => {
    const { bot } = await createWarehouse()
    const answer = await bot.say('etl')
    expect(answer.replies).toContainEqual({
      kind: 'text',
      text: `${others} wrongly encoded texts repaired, in ${twoDays.repaired} plays`,
      tone: 'note',
    })
    expect(answer.run?.steps.find(({ title }) => title === 'Repair text')).toMatchObject({
      detail: `${others} wrongly encoded texts repaired`,
    })
  })
})
