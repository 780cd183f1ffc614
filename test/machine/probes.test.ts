import { describe, expect, it } from 'vitest'
import type { LoadStore, NoteStore } from '../../src/core/ports/ledger.ts'
import { diskProbe } from '../../src/machine/data-dir.ts'
import { backupProbe, configurationProbe, heartbeatProbe, ledgerProbe } from '../../src/machine/probes.ts'

const { signal } = new AbortController()

function notes(kept: unknown): { readonly notes: NoteStore } {
  const [get, settle] = [async () => kept, async () => kept]
  return { notes: { get, settle, set: async () => undefined, list: async () => [], drop: async () => false } }
}

const unasked: LoadStore = new Proxy(Object.create(null), {
  get: () => {
    throw new Error('this test has no loads')
  },
})

describe('doctor on the machine', () => {
  it('warns of variables that are probably not meant', async () => {
    expect(await configurationProbe('engine duckdb', []).check(signal)).toMatchObject({
      state: 'green',
      detail: 'engine duckdb',
    })
    expect(await configurationProbe('engine duckdb', ['SPARKIFY_HOMME is set']).check(signal)).toMatchObject({
      state: 'warn',
      detail: 'SPARKIFY_HOMME is set',
    })
  })

  it('names the file of the ledger, or its host, and no password', async () => {
    const found = async (url: string) => (await ledgerProbe({ claim: async () => true }, url).check(signal)).detail
    expect(await found('file:///home/ada%20l/.sparkify/state.db')).toBe(
      'reads and writes /home/ada l/.sparkify/state.db',
    )
    expect(await found('file:other.db?cache=shared')).toBe('reads and writes other.db')
    expect(await found('libsql://ada:secret@ledger.example.com?authToken=secret')).toBe(
      'reads and writes libsql://ledger.example.com',
    )
  })

  it('is red about a home that cannot be looked at', async () => {
    expect(await diskProbe('/nowhere/at/all', { loads: unasked }).check(signal)).toMatchObject({
      state: 'red',
      detail: expect.stringContaining('ENOENT'),
    })
  })

  it('shows the newest backup, and warns when it is old', async () => {
    const at = (now: string) => ({ now: () => new Date(now) })
    const last = { at: '2026-11-23T03:04:00.000Z', file: '/backups/a.tar.gz', bytes: 1_500_000 }
    const found = async (kept: unknown, now: string) => backupProbe(notes(kept), at(now)).check(signal)
    expect(await found(null, '2026-11-23T04:00:00.000Z')).toMatchObject({ state: 'green' })
    expect(await found(last, '2026-11-30T03:04:00.000Z')).toMatchObject({
      state: 'green',
      detail: '23 Nov 2026, 03:04 UTC, /backups/a.tar.gz, 1.5 MB',
    })
    expect(await found(last, '2026-12-01T03:04:00.000Z')).toMatchObject({
      state: 'warn',
      detail: 'the newest is old: 23 Nov 2026, 03:04 UTC, /backups/a.tar.gz, 1.5 MB',
    })
  })

  it('says whether a heartbeat is set, and how the last one went', async () => {
    const last = { at: '2026-11-23T03:04:00.000Z', ok: true }
    expect(await heartbeatProbe(false, notes(last)).check(signal)).toMatchObject({
      state: 'green',
      detail: 'none set, so no outside monitor notices a missed night',
    })
    expect(await heartbeatProbe(true, notes(null)).check(signal)).toMatchObject({
      state: 'not-checked',
      detail: 'set; the first is sent after the next scheduled load that succeeds',
    })
    expect(await heartbeatProbe(true, notes(last)).check(signal)).toEqual({
      state: 'green',
      detail: 'last delivered 23 Nov 2026, 03:04 UTC',
      remedy: '',
    })
    expect(await heartbeatProbe(true, notes({ ...last, ok: false })).check(signal)).toMatchObject({
      state: 'warn',
      detail: 'the last one, 23 Nov 2026, 03:04 UTC, could not be delivered',
    })
  })
})
