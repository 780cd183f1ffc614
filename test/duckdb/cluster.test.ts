import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import type { Cluster, ClusterOperation, SpinUpOptions } from '../../src/core/ports/cluster.ts'
import type { StepResult } from '../../src/core/step.ts'
import { createDuckdbCluster } from '../../src/duckdb/cluster.ts'
import { twoDays } from '../support/two-days.ts'
import { build, openEngine, temporaryFolder, workWith } from './support.ts'

const noon = new Date('2026-03-02T12:00:00.000Z')
const clock: Clock = { now: () => noon, elapsed: () => 0, sleep: async () => {}, every: () => () => {} }
const defaults: SpinUpOptions = { leaseHours: undefined, nodeType: undefined, nodes: undefined }

async function home(): Promise<{ folder: string; cluster: Cluster }> {
  const folder = join(await temporaryFolder(), 'loads')
  return { folder, cluster: createDuckdbCluster({ folder, fetched: join(folder, '../objects'), clock }) }
}

async function carryOut(act: ClusterOperation): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  for (const step of act.steps) results.push(await step.run(workWith()))
  return results
}

const stateOf = async (cluster: Cluster): Promise<string> => (await cluster.describe()).state

async function loaded(): Promise<{ folder: string; cluster: Cluster }> {
  const { folder, cluster } = await home()
  await carryOut(await cluster.spinUp(defaults))
  const engine = await openEngine({ folder, logData: twoDays.logData, songData: twoDays.songData })
  await build(engine, 1)
  await engine.publish(1, workWith())
  await build(engine, 2)
  return { folder, cluster }
}

