import '../../src/commands/discard.ts'
import '../../src/commands/loads.ts'
import '../../src/commands/loads/rows.ts'
import '../../src/commands/publish.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { Deps } from '../../src/core/deps.ts'
import { DiskFull, OpsError } from '../../src/core/errors.ts'
import type { Asker } from '../../src/core/people.ts'
import type { ResultSet } from '../../src/core/ports/engine.ts'
import type { LoadRecord } from '../../src/core/ports/loads.ts'
import { claimRuns } from '../../src/core/runner/worker.ts'
import { judge } from '../../src/core/warehouse/compare.ts'
import { losesTooMuch, publishLimits } from '../../src/core/warehouse/limits.ts'
import { homeOf, labels } from '../core/home/support.ts'
import {
  anna,
  bob,
  channel,
  deferred,
  failureOf,
  planOf,
  type TestProcess,
  terminal,
  unfollowed,
} from '../support/core.ts'
import { runDue } from '../support/fires.ts'
import { freePolicy } from '../support/policy.ts'
import { scheduled } from '../support/schedule.ts'
import { twoDays } from '../support/two-days.ts'
import { createPreparedWarehouse, type Warehouse } from '../support/warehouse.ts'

const fileOf = (day: number) => join('2018', '11', `2018-11-${String(day).padStart(2, '0')}-events.json`)

/** How many plays of logged-in users the lines of a log file hold. */
const playsIn = (lines: readonly string[]) => lines.filter((line) => JSON.parse(line).page === 'NextSong').length

async function linesOf({ logData }: Warehouse, day: number): Promise<string[]> {
  return (await readFile(join(logData, fileOf(day)), 'utf8')).trimEnd().split('\n')
}

const write = ({ logData }: Warehouse, day: number, lines: readonly string[]) =>
  writeFile(join(logData, fileOf(day)), lines.join('\n'))

/** The lines of a day as those of another one. */
const movedBy = (lines: readonly string[], days: number): string[] =>
  lines.map((line) => {
    const event = JSON.parse(line)
    return JSON.stringify({ ...event, ts: event.ts + days * 86_400_000, sessionId: event.sessionId + 10_000 * days })
  })

async function plays(bot: TestProcess): Promise<unknown> {
  const table = (await bot.say('qa counts')).replies.find((reply) => reply.kind === 'table')
  return table?.rows.find(([name]) => name === 'songplays')?.[1]
}

const tablesOf = ({ replies }: Answer) => replies.flatMap((reply) => (reply.kind === 'table' ? [reply] : []))

const messageOf = async (bot: TestProcess, key: string) => {
  const message = await bot.ledger.messages.find(key)
  return message?.content.kind === 'answer' ? { ...message, answer: message.content.answer } : null
}

/** The two days loaded (load 1), and a third one like the second (load 2); then the second cut to its first 20 lines. */
async function cutWarehouse(parts: Partial<Deps> = {}) {
  const prepare = async (warehouse: Warehouse): Promise<void> => {
    await warehouse.bot.say('etl')
    await write(warehouse, 12, movedBy(await linesOf(warehouse, 11), 1))
    await warehouse.bot.say('etl')
    await write(warehouse, 11, (await linesOf(warehouse, 11)).slice(0, 20))
  }
  const warehouse = await createPreparedWarehouse('cut', prepare, parts)
  // The copy lies in another folder than what it was made of.
  await warehouse.bot.ledger.loads.learn(2, { source: warehouse.bot.deps.engine.source })
  const whole = movedBy(await linesOf(warehouse, 12), -1)
  return { ...warehouse, whole, lost: playsIn(whole) - playsIn(await linesOf(warehouse, 11)) }
}

