import { promises, type StatsFs } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openWarehouse } from '../../src/engines.ts'
import { systemClock } from '../../src/machine/clock.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { sayHere, startBotHere } from './here.ts'
import { openHomes } from './homes.ts'

const homes = openHomes()
const quiet = { info() {}, warn() {}, error() {} }

/** Makes every disk seem to have no room from here to the end of the test. */
async function fillDisk(folder: string): Promise<void> {
  const full: StatsFs = { ...(await promises.statfs(folder)), bavail: 0 }
  vi.spyOn(promises, 'statfs').mockResolvedValue(full)
  syncBuiltinESMExports()
  onTestFinished(() => {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  })
}

describe('what is configured reaches the program', { timeout: 60_000 }, () => {
  it('A bot without sources generates a sample and says so once, welcomes its people once, and is not ready on a full disk', async () => {
    const { SPARKIFY_HOME } = await homes.twoDays()
    const first = await startBotHere({ SPARKIFY_HOME, SPARKIFY_HOST: '0.0.0.0' })
    expect(first.printed.split('\n')).toEqual([
      expect.stringMatching(/^Sparkify's warehouse bot is running\. Open http:\/\/\S+$/),
      `Engine duckdb, home ${SPARKIFY_HOME}, log ${join(SPARKIFY_HOME, 'sparkify.log')}. Ctrl-C stops it.`,
      'No source data are configured, so a small sample was generated.',
      '',
    ])
    const health = async (origin: string) => {
      const response = await fetch(`${origin}/healthz`)
      return [response.status, await response.json()]
    }
    const [ok, well] = await health(first.origin)
    expect([ok, well]).toEqual([200, { ok: true, detail: expect.any(String) }])
    await first.stop()

    await fillDisk(SPARKIFY_HOME)
    const second = await startBotHere({ SPARKIFY_HOME })
    expect(second.printed).not.toContain('sample')
    expect(await health(second.origin)).toEqual([
      503,
      { ok: false, detail: `the disk is full: 0 bytes free in ${SPARKIFY_HOME}; ${well.detail}` },
    ])
    expect((await second.messages()).map(({ text }) => text)).toEqual([
      expect.stringContaining('warehouse bot is here'),
    ])
    await second.stop()
  })

  it('An embedded warehouse keeps as many loads, and takes as much memory, as its variables say', async () => {
    const home = { ...(await homes.loaded()), SPARKIFY_KEEP_LOADS: '2', SPARKIFY_MEMORY: '300 MiB' }
    for (let loads = 1; loads <= 2; loads++) expect((await sayHere('etl', home)).status).toBe(0)
    const kept = (await readdir(join(home.SPARKIFY_HOME, 'loads'))).filter((file) => file.endsWith('.duckdb'))
    expect(kept.toSorted()).toEqual(['2.duckdb', '3.duckdb'])

    const url = pathToFileURL(join(home.SPARKIFY_HOME, 'state.db')).href
    const ledger = await openLedger({ url, now: () => new Date() })
    const { engine, close } = await openWarehouse(readConfig(home), ledger, systemClock, quiet)
    const sql = "select current_setting('memory_limit')"
    const options = { maxRows: 1, signal: new AbortController().signal }
    expect((await engine.query({ kind: 'live', load: 3 }, { sql }, options)).rows).toEqual([['300.0 MiB']])
    await close()
    await ledger.close()
  })
})