describe("the embedded engine's cluster", () => {
  it('is free, so nothing has to be confirmed to create it', async () => {
    const { folder, cluster } = await home()
    expect([cluster.name, cluster.free]).toEqual(['sparkify', true])
    expect(await cluster.describe()).toEqual({ name: 'sparkify', state: 'none', since: null, facts: [] })
    const act = await cluster.spinUp(defaults)
    expect(act.plan).toBe(null)
    expect(await carryOut(act)).toEqual([{ detail: folder }])
    expect(await cluster.describe()).toMatchObject({ state: 'available', since: noon })
  })

  it('is adopted when it is there already', async () => {
    const { cluster } = await home()
    await carryOut(await cluster.spinUp(defaults))
    expect(await carryOut(await cluster.spinUp(defaults))).toEqual([{ skipped: 'already there' }])
  })

  it('says that options of Redshift have no effect here', async () => {
    const { cluster } = await home()
    const done = 'Cluster sparkify is available on this machine and costs nothing.'
    expect((await cluster.spinUp(defaults)).done).toBe(done)
    for (const option of [{ leaseHours: 8 }, { nodeType: 'ra3.large' }, { nodes: 2 }]) {
      expect((await cluster.spinUp({ ...defaults, ...option })).done).toBe(
        `${done} Lease, node type and number of nodes have no effect here.`,
      )
    }
    await expect(cluster.extend(4)).rejects.toMatchObject({
      code: 'cluster_state',
      message: 'A local warehouse has no lease and costs nothing. Nothing was changed.',
    })
    await carryOut(await cluster.spinUp(defaults))
    expect((await cluster.tearDown({ snapshot: true })).plan?.facts.at(-1)).toMatch(/^snapshot=yes has no effect/)
    expect((await cluster.tearDown({ snapshot: false })).plan?.facts).toHaveLength(2)
  })

  it('is paused and resumed, each step being safe to repeat', async () => {
    const { cluster } = await home()
    await carryOut(await cluster.spinUp(defaults))
    const pause = await cluster.pause()
    expect(await carryOut(pause)).toEqual([{ detail: 'paused' }])
    expect(await carryOut(pause)).toEqual([{ skipped: 'already paused' }])
    expect(await stateOf(cluster)).toBe('paused')
    expect(await carryOut(await cluster.pause())).toEqual([{ skipped: 'already paused' }])
    await expect(cluster.spinUp(defaults)).rejects.toMatchObject({ code: 'cluster_state', fixCommand: 'resume' })
    await carryOut(await cluster.resume())
    expect(await stateOf(cluster)).toBe('available')
    expect(await carryOut(await cluster.resume())).toEqual([{ skipped: 'already available' }])
  })

  it('says that there is none before it is spun up', async () => {
    const { cluster } = await home()
    for (const act of [() => cluster.pause(), () => cluster.resume(), () => cluster.tearDown({ snapshot: false })]) {
      await expect(act()).rejects.toMatchObject({ code: 'no_cluster', fixCommand: 'spin-up' })
    }
  })

  it('is torn down after a plan that says what goes, and leaves nothing', async () => {
    const { folder, cluster } = await loaded()
    const fetched = join(folder, '../objects')
    await mkdir(fetched)
    // What a process that was killed had not yet moved to its place.
    await writeFile(join(folder, 'cluster.json.0123abcd.tmp'), '')
    const act = await cluster.tearDown({ snapshot: false })
    expect(act).toMatchObject({ forgetsLoads: true, done: 'Cluster sparkify is deleted. The source files are kept.' })
    expect(act.plan).toMatchObject({ typed: 'sparkify', danger: true, act: 'Tear down sparkify' })
    expect(act.plan?.facts[0]).toMatch(/^Deletes 2 loads \(.* [kM]B\)\. They cannot be restored\.$/)
    expect(act.plan?.facts[1]).toMatch(/^The source files are kept/)
    await carryOut(act)
    for (const gone of [folder, fetched]) await expect(readdir(gone)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await stateOf(cluster)).toBe('none')
    expect(await carryOut(act)).toEqual([{ skipped: 'already gone' }, { detail: 'nothing left' }])
  })

  it('finishes a tear-down that was interrupted', async () => {
    const { folder, cluster } = await loaded()
    const act = await cluster.tearDown({ snapshot: false })
    await act.steps[0]?.run(workWith())
    expect(await stateOf(cluster)).toBe('deleting')
    for (const other of [() => cluster.spinUp(defaults), () => cluster.pause(), () => cluster.resume()]) {
      await expect(other()).rejects.toMatchObject({ code: 'cluster_state', fixCommand: 'tear-down' })
    }
    await carryOut(await cluster.tearDown({ snapshot: false }))
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('removes nothing when somebody keeps other files there', async () => {
    const { folder, cluster } = await loaded()
    const act = await cluster.tearDown({ snapshot: false })
    await writeFile(join(folder, 'thesis.odt'), 'mine')
    await mkdir(join(folder, '2018'))
    const before = await readdir(folder)
    const refusal = {
      code: 'cluster_state',
      message: expect.stringContaining('2018, thesis.odt. Nothing was removed.'),
      remedy: 'Move them elsewhere and tear down again.',
      fixCommand: 'tear-down',
    }
    await expect(cluster.tearDown({ snapshot: false })).rejects.toMatchObject(refusal)
    await expect(carryOut(act)).rejects.toMatchObject(refusal)
    expect(await readdir(folder)).toEqual(before)
    expect(await stateOf(cluster)).toBe('available')
  })

  it('tells what it keeps', async () => {
    const { folder, cluster } = await loaded()
    const { facts } = await cluster.describe()
    expect(Object.fromEntries(facts)).toEqual({
      Engine: 'DuckDB on this machine',
      'On disk': expect.stringMatching(/ [kM]B$/),
      Cost: 'nothing',
      Folder: folder,
    })
  })

  it('says which file is at fault when its record cannot be read', async () => {
    const { folder, cluster } = await home()
    await carryOut(await cluster.spinUp(defaults))
    const path = join(folder, 'cluster.json')
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ state: 'available', since: noon.toISOString() })
    for (const text of ['', '{"state":"asleep","since":"2026-03-02T12:00:00.000Z"}']) {
      await writeFile(path, text)
      const error = await cluster.describe().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OpsError)
      expect(error).toMatchObject({ code: 'storage', message: expect.stringContaining(path) })
    }
  })
})