describe('a load that loses much of what is live', () => {
  it('is deleted by tear-down, which closes its message', async () => {
    const { bot } = await cutWarehouse()
    const id = (await bot.say('etl', { place: channel })).run?.id
    expect(await messageOf(bot, `held:${id}`)).toMatchObject({ open: true })
    expect(await bot.say('tear-down', { typed: 'sparkify' })).toMatchObject({ ok: true })
    const message = await messageOf(bot, `held:${id}`)
    expect(message?.answer).toMatchObject({
      headline: `Load ${id} was held; it was deleted with the cluster by Anna.`,
      next: [],
    })
    expect(message?.open).not.toBe(true)
  })

  it('is held: live tables answer, its rows are shown, it is discarded, and the next load goes on from the live one', async () => {
    const warehouse = await cutWarehouse()
    const { bot, whole, lost, clock } = warehouse
    const live = await plays(bot)
    clock.advance(60_000)
    expect(lost).toBeGreaterThan(20)
    const held = await bot.say('etl', { place: terminal })
    expect(held).toMatchObject({ ok: false, exit: 1, failure: { code: 'held' }, run: { state: 'error' } })
    const id = held.run?.id
    expect(failureOf(held).message).toBe(
      `Load ${id} is held: 2018-11-11 loses ${lost} of ${playsIn(whole)} plays, songplays loses ${lost} of ${live} rows and time loses ${lost} of ${live} rows. Live tables are untouched.`,
    )
    const [tables, days] = tablesOf(held)
    expect(tables?.columns).toEqual(['table', 'before', 'after', 'change'])
    expect(tables?.rows).toContainEqual(['songplays', live, Number(live) - lost, -lost])
    expect(days?.rows).toEqual([['2018-11-11', playsIn(whole), playsIn(whole) - lost, -lost]])
    expect(held.next).toEqual([
      { label: 'Publish anyway', line: `publish ${id}`, form: true },
      { label: 'Discard', line: `discard ${id}` },
      { label: 'Show rows', line: `loads-rows ${id}` },
    ])

    const noted = `Load ${id} was held: it lost ${lost} of ${playsIn(whole)} plays`
    expect(await bot.ledger.annotations.list()).toMatchObject([{ kind: 'bot', first: '2018-11-11', text: noted }])
    expect(await plays(bot)).toBe(live)
    expect(await bot.say('top-songs')).toMatchObject({
      ok: true,
      replies: expect.arrayContaining([
        expect.objectContaining({ text: expect.stringContaining('was held; this is the data of') }),
      ]),
    })
    const status = tablesOf(await bot.say('status'))[0]
    expect(status?.rows.find(([what]) => what === 'Held')?.[1]).toContain(`load ${id}: 2018-11-11 loses`)
    const buttons = async (who: Asker) => labels((await homeOf(bot, who)).sections.flatMap(({ entries }) => entries))
    expect(await buttons(anna)).toEqual(expect.arrayContaining(['Publish anyway', 'Discard', 'Show rows']))
    expect(await buttons(bob)).not.toContain('Discard')
    const listed = await bot.say('loads')
    expect(tablesOf(listed)[0]?.rows.map(([load, state]) => [load, state])).toEqual([
      [id, 'held'],
      [2, 'live'],
      [1, 'kept'],
    ])
    expect(tablesOf(listed)[0]?.actions).toEqual([
      { label: 'Show', line: `loads ${id}` },
      { label: 'Show', line: 'loads 2' },
      { label: 'Roll back', line: 'rollback 1' },
    ])
    // What is to be done with the held one, wherever it is shown.
    expect([listed.next, (await bot.say(`loads ${id}`)).next]).toEqual([held.next, held.next])
    expect((await bot.say('loads 2')).next).toEqual([{ label: 'Loads', line: 'loads' }])

    const rows = await bot.say(`loads rows ${id}`)
    expect(rows).toMatchObject({ ok: true, audience: 'asker' })
    expect(tablesOf(rows).map(({ total }) => total)).toEqual([lost])
    expect(failureOf(await bot.say(`loads rows ${id}`, { who: bob }))).toMatchObject({ code: 'not_allowed' })

    for (const another of ['discard 2', 'publish 2 "as it is"', 'loads rows 2']) {
      const message = 'Load 2 is not held. Nothing was done.'
      expect(failureOf(await bot.say(another)), another).toMatchObject({ code: 'not_found', message })
    }
    expect(planOf(await bot.say(`discard ${id}`)).title).toBe(`Discard held load ${id}?`)
    expect(await bot.say(`discard ${id}`, { confirmed: true })).toMatchObject({ ok: true })
    const none = { code: 'not_found', message: 'No load is held. Nothing was done.' }
    expect(failureOf(await bot.say('discard'))).toMatchObject(none)
    expect(failureOf(await bot.say(`publish ${id} "as it is"`))).toMatchObject({ code: 'not_found' })
    expect((await bot.deps.engine.stored()).map(({ load }) => load)).toEqual([1, 2])

    await write(warehouse, 11, whole)
    expect(await bot.say('etl')).toMatchObject({ ok: true })
    expect(await plays(bot)).toBe(live)
    expect(await bot.say('rollback', { confirmed: true })).toMatchObject({ ok: true })
    expect(await plays(bot)).toBe(live)
  })

  it('waits through restarts, and is replaced by the next one in the same message', async () => {
    const warehouse = await cutWarehouse()
    const { bot, whole } = warehouse
    expect(await bot.say('etl')).toMatchObject({ ok: false, failure: { code: 'held' } })
    const first = await messageOf(bot, 'held:3')
    expect(first).toMatchObject({ open: true, answer: { title: 'Load 3 is held', next: [{}, {}, {}] } })
    bot.die()
    const other = await warehouse.another('two')
    expect((await other.ledger.loads.list(['held'])).map(({ id }) => id)).toEqual([3])
    const before = await plays(other)

    await write(warehouse, 11, whole.slice(0, 10))
    const run = await other.say('etl')
    expect(run).toMatchObject({ ok: false, failure: { code: 'held' } })
    const id = run.run?.id ?? 0
    expect((await other.ledger.loads.list(['held'])).map((load) => load.id)).toEqual([id])
    expect((await other.ledger.loads.get(3))?.state).toBe('discarded')
    const second = await messageOf(other, 'held:3')
    expect(second?.id).toBe(first?.id)
    expect(second?.answer.title).toBe(`Load ${id} is held`)
    expect(await messageOf(other, `held:${id}`)).toBeNull()
    expect((await other.deps.engine.stored()).map(({ load }) => load)).toEqual([1, 2, id])
    expect(await plays(other)).toBe(before)
  })

  it('has a message of its own where its run is run again after it was discarded', async () => {
    const { bot } = await cutWarehouse()
    const id = (await bot.say('etl')).run?.id ?? 0
    expect(await bot.say(`discard ${id}`, { confirmed: true })).toMatchObject({ ok: true })
    const again = await bot.say(`run-again ${id}`)
    expect(again).toMatchObject({ ok: false, failure: { code: 'held' } })
    const [held] = await bot.ledger.loads.list(['held'])
    expect(await messageOf(bot, `held:${held?.id}`)).toMatchObject({
      open: true,
      answer: { title: `Load ${held?.id} is held` },
    })
  })

  it('is published by an admin with a reason, and compared again where the live load has moved', async () => {
    const { bot, roles, lost } = await cutWarehouse()
    const live = Number(await plays(bot))
    const id = (await bot.say('etl')).run?.id ?? 0
    roles.set(bob.id, 'operator')
    expect(failureOf(await bot.say(`publish ${id} "it is right"`, { who: bob }))).toMatchObject({ code: 'not_allowed' })
    expect(failureOf(await bot.say(`publish ${id}`))).toMatchObject({ code: 'bad_argument' })
    const asked = planOf(await bot.say(`publish ${id} "the label took its songs back"`))
    expect(asked.facts.join('\n')).toContain(`songplays loses ${lost} of ${live} rows`)
    expect(asked.facts).toContain('Reason: the label took its songs back')

    expect(await bot.say('rollback', { confirmed: true })).toMatchObject({ ok: true })
    const again = await bot.click(asked.id)
    expect(again).toMatchObject({ ok: false, exit: 2 })
    const renewed = planOf(again)
    expect(renewed.facts[0]).toContain('Live now: load 1')
    expect(renewed.facts.join('\n')).toContain(`songplays +${live - lost - twoDays.counts.songplays}`)
    expect(await plays(bot)).toBe(twoDays.counts.songplays)
    expect(await bot.click(renewed.id)).toMatchObject({ ok: true })
    expect(await plays(bot)).toBe(live - lost)
    expect(await messageOf(bot, `held:${id}`)).toMatchObject({
      answer: { title: `Load ${id} was held; Anna published it: the label took its songs back`, next: [] },
    })
    expect((await bot.ledger.loads.list(['held', 'live', 'previous'])).map(({ id, state }) => [id, state])).toEqual([
      [id, 'live'],
      [2, 'previous'],
      [1, 'previous'],
    ])
    expect(await bot.say('etl')).toMatchObject({ ok: true })
  })

  it('is not published where it cannot be compared for another reason than the live load', async () => {
    const { bot } = await cutWarehouse()
    const live = await plays(bot)
    const { engine, library } = bot.deps
    const { query } = engine
    const full = new DiskFull('The disk that holds the loads is full.', 'Free some space.', null)
    const short = new OpsError('storage', 'The warehouse ran out of memory: failed to allocate', 'Free some memory.')
    // A full disk keeps the live load from being read as well, which is no loss of it.
    const verify = vi.spyOn(engine, 'verify').mockRejectedValueOnce(full)
    for (const [why, line] of [
      [full, 'etl'],
      [short, 'etl'],
    ] as const) {
      const spy = vi.spyOn(engine, 'query').mockImplementation(async (target, statement, options) => {
        if (statement.sql === library.comparison.artists) throw why
        return query.call(engine, target, statement, options)
      })
      expect(await bot.say(line)).toMatchObject({
        ok: false,
        failure: { code: 'storage', message: expect.stringContaining(why.message) },
      })
      spy.mockRestore()
      expect(await plays(bot)).toBe(live)
    }
    verify.mockRestore()
    const again = await bot.say('run-again')
    expect(again).toMatchObject({ ok: false, failure: { code: 'held' } })
  })

  it('is held by the next process where the engine has moved it already, and no candidate is there any more', async () => {
    const warehouse = await cutWarehouse()
    await diesIn(
      warehouse.bot,
      'etl',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.loads, 'hold').mockImplementation(at),
    )
    const next = await warehouse.another('next')
    const { engine } = next.deps
    const { query } = engine
    vi.spyOn(engine, 'query').mockImplementation(async (target, statement, options) => {
      if (target.kind === 'candidate') throw new OpsError('not_found', 'It is not there.')
      return query.call(engine, target, statement, options)
    })
    const [recovered] = await claimRuns(next.session, () => unfollowed)
    expect(await recovered?.answer).toMatchObject({ ok: false, failure: { code: 'held' } })
    expect(await next.ledger.loads.list(['held'])).toHaveLength(1)
  })

  it('is published where it was read from another folder', async () => {
    const { bot, lost } = await cutWarehouse()
    const live = Number(await plays(bot))
    const { ledger, engine } = bot.deps
    expect(await ledger.loads.live()).toMatchObject({ facts: { source: engine.source } })
    await ledger.loads.learn(2, { source: '/another/folder' })
    const answer = await bot.say('etl')
    expect(answer).toMatchObject({ ok: true })
    expect(answer.run?.steps.find(({ title }) => title === 'Compare with live')).toMatchObject({
      detail: 'not compared: load 2 was read from another folder',
    })
    expect(await plays(bot)).toBe(live - lost)
  })

  it.each([
    ['compared with another load than the live one', (source: string) => source],
    ['built while a load of another folder was live', () => '/another/folder'],
  ])('is compared before it is published by run-again, where it was %s', async (_, sourceOfFirst) => {
    const warehouse = await cutWarehouse()
    const { bot, whole } = warehouse
    const live = await plays(bot)
    await bot.ledger.loads.learn(1, { source: sourceOfFirst(bot.deps.engine.source) })
    await write(warehouse, 11, whole)
    await write(warehouse, 12, (await linesOf(warehouse, 12)).slice(0, 5))
    expect(await bot.say('rollback 1', { confirmed: true })).toMatchObject({ ok: true })
    vi.spyOn(bot.deps.engine, 'publish').mockRejectedValueOnce(new Error('the disk is gone'))
    const failed = await bot.say('etl')
    expect(failed).toMatchObject({ ok: false })
    expect(await bot.say('rollback 2', { confirmed: true })).toMatchObject({ ok: true })
    const again = await bot.say(`run-again ${failed.run?.id}`)
    expect(again).toMatchObject({ ok: false, failure: { code: 'held' } })
    expect(await plays(bot)).toBe(live)
  })

  it('is published where the limits are off, with what it changed', async () => {
    const { bot, lost } = await cutWarehouse({ policy: { ...freePolicy, publishLimits: null } })
    const live = Number(await plays(bot))
    const answer = await bot.say('etl')
    expect(answer).toMatchObject({ ok: true })
    expect(await plays(bot)).toBe(live - lost)
    expect(tablesOf(await bot.say(`loads ${answer.run?.id}`))[0]?.rows).toContainEqual([
      'songplays',
      live,
      live - lost,
      -lost,
    ])
  })

  it('is held in a schedule, whose other lines answer from the live load, and calls who is on call once', async () => {
    const { bot, clock } = await cutWarehouse({ policy: { ...freePolicy, oncall: ['S0ONCALL'] } })
    const nightly = {
      lines: ['etl', 'top-songs', 'qa counts'],
      place: channel,
      owner: anna,
      created: clock.now().toISOString(),
    }
    await bot.ledger.schedules.add(scheduled(nightly))
    const occurrence = async (): Promise<Answer> => {
      const day = clock.now().getTime() + 86_400_000
      clock.set(new Date(`${new Date(day).toISOString().slice(0, 10)}T03:00:02.000Z`))
      await bot.beat()
      const [answer] = (await runDue(bot)).map((one) => one.answer)
      if (answer === undefined) throw new Error('nothing was due')
      return answer
    }
    const answer = await occurrence()
    expect(answer).toMatchObject({
      ok: false,
      exit: 1,
      failure: { code: 'held' },
      run: { steps: expect.arrayContaining([expect.objectContaining({ title: 'top-songs', state: 'complete' })]) },
    })
    expect(failureOf(answer).message).toContain('The other lines answered from it.')
    expect(tablesOf(answer).map(({ title }) => title)).toEqual([expect.stringMatching(/^Top songs/)])
    expect(JSON.stringify(answer.replies)).toContain('was held; this is the data of')
    const [held] = await bot.ledger.loads.list(['held'])
    const key = `held:${held?.id}`
    expect(await messageOf(bot, key)).toMatchObject({ mention: ['S0ONCALL'], open: true })
    expect(await bot.ledger.messages.find(`run:${answer.run?.id}`)).toMatchObject({ mention: [] })
    const next = await occurrence()
    const [second] = await bot.ledger.loads.list(['held'])
    expect((await messageOf(bot, key))?.answer.title).toBe(`Load ${second?.id} is held`)
    expect(await bot.ledger.messages.find(`run:${next.run?.id}`)).toMatchObject({ mention: [] })
  })

  it.each<[string, (dead: TestProcess, at: () => Promise<never>) => void]>([
    ['before its file is closed', ({ deps }, at) => void vi.spyOn(deps.engine, 'hold').mockImplementation(at)],
    [
      'before the ledger knows it',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.loads, 'hold').mockImplementation(at),
    ],
    [
      'before its message',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.messages, 'put').mockImplementation(at),
    ],
    ['before its run ends', ({ session }, at) => void vi.spyOn(session.deps.ledger.runs, 'end').mockImplementation(at)],
  ])('is held by the next process where its own died %s', async (_, killed) => {
    const warehouse = await cutWarehouse()
    const live = await plays(warehouse.bot)
    await diesIn(warehouse.bot, 'etl', killed)
    const next = await warehouse.another('next')
    expect(await next.ledger.loads.live()).toMatchObject({ id: 2 })
    const [recovered] = await claimRuns(next.session, () => unfollowed)
    expect(await recovered?.answer).toMatchObject({ ok: false, failure: { code: 'held' } })
    const held = await next.ledger.loads.list(['held'])
    expect(held).toHaveLength(1)
    expect(await messageOf(next, `held:${held[0]?.id}`)).toMatchObject({ open: true })
    expect(await plays(next)).toBe(live)
    expect((await next.deps.engine.stored()).map(({ load }) => load)).toEqual([1, 2, held[0]?.id])
  })

  it.each<[string, string, (dead: TestProcess, at: () => Promise<never>) => void]>([
    [
      'published',
      'before it is live',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.loads, 'publish').mockImplementation(at),
    ],
    [
      'published',
      'before its message',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.messages, 'put').mockImplementation(at),
    ],
    [
      'discarded',
      'before it is gone',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.loads, 'discard').mockImplementation(at),
    ],
    [
      'discarded',
      'before its run ends',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.runs, 'end').mockImplementation(at),
    ],
    ['discarded', 'before its file is', ({ deps }, at) => void vi.spyOn(deps.engine, 'retain').mockImplementation(at)],
    [
      'discarded',
      'before its message',
      ({ session }, at) => void vi.spyOn(session.deps.ledger.messages, 'put').mockImplementation(at),
    ],
  ])('is %s by the next process where the first one died %s', async (what, _, killed) => {
    const warehouse = await cutWarehouse()
    const id = (await warehouse.bot.say('etl')).run?.id ?? 0
    await diesIn(warehouse.bot, what === 'published' ? `publish ${id} "yes"` : `discard ${id}`, killed)
    const next = await warehouse.another('next')
    const [recovered] = await claimRuns(next.session, () => unfollowed)
    expect(await recovered?.answer).toMatchObject({ ok: true })
    expect((await next.ledger.loads.get(id))?.state).toBe(what === 'published' ? 'live' : 'discarded')
    expect(await next.ledger.loads.list(['held'])).toEqual([])
    expect(await messageOf(next, `held:${id}`)).toMatchObject({ answer: { ok: true, next: [] } })
    expect((await next.deps.engine.stored()).map(({ load }) => load)).toEqual(
      what === 'published' ? [1, 2, id] : [1, 2],
    )
  })
})

