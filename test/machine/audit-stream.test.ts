import { mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Ledger } from '../../src/core/ports/ledger.ts'
import { followAudit } from '../../src/machine/audit-stream.ts'
import { openLedger } from '../../src/store/ledger.ts'

let folder: string
let file: string
let ledger: Ledger
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparkify-audit-'))
  file = join(folder, 'audit.ndjson')
  ledger = await openLedger({ url: pathToFileURL(join(folder, 'state.db')).href, now: () => new Date() })
})
afterEach(async () => {
  await ledger.close()
  await rm(folder, { recursive: true })
})

async function refuse(times: number, why = 'etl is for operators.'): Promise<void> {
  for (let n = 0; n < times; n++) {
    await ledger.audit.add({
      at: '2026-11-30T03:00:00.000Z',
      what: 'refused',
      who: { kind: 'slack', id: 'U0VERA0VIEW', name: 'vera' },
      command: 'etl',
      line: 'etl "tricky\nline"',
      place: { kind: 'terminal' },
      plan: null,
      why,
    })
  }
}

/** A follower whose next look comes when it is told to; each look has ended when the returned promise is. */
async function follow() {
  let tick = (): void => undefined
  const faults: string[] = []
  const log = { info() {}, warn() {}, error: (_facts: object, message: string) => void faults.push(message) }
  const clock = {
    every(_ms: number, work: () => void) {
      tick = work
      return () => undefined
    },
  }
  await followAudit(file, ledger, { clock, log })
  return { tick: () => tick(), faults }
}

const idsIn = async (path: string): Promise<readonly number[]> =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => z.object({ id: z.number() }).parse(JSON.parse(line)).id)
const upTo = (n: number) => Array.from({ length: n }, (_, at) => at + 1)
const eventually = (n: number) => expect.poll(() => idsIn(file), { interval: 5, timeout: 10_000 }).toEqual(upTo(n))

describe('the audit file', () => {
  it('has each entry once, in order, also what there was before and what comes later', async () => {
    await refuse(3)
    const { tick } = await follow()
    await eventually(3)
    await refuse(2)
    tick()
    tick()
    await eventually(5)
    expect(JSON.parse((await readFile(file, 'utf8')).split('\n')[0] ?? '')).toMatchObject({
      what: 'refused',
      who: { id: 'U0VERA0VIEW' },
      line: 'etl "tricky\nline"',
      headline: 'etl is for operators.',
    })
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
  })

  it('goes on after its last whole line, where a write was torn or never noted', async () => {
    await refuse(4)
    await follow()
    await eventually(4)
    // The process died in the middle of its last line, after it had noted the one before.
    await truncate(file, (await stat(file)).size - 20)
    await ledger.notes.set('audit-file', 3)
    await refuse(1)
    await follow()
    await eventually(5)
    // Written, and not noted.
    await ledger.notes.set('audit-file', 2)
    await refuse(1)
    await follow()
    await eventually(6)
  })

  it('loses nothing of a file whose end alone is read', async () => {
    await refuse(30, 'x'.repeat(50_000))
    await follow()
    await eventually(30)
    await truncate(file, (await stat(file)).size - 20)
    await ledger.notes.set('audit-file', 29)
    await follow()
    await eventually(30)
  })

  it('holds more entries than are read at once without waiting for its next look', async () => {
    await refuse(1)
    const [entry] = await ledger.audit.after(0, 1)
    if (entry === undefined) throw new Error('nothing was entered')
    const after = async (id: number, most: number) =>
      upTo(1_001).flatMap((n) => (n > id && n <= id + most ? [{ ...entry, id: n }] : []))
    ledger = { ...ledger, audit: { ...ledger.audit, after } }
    await follow()
    await eventually(1_001)
  })

  it('goes on in a new file where the old one was moved away', async () => {
    await refuse(2)
    const { tick } = await follow()
    await eventually(2)
    await rename(file, `${file}.1`)
    await refuse(2)
    tick()
    await expect.poll(() => idsIn(file).catch(() => []), { interval: 5 }).toEqual([3, 4])
    expect(await idsIn(`${file}.1`)).toEqual([1, 2])
  })

  it('is refused at the start where it cannot be written, and a foreign file is left alone', async () => {
    file = join(folder, 'nowhere', 'audit.ndjson')
    await expect(follow()).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('ENOENT') })
    for (const text of ['mine\n', 'mine', '{"id":1}\nmine']) {
      file = join(folder, 'notes.txt')
      await writeFile(file, text)
      await expect(follow()).rejects.toMatchObject({ code: 'bad_config' })
      expect(await readFile(file, 'utf8')).toBe(text)
    }
  })
})
