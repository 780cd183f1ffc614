import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LoadRecord } from '../../src/core/ports/loads.ts'
import { diskProbe, watchDisk } from '../../src/machine/data-dir.ts'
import { createWorld, today } from '../support/core.ts'

it('A disk that fills up is named, once in the log, until there is room again', async () => {
  let free = 1_000_000_000
  let look = (): void => undefined
  const said: string[] = []
  const keep = (_facts: object, message: string): void => void said.push(message)
  const clock = {
    every(_ms: number, tick: () => void) {
      look = tick
      return () => undefined
    },
  }
  const disk = watchDisk('/home/bot', clock, { info: keep, warn: keep, error: keep }, async () => free)
  const after = async (bytes: number): Promise<string | null> => {
    free = bytes
    look()
    await new Promise(setImmediate)
    return disk.full()
  }
  expect(await after(16_000_000)).toBeNull()
  const full = 'the disk is full: 1.5 MB free in /home/bot'
  expect(await after(1_500_000)).toBe(full)
  expect(await after(1_500_000)).toBe(full)
  expect(await after(20_000_000)).toBeNull()
  expect(said).toEqual([full, 'the disk has room again: 20.0 MB free in /home/bot'])
  disk.stop()
})

describe('the disk, as doctor finds it', () => {
  const live: LoadRecord = { id: 12, state: 'live', started: today, published: today, facts: {} }

  /** What is found of a data folder with files of these sizes, where so many bytes are free. */
  async function found(free: number, files: Readonly<Record<string, number>>, served: LoadRecord | null = live) {
    const home = await mkdtemp(join(tmpdir(), 'home-'))
    await mkdir(join(home, 'loads'), { mode: 0o700 })
    for (const [name, size] of Object.entries(files))
      await writeFile(join(home, name), 'x'.repeat(size), { mode: 0o600 })
    const bot = await (await createWorld()).start('one', [])
    const loads = { ...bot.ledger.loads, live: async () => served }
    const finding = await diskProbe(home, { loads }, async () => free).check(new AbortController().signal)
    return { ...finding, detail: finding.detail.replace(home, 'here'), home }
  }

  it('is well with two gigabytes, warns of less, and is full below sixteen megabytes', async () => {
    expect(await found(2_000_000_000, {})).toMatchObject({ state: 'green', detail: '2.0 GB free in here' })
    expect(await found(1_999_999_999, {})).toMatchObject({ state: 'warn', detail: '2.0 GB free in here' })
    expect(await found(16_000_000, {})).toMatchObject({ state: 'warn', detail: '16.0 MB free in here' })
    expect(await found(15_999_999, {})).toMatchObject({
      state: 'red',
      detail: 'full: 16.0 MB free in here; nothing can be loaded or recorded',
      remedy: 'Free some space, or set SPARKIFY_HOME to a larger disk. Only tear-down can delete files there.',
    })
  })

  it('lists what can be deleted, the largest five, and nothing of the load that is served', async () => {
    const files = {
      'loads/12.duckdb': 900,
      'loads/12.duckdb.wal': 800,
      'loads/1.duckdb': 50,
      'loads/120.duckdb': 70,
      'loads/9.duckdb.wal': 60,
      'loads/8.duckdb': 0,
      'loads/cluster.json': 500,
      'loads/3.duckdb': 40,
      'sparkify.log': 65,
      'terminal.log': 5,
      'state.db': 700,
    }
    const sizes = (remedy: string) => /can be deleted: (.*)\.$/.exec(remedy)?.[1]
    expect(sizes((await found(1, files)).remedy)).toBe(
      'loads/120.duckdb (70 bytes), sparkify.log (65 bytes), loads/9.duckdb.wal (60 bytes), loads/1.duckdb (50 bytes), loads/3.duckdb (40 bytes)',
    )
    expect(sizes((await found(1, { 'loads/12.duckdb': 9 }, null)).remedy)).toBe('loads/12.duckdb (9 bytes)')
  })

  it('is looked at for what others can read only where there is room', async () => {
    const home = await mkdtemp(join(tmpdir(), 'home-'))
    await writeFile(join(home, 'state.db'), 'x', { mode: 0o644 })
    const bot = await (await createWorld()).start('one', [])
    const check = (free: number) => diskProbe(home, bot.ledger, async () => free).check(new AbortController().signal)
    expect(await check(2_000_000_000)).toMatchObject({
      state: 'warn',
      detail: `other users of this machine can open ${join(home, 'state.db')}`,
    })
    expect((await check(1_000_000_000)).detail).toContain('1.0 GB free')
  })
})
