import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Client, createClient } from '@libsql/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Denial, Ledger } from '../../src/core/ports/ledger.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { ledger as first } from '../../src/store/migrations/001-ledger.ts'
import { newRun } from '../support/run.ts'

const noon = '2026-03-02T12:00:00.000Z'
const anna = { kind: 'slack', id: 'U1', name: 'Anna' } as const
const place = { kind: 'slack', channel: 'C1', direct: false } as const
const refusal: Denial = {
  at: noon,
  what: 'refused',
  who: anna,
  command: 'etl',
  line: 'etl',
  place,
  plan: null,
  why: 'etl needs an operator.',
}

/** A ledger with three entries, and somebody who opens its file by hand. */
async function tampered(): Promise<{ ledger: Ledger; hand: Client }> {
  const home = await mkdtemp(join(tmpdir(), 'audit-'))
  const url = pathToFileURL(join(home, 'state.db')).href
  const ledger = await openLedger({ url, now: () => new Date(noon) })
  const hand = createClient({ url })
  onTestFinished(async () => {
    hand.close()
    await ledger.close()
    await rm(home, { recursive: true })
  })
  for (const line of ['one', 'two', 'three']) await ledger.audit.add({ ...refusal, line })
  return { ledger, hand }
}

const values = `'${noon}', 'refused', '{}', 'etl', 'etl', '{}', '{}', ''`
const columns = 'at, what, who, command, line, place, origin, headline'

describe('the record', () => {
  it.each([
    ['be changed', `update audit set line = 'help' where id = 2`],
    ['be removed', 'delete from audit where id = 3'],
    ['be removed all at once', 'delete from audit'],
    ['be replaced by its number', `insert or replace into audit (id, ${columns}) values (2, ${values})`],
    [
      'be written over on conflict',
      `insert into audit (id, ${columns}) values (2, ${values}) on conflict do update set line = ''`,
    ],
  ])('cannot %s', async (_, sql) => {
    const { ledger, hand } = await tampered()
    await expect(hand.execute(sql)).rejects.toThrow('the record is append-only')
    const { entries } = await ledger.audit.list({ limit: 10 })
    expect(entries.map(({ line }) => line)).toEqual(['one', 'two', 'three'])
    expect(await ledger.audit.state()).toEqual({ entries: 3, lost: 0, unrecorded: 0, guarded: true })
  })

  it('whose guard was removed says so, and counts what has gone since, also at its end', async () => {
    const { ledger, hand } = await tampered()
    await hand.execute('drop trigger audit_refuses_delete')
    expect(await ledger.audit.state()).toMatchObject({ guarded: false, lost: 0 })
    await hand.execute('delete from audit where id = 3')
    expect(await ledger.audit.state()).toMatchObject({ entries: 2, lost: 1 })
    await ledger.audit.add(refusal)
    await hand.execute('delete from audit where id = 1')
    expect(await ledger.audit.state()).toMatchObject({ entries: 2, lost: 2 })
  })

  it('counts the runs that ended behind its back', async () => {
    const { ledger, hand } = await tampered()
    await hand.execute('drop trigger audit_enters_attempts')
    const opened = await ledger.runs.open(newRun({ place, started: noon }))
    if (opened.kind !== 'opened') throw new Error(`it is ${opened.kind}`)
    const answer = {
      ok: true,
      exit: 0,
      headline: 'Done',
      audience: 'channel',
      run: null,
      replies: [],
      next: [],
    } as const
    const end = { state: 'complete', ended: noon, costUsd: null } as const
    await ledger.runs.end(opened.run.id, 'one', { ...end, answer: { ...answer, replies: [], next: [] } }, [])
    expect(await ledger.audit.state()).toEqual({ entries: 3, lost: 0, unrecorded: 1, guarded: false })
  })

  it('of a ledger from before there was one begins with the runs that had ended, in the order of their ends', async () => {
    const home = await mkdtemp(join(tmpdir(), 'audit-'))
    onTestFinished(() => rm(home, { recursive: true }))
    const url = pathToFileURL(join(home, 'state.db')).href
    const old = createClient({ url })
    const run = (line: string, state: string, ended: string | null, listed = 1) => ({
      sql: `insert into runs (command, line, who_id, who, place, writer, listed, state, process, started, ended, answer, told)
        values (?1, ?1, 'U1', ?2, ?3, 0, ?4, ?5, 'gone', '2026-01-01T00:00:00.000Z', ?6, ?7, 1)`,
      args: [line, JSON.stringify(anna), JSON.stringify(place), listed, state, ended, '{"headline":"Done."}'],
    })
    await old.batch([
      'create table migrations (version integer primary key) strict',
      'insert into migrations values (1)',
      ...first,
      run('etl', 'complete', '2026-01-01T00:00:09.000Z'),
      run('qa', 'error', '2026-01-01T00:00:03.000Z'),
      run('status', 'complete', '2026-01-01T00:00:04.000Z', 0),
      run('pulse', 'running', null),
    ])
    old.close()
    const ledger = await openLedger({ url, now: () => new Date(noon) })
    onTestFinished(() => ledger.close())
    expect((await ledger.audit.list({ limit: 10 })).entries).toMatchObject([
      { run: 2, line: 'qa', result: 'error', headline: 'Done.' },
      { run: 1, line: 'etl', result: 'complete', approvedBy: null },
    ])
    expect(await ledger.audit.state()).toEqual({ entries: 2, lost: 0, unrecorded: 0, guarded: true })
  })
})