/** Says a line in a process that dies where `killed` puts its death. */
async function diesIn(
  bot: TestProcess,
  line: string,
  killed: (dead: TestProcess, at: () => Promise<never>) => void,
): Promise<void> {
  const reached = deferred()
  killed(bot, () => {
    reached.resolve()
    return new Promise<never>(() => undefined)
  })
  void bot.say(line, { confirmed: true })
  await reached.promise
  bot.die()
  await bot.deps.engine.close()
}

describe('limits', () => {
  it('are read from the variable, each with its usual value where it is left out', () => {
    expect(publishLimits.parse(undefined)).toEqual({ days: 2, rows: 1, coverage: 2, min: 20 })
    expect(publishLimits.parse('days=5%, min=0')).toEqual({ days: 5, rows: 1, coverage: 2, min: 0 })
    expect(publishLimits.parse('off')).toBeNull()
    for (const wrong of ['days=2', 'on', 'days=2%,', 'min=1%', 'off,min=1', 'rows=-1%']) {
      expect(publishLimits.safeParse(wrong).success).toBe(false)
    }
    expect(freePolicy.publishLimits).toEqual(publishLimits.parse(''))
  })

  it('let go the percentage or the number, whichever is more, and never everything', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), fc.nat(100), fc.nat(100), (before, after, percent, min) => {
        const lost = before - after
        const byHand = (after === 0 && before !== 0) || (lost > min && 100 * lost > before * percent)
        expect(losesTooMuch(before, after, percent, { days: 0, rows: 0, coverage: 0, min })).toBe(byHand)
      }),
    )
  })

  it('hold exactly what is beyond them', () => {
    const many = fc.array(fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300), fc.nat(300)), { maxLength: 40 })
    const limits = fc.record({ days: fc.nat(30), rows: fc.nat(30), coverage: fc.nat(30), min: fc.nat(60) })
    const table = fc.tuple(fc.nat(3_000), fc.nat(3_000))
    fc.assert(
      fc.property(many, limits, table, table, (plays, own, songplays, staging) => {
        const dayOf = (at: number) => new Date(Date.UTC(2026, 10, 1 + at)).toISOString().slice(0, 10)
        const today = dayOf(20)
        const side = (before: boolean): ResultSet => {
          const rows = plays
            .map(([was, is, wasMatched, isMatched], at) => {
              const count = before ? was : is
              return [dayOf(at), count, Math.min(count, before ? wasMatched : isMatched)] as const
            })
            .filter(([, count]) => count > 0)
          return { columns: [], rows, total: rows.length }
        }
        const load = (counts: readonly [number, number]): LoadRecord => ({
          id: 1,
          state: 'live',
          started: '',
          published: null,
          facts: { counts: { staging_events: counts[1], songplays: counts[0] } },
        })
        const none = { columns: [], rows: [], total: 0 }
        const found = {
          live: load([songplays[0], staging[0]]),
          load: load([songplays[1], staging[1]]),
          days: [side(true), side(false)],
          artists: [none, none],
        }
        const comparison = judge(found, { limits: own, star: ['songplays'], today })

        // By hand.
        const beyond = (was: number, is: number, percent: number) =>
          was > 0 && (is === 0 || (was - is > own.min && (was - is) * 100 > was * percent))
        const heldDays = plays.flatMap(([was, is], at) =>
          beyond(was, is, own.days) && (at < 20 || is === 0) ? [dayOf(at)] : [],
        )
        const share = (before: boolean) => {
          const all = plays.reduce((sum, [was, is]) => sum + (before ? was : is), 0)
          const matched = plays.reduce(
            (sum, [was, is, wasMatched, isMatched]) =>
              sum + (before ? Math.min(was, wasMatched) : Math.min(is, isMatched)),
            0,
          )
          return all === 0 ? 0 : (100 * matched) / all
        }
        expect(comparison.days.held).toBe(heldDays.length)
        expect(comparison.days.changed).toBe(plays.filter(([was, is]) => was !== is).length)
        expect(comparison.days.shown.length).toBe(Math.min(20, comparison.days.changed))
        const shownHeld = comparison.days.shown.flatMap(({ day, held }) => (held ? [day] : []))
        expect(shownHeld.length).toBe(Math.min(20, heldDays.length))
        expect(heldDays).toEqual(expect.arrayContaining(shownHeld))
        expect(comparison.tables.flatMap(({ table: name, held }) => (held ? [name] : []))).toEqual(
          beyond(songplays[0], songplays[1], own.rows) ? ['songplays'] : [],
        )
        expect(comparison.coverage.held).toBe(share(true) - share(false) > own.coverage)
        expect(judge(found, { limits: null, star: ['songplays'], today }).days.held).toBe(0)
      }),
    )
  })
})
