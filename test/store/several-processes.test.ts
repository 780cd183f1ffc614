import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import { lengths } from '../support/soak.ts'
import { openWorkshop, type Workshop } from './children.ts'

const preamble = `
import { once } from 'node:events'
import { openLedger } from './src/store/ledger.js'
const [url, name] = process.argv.slice(2)
const now = () => new Date()
const print = (line) => new Promise((done) => process.stdout.write(line + '\\n', done))
const go = async () => { await print('ready'); await once(process.stdin, 'data'); process.stdin.destroy() }
const who = { kind: 'local', id: name, name }
const run = (writer) => ({
  command: 'etl', line: 'etl', who, place: { kind: 'terminal' }, writer, listed: true, origin: { kind: 'words' }, approval: null,
  key: null, args: null, door: 'words', worker: name, started: now().toISOString(),
})
const answer = { ok: true, exit: 0, headline: 'Done', audience: 'channel', run: null, replies: [], next: [] }
`

describe('several processes on one ledger', () => {
  let workshop: Workshop
  let home = ''
  let url = ''

  beforeAll(async () => {
    workshop = await openWorkshop()
  })
  afterAll(() => workshop.close())
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ledger-'))
    url = pathToFileURL(join(home, 'state.db')).href
  })
  afterEach(() => rm(home, { recursive: true }))

  /** Starts so many processes, lets them go at the same moment, and answers the line each one prints then. */
  async function race(count: number, script: string): Promise<readonly unknown[]> {
    const children = await Promise.all(
      Array.from({ length: count }, (_, n) => workshop.start(preamble + script, url, `child-${n}`)),
    )
    for (const child of children) expect(await child.line()).toBe('ready')
    for (const child of children) child.say('go')
    return Promise.all(
      children.map(async (child) => {
        const said: unknown = JSON.parse(await child.line())
        expect(await child.ended).toBe(0)
        return said
      }),
    )
  }

  it('create and upgrade it at once, and each ends well', async () => {
    const opened = await race(
      4,
      `await go()
      const ledger = await openLedger({ url, now })
      await print(JSON.stringify(await ledger.claim(name, now())))
      await ledger.close()`,
    )
    expect(opened).toEqual([true, true, true, true])
  })

  it('win each claim, each plan and the place of the bot exactly once', async () => {
    const ledger = await openLedger({ url, now: () => new Date() })
    const expires = new Date(Date.now() + 600_000).toISOString()
    const draft = { title: 'Spin up?', facts: [], act: 'Spin up', danger: false }
    const asker = { kind: 'local', id: 'anna', name: 'anna' } as const
    for (let n = 0; n < 50; n++)
      await ledger.plans.save(
        {
          id: `${n}`,
          line: 'spin-up',
          command: 'spin-up',
          args: {},
          asker,
          place: { kind: 'terminal' },
          draft,
          expires,
          reasons: [],
          card: false,
        },
        [],
        null,
      )
    const won = await race(
      3,
      `const ledger = await openLedger({ url, now })
      await go()
      const at = now().toISOString()
      const entered = await ledger.processes.enter(
        { id: name, kind: 'bot', pid: process.pid, host: 'here', started: at, heartbeat: at })
      const won = [entered.kind]
      for (let n = 0; n < 150; n++) if (await ledger.claim('fire ' + n, now())) won.push('fire ' + n)
      for (let n = 0; n < 50; n++) if (await ledger.plans.settle({ plan: String(n), end: { kind: 'approved', by: who, at }, messages: [] }, null)) won.push('plan ' + n)
      await print(JSON.stringify(won))
      await ledger.close()`,
    )
    const all = won.flat()
    expect(all.filter((prize) => prize === 'entered')).toHaveLength(1)
    expect(all.filter((prize) => prize === 'occupied')).toHaveLength(2)
    const prizes = all.filter((prize) => prize !== 'entered' && prize !== 'occupied')
    expect(prizes).toHaveLength(200)
    expect(new Set(prizes).size).toBe(200)
    await ledger.close()
  })

  it('write to the warehouse one at a time', async () => {
    const spans = await race(
      3,
      `const ledger = await openLedger({ url, now })
      await go()
      let opened = 0
      for (let n = 0; n < ${lengths({ gate: 100, soak: 3000 })}; n++) {
        const tried = await ledger.runs.open(run(true))
        if (tried.kind === 'busy') continue
        opened += 1
        const writing = await ledger.runs.list({ limit: 9, states: ['running'] })
        if (writing.length !== 1 || writing[0].worker !== name) throw new Error('two are writing')
        if (!(await ledger.runs.end(tried.run.id, name, { state: 'complete', answer, ended: now().toISOString(), costUsd: null }, []))) throw new Error('lost')
      }
      await print(JSON.stringify(opened))
      await ledger.close()`,
    )
    const opened = spans.reduce<number>((sum, n) => sum + Number(n), 0)
    const ledger = await openLedger({ url, now: () => new Date() })
    expect(opened).toBeGreaterThan(0)
    expect(await ledger.runs.list({ limit: 10_000, states: ['complete'] })).toHaveLength(opened)
    await ledger.close()
  })

  it('lose nothing that was acknowledged when one is killed', async () => {
    const acknowledged: number[] = []
    const rounds = lengths({ gate: 1, soak: 30 })
    for (let round = 0; round < rounds; round++) {
      const child = await workshop.start(
        `${preamble}
        const ledger = await openLedger({ url, now })
        for (;;) {
          const { run: { id } } = await ledger.runs.open(run(false))
          await ledger.runs.saveStep(id, name, 0, { id: 'stage', title: 'Stage', state: 'complete', ms: id, handles: {} })
          await print(String(id))
        }`,
        url,
        `round-${round}`,
      )
      let seen = 0
      for await (const line of child.lines) {
        acknowledged.push(Number(line))
        seen += 1
        if (seen === 100) child.process.kill('SIGKILL')
      }
      expect(await child.ended).toBeNull()
    }
    const ledger = await openLedger({ url, now: () => new Date() })
    expect(acknowledged.length).toBeGreaterThanOrEqual(rounds * 100)
    for (const id of acknowledged) {
      expect(await ledger.runs.get(id)).toMatchObject({ steps: [{ state: 'complete', ms: id }] })
    }
    expect((await ledger.runs.orphans(new Date())).map((run) => run.id)).toEqual(expect.arrayContaining(acknowledged))
    await ledger.close()
  })

  it('see at once that a process was killed, and take over its lock', async () => {
    const child = await workshop.start(
      `${preamble}
      const ledger = await openLedger({ url, now })
      const at = now().toISOString()
      const host = (await import('node:os')).hostname()
      await ledger.processes.enter({ id: name, kind: 'bot', pid: process.pid, host, started: at, heartbeat: at })
      await print(String((await ledger.runs.open(run(true))).run.id))
      setInterval(() => {}, 1000)`,
      url,
      'victim',
    )
    const id = Number(await child.line())
    const ledger = await openLedger({ url, now: () => new Date() })
    expect(await ledger.processes.bot(new Date())).toMatchObject({ id: 'victim', pid: child.process.pid })
    expect(await ledger.runs.orphans(new Date())).toEqual([])
    child.process.kill('SIGKILL')
    await child.ended
    expect(await ledger.processes.bot(new Date())).toBeNull()
    expect((await ledger.runs.orphans(new Date())).map((run) => run.id)).toEqual([id])
    expect(await ledger.runs.claim(id, 'victim', 'heir', new Date())).toMatchObject({ worker: 'heir', lost: 1 })
    await ledger.close()
  })

  it('wait for one that holds a write lock for a second without stopping their event loop, readers not at all', async () => {
    const ledger = await openLedger({ url, now: () => new Date() })
    await ledger.claim('before', new Date())
    const holder = await workshop.start(
      `import { createClient } from '@libsql/client'
      const client = createClient({ url: process.argv[2] })
      const lock = await client.transaction('write')
      process.stdout.write('locked\\n')
      setTimeout(() => {
        process.stdout.write('about to release\\n')
        lock.commit()
      }, 1000)`,
      url,
    )
    expect(await holder.line()).toBe('locked')
    const order: string[] = []
    const writes = Promise.all(Array.from({ length: 300 }, (_, n) => ledger.claim(`write-${n}`, new Date())))
    const written = writes.then(() => order.push('written'))
    const read = ledger.runs.list({ limit: 10 }).then(() => order.push('read'))
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    expect(await holder.line()).toBe('about to release')
    order.push('released')
    clearInterval(ticking)
    // Stopped for the second in which the lock was held, it would have turned a few times only.
    expect(turns).toBeGreaterThan(50)
    await Promise.all([read, written])
    expect(order).toEqual(['read', 'released', 'written'])
    expect(await writes).not.toContain(false)
    expect(await holder.ended).toBe(0)
    const other = await openLedger({ url, now: () => new Date() })
    const again = await Promise.all(Array.from({ length: 300 }, (_, n) => other.claim(`write-${n}`, new Date())))
    expect(again).not.toContain(true)
    await other.close()
    await ledger.close()
  })
})
