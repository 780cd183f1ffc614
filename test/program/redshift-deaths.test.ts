import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { lengths, some } from '../support/soak.ts'
import { twoDays } from '../support/two-days.ts'
import { type Cloud, openCloud, ordersTo, writesOf } from './cloud.ts'
import { type Bots, type Death, openBots } from './mortal.ts'

async function open(): Promise<Bots & Cloud> {
  const cloud = await openCloud({ describes: 1 })
  return { ...cloud, ...(await openBots(cloud, await newFolder())) }
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-deaths-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Two processes die at this step: one has done its work and not stored it, the next one has stored it and begun no other. */
function deathsAt(title: string): readonly Death[] {
  return [
    { title, write: 'finish', when: 'before' },
    { title, write: 'finish', when: 'after' },
  ]
}

/** Two processes die at this step: one has submitted something and not kept its id, the next one has kept it and not waited. */
function deathsWhileSubmitting(title: string): readonly Death[] {
  return [
    { title, write: 'keep', when: 'before' },
    { title, write: 'keep', when: 'after' },
  ]
}

/** Two processes die at the very end: before the run's answer is stored, and before anybody is told of it. */
const deathsAtTheEnd: readonly Death[] = [
  { title: '', write: 'end', when: 'before' },
  { title: '', write: 'end', when: 'after' },
]

/** Batches of one load without its numbers, in any order: loads side by side submit in no certain one. */
function shapeOf(writes: readonly string[]): readonly string[] {
  return writes.map((sql) => sql.replaceAll(/\d+/g, '#')).toSorted()
}

describe('a bot on Redshift that is killed', { timeout: lengths({ gate: 300_000, soak: 3_600_000 }) }, () => {
  it('at every boundary of a spin-up and of a tear-down ends as if it had not been, with nothing ordered twice', async () => {
    const { say, double } = await open()
    const spinUp = (await say('spin-up')).run.steps.map(({ title }) => title)
    const tearDown = (await say('tear-down snapshot=no')).run.steps.map(({ title }) => title)
    const once = await ordersTo(double)
    await double.clearCalls()
    // The last life is the one whose processes die at the very end.
    const all = Array.from({ length: Math.max(spinUp.length, tearDown.length) + 1 }, (_, life) => life)
    const lives = some(all, 2)
    for (const life of lives) {
      for (const [line, titles] of [
        ['spin-up', spinUp],
        ['tear-down snapshot=no', tearDown],
      ] as const) {
        const title = titles[life]
        const { answer, run, died } = await say(line, title === undefined ? deathsAtTheEnd : deathsAt(title))
        expect([line, title, answer.ok, died, run.state]).toEqual([line, title, true, 2, 'complete'])
        expect(run.steps.map(({ title }) => title)).toEqual(titles)
      }
      expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
    }
    expect(await ordersTo(double)).toEqual(
      Object.fromEntries(Object.entries(once).map(([action, times]) => [action, times * lives.length])),
    )
  })

  it('at every boundary of a load ends as if it had not been, with nothing submitted or loaded twice', async () => {
    const { say, double, ledger } = await open()
    await say('spin-up')
    // The third load is the first that finds a live and a previous one.
    await say('etl')
    await say('etl')
    const before = (await writesOf(double)).length
    const { steps } = (await say('etl')).run
    const submits = steps.filter(({ handles }) => Object.keys(handles).length > 0)
    const once = shapeOf((await writesOf(double)).slice(before))
    const plans = [
      ...steps.map(({ title }) => deathsAt(title)),
      ...submits.map(({ title }) => deathsWhileSubmitting(title)),
      deathsAtTheEnd,
    ]
    // Publishing is found done by the second process, which then has nothing to keep and does not die of it.
    const publishing = plans[steps.length + submits.length - 1]
    for (const plan of some(plans, 3)) {
      const already = (await writesOf(double)).length
      const { answer, run, died } = await say('etl', plan)
      expect([plan[0], answer.ok, answer.headline]).toEqual([
        plan[0],
        true,
        expect.stringContaining('160 plays are live'),
      ])
      // Whoever finds the answer stored only tells it.
      expect(run.attempt).toBe(plan === deathsAtTheEnd ? 2 : 1 + died)
      expect([plan[0], shapeOf((await writesOf(double)).slice(already))]).toEqual([plan[0], once])
      expect([plan[0], died]).toEqual([plan[0], plan === publishing ? 1 : 2])
    }
    expect((await ledger.loads.live())?.facts.counts).toMatchObject(twoDays.counts)
    expect(await ordersTo(double)).toMatchObject({ 'redshift:CreateCluster': 1 })
  })

  it('at every boundary of a rollback, and of publishing a held load, leaves one whole load live at each moment', async () => {
    const folder = await newFolder()
    await cp(twoDays.folder, folder, { recursive: true })
    const sources = { logData: join(folder, 'log_data'), songData: join(folder, 'song_data') }
    const cloud = await openCloud({ describes: 1 }, sources)
    const { say, ledger } = await openBots(cloud, await newFolder())
    const day = join(sources.logData, '2018', '11', '2018-11-11-events.json')
    const whole = await readFile(day, 'utf8')
    await say('spin-up')
    await say('etl')
    const audited = new Map<number, unknown>()
    const note = async (): Promise<void> => {
      for (const { id, facts } of await ledger.loads.list(['live', 'held', 'previous'])) audited.set(id, facts.counts)
    }
    const hold = async (): Promise<number> => {
      await writeFile(day, whole.split('\n').slice(0, 20).join('\n'))
      const { answer, run } = await say('etl')
      expect(answer.failure?.code).toBe('held')
      await note()
      return run.id
    }
    // What readers get is the load that the ledger calls live, table by table as it was audited.
    const isWhole = async (ask: (line: string) => Promise<Answer | null>): Promise<void> => {
      const answer = await ask('qa counts')
      const table = answer?.replies.find((reply) => reply.kind === 'table')
      const live = await ledger.loads.live()
      expect(Object.fromEntries(table?.rows.map(([name, rows]) => [name, rows]) ?? [])).toEqual(
        audited.get(live?.id ?? 0),
      )
    }
    const first = await hold()
    const publishing = (await say(`publish ${first} "meant so"`)).run.steps.map(({ title }) => title)
    // Exchanges the live load and the other that is kept.
    const exchange = async (): Promise<string> => `rollback ${(await ledger.loads.list(['previous']))[0]?.id}`
    const rolling = (await say(await exchange())).run.steps.map(({ title }) => title)
    for (const title of rolling) {
      const before = (await ledger.loads.live())?.id
      const { answer, died } = await say(await exchange(), deathsAt(title), isWhole)
      expect([title, answer.ok, died]).toEqual([title, true, 2])
      expect((await ledger.loads.live())?.id).not.toBe(before)
    }
    // Back to the whole one, against which the next one is held.
    if ((await ledger.loads.live())?.id === first) await say(await exchange())
    for (const title of some(publishing, 1)) {
      const held = await hold()
      const { answer, died } = await say(`publish ${held} "meant so"`, deathsAt(title), isWhole)
      expect([title, answer.ok, died, (await ledger.loads.live())?.id]).toEqual([title, true, 2, held])
    }
  })

  it('while it copies a load finishes the copy, which is never answered from by half', async () => {
    const [bucket, home] = [await newFolder(), await newFolder()]
    const { env, double } = await openCloud({
      buckets: {
        'sparkify-data': { folder: twoDays.folder, region: 'us-west-2' },
        'sparkify-copies': { folder: bucket, region: 'us-west-2' },
      },
    })
    const cloud = { double, env: { ...env, SPARKIFY_COPY_TO: 's3://sparkify-copies/star' } }
    const { say, ledger } = await openBots(cloud, home)
    await say('spin-up')
    const title = 'Copy to S3'
    for (const plan of [deathsAt(title), deathsWhileSubmitting(title)]) {
      const { answer, run, died } = await say('etl', plan)
      expect([plan[0], answer.ok, died]).toEqual([plan[0], true, 2])
      const manifest = JSON.parse(await readFile(join(bucket, 'star/manifest.json'), 'utf8'))
      expect(manifest.load).toBe(run.id)
      // One folder of Parquet, the manifest, and one file here.
      expect(await readdir(join(bucket, 'star'))).toEqual([`${manifest.home}-${run.id}`, 'manifest.json'])
      expect(await readdir(join(home, 'copies'))).toEqual([`${run.id}.duckdb`])
      const copied = (await ledger.loads.list(['live', 'previous'])).filter(
        ({ facts }) => typeof facts.copied === 'string',
      )
      expect(copied.map(({ id }) => id)).toEqual([run.id])
    }
    await say('pause')
    const paused = await say('top-songs')
    expect(paused.answer.headline).toMatch(/^As of .* so this is the copy of load \d+\. /)
  })
})
