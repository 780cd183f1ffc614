import { describe, expect, it } from 'vitest'
import { originText, recordAsFile, requestedBy } from '../../../src/core/history/audit-file.ts'
import type { Role } from '../../../src/core/people.ts'
import type { AuditEntry, AuditFilter } from '../../../src/core/ports/audit.ts'
import type { Origin } from '../../../src/core/ports/runs.ts'
import { realCatalog } from '../../support/catalog.ts'
import { anna, bob, channel, terminal, today } from '../../support/core.ts'
import { runRecord } from '../../support/run.ts'

const catalog = await realCatalog()
const fire: Origin = { kind: 'fire', schedule: 3, intended: '2026-11-24T03:00:00.000Z', cause: 'clock' }

/** A question of Anna's in #music, unless said otherwise. */
const entry = (said: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 1,
  at: today,
  what: 'run',
  run: 7,
  attempt: 1,
  who: anna,
  command: 'top-songs',
  line: 'top-songs n=3',
  place: channel,
  origin: { kind: 'words' },
  plan: null,
  approvedBy: null,
  costUsd: null,
  result: 'complete',
  headline: 'Three songs.',
  ...said,
})

/** The file of these entries for somebody of that role: its cells by line, what it is about, and what was asked of the ledger. */
async function fileOf(entries: readonly AuditEntry[], role: Role, { who = bob, total = entries.length } = {}) {
  const asked: AuditFilter[] = []
  const list = async (filter: AuditFilter) => {
    asked.push(filter)
    return { entries, total }
  }
  const store = { list, add: async () => undefined, after: async () => [], state: async () => Promise.reject() }
  const reader = { who: { ...who, role }, catalog }
  const { content, about, name } = await recordAsFile(store, { command: 'etl' }, reader, new Date(today))
  const [head = '', ...lines] = content.trimEnd().split('\r\n')
  const columns = head.slice(1).split(',')
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [columns[at], cell])))
  return { rows, about, name, asked }
}

describe('the audit log as a file', () => {
  it('has a line for each entry, people and channels with their ids, what was confirmed, and what it cost', async () => {
    const plan = { title: 'Spin up?', facts: ['$1 an hour', 'one node'], act: 'Spin up', danger: false }
    const spun = entry({
      line: 'spin-up',
      command: 'spin-up',
      plan,
      approvedBy: { ...bob, name: bob.id },
      costUsd: 0.25,
    })
    const { rows, about, name, asked } = await fileOf([spun, entry({ place: terminal, approvedBy: bob })], 'admin')
    expect(rows).toEqual([
      {
        at: today,
        run: '7',
        what: 'run',
        who: 'Anna',
        who_id: anna.id,
        line: 'spin-up',
        place: '#music (C0MUSIC)',
        origin: 'words',
        plan: 'Spin up? · $1 an hour · one node',
        approved_by: bob.id,
        cost_usd: '0.25',
        result: 'complete',
        headline: 'Three songs.',
      },
      expect.objectContaining({
        place: 'the terminal',
        origin: 'words',
        plan: '',
        approved_by: 'Bob (U0BOB)',
        cost_usd: '',
      }),
    ])
    expect([about, name]).toEqual(['Audit log: 2 entries', 'audit-log-2026-11-23.csv'])
    expect(asked).toEqual([{ command: 'etl', limit: 20_000 }])
  })

  it('says from where on the older entries are, where there are too many for one file', async () => {
    const entries = [entry({ at: '2026-11-20T08:00:00.000Z' }), entry()]
    expect((await fileOf(entries, 'admin', { total: 3 })).about).toBe(
      'Audit log: the newest 2 of 3 entries; the older ones with until=2026-11-20',
    )
    expect((await fileOf([entry()], 'admin')).about).toBe('Audit log: 1 entry')
    expect((await fileOf([], 'admin')).about).toBe('Audit log: 0 entries')
  })

  it('shows each reader what they may see: places to operators, lines to those who may say them, their own to everybody', async () => {
    const seen = async (given: Partial<AuditEntry>, role: Role, who = bob) => {
      const [row] = (await fileOf([entry(given)], role, { who })).rows
      return [row?.['line'], row?.['place'], row?.['headline']]
    }
    const open = ['top-songs n=3', '#music (C0MUSIC)', 'Three songs.']
    expect(await seen({}, 'operator')).toEqual(open)
    expect(await seen({}, 'viewer')).toEqual(['top-songs n=3', '', 'Three songs.'])
    expect(await seen({}, 'viewer', anna)).toEqual(open)
    const etl = { command: 'etl', line: 'etl full=yes', headline: 'Loaded.' }
    expect(await seen(etl, 'viewer')).toEqual(['etl', '', ''])
    expect(await seen(etl, 'operator')).toEqual(['etl full=yes', '#music (C0MUSIC)', 'Loaded.'])
    // Of their own runs they see what their role allows now; what was refused to them they know.
    expect(await seen(etl, 'viewer', anna)).toEqual(['etl', '#music (C0MUSIC)', ''])
    expect(await seen({ ...etl, what: 'refused', run: null }, 'viewer', anna)).toEqual([
      'etl full=yes',
      '#music (C0MUSIC)',
      'Loaded.',
    ])
    expect(await seen({ ...etl, what: 'refused', run: null }, 'viewer')).toEqual(['etl', '', ''])
  })
})

describe('what called a run', () => {
  const origins: readonly [Origin, string, string][] = [
    [{ kind: 'words' }, 'words', 'Asked by Anna'],
    [{ kind: 'line', fire: 57, at: 0 }, 'run 57, line 1', 'Line 1 of run 57, for Anna'],
    [fire, 'schedule 3, clock, 2026-11-24T03:00:00.000Z', 'Schedule 3, due 24 Nov 2026, 03:00 UTC, for Anna'],
    [{ ...fire, cause: 'asked' }, 'schedule 3, asked, 2026-11-24T03:00:00.000Z', 'Schedule 3, run by Anna'],
  ]
  it.each(origins)('%j is written for programs and for people', (origin, brief, words) => {
    expect(originText(origin)).toBe(brief)
    expect(requestedBy(runRecord({ origin, who: bob }))).toBe(words)
    expect(requestedBy(runRecord({ origin, who: bob, retries: 1 }))).toBe(`${words}; retried by Bob`)
  })
})
