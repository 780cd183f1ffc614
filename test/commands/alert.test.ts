import '../../src/commands/alert.ts'
import '../../src/commands/alert/acknowledge.ts'
import '../../src/commands/alert/add.ts'
import '../../src/commands/alert/edit.ts'
import '../../src/commands/alert/pause.ts'
import '../../src/commands/alert/remove.ts'
import '../../src/commands/alert/resume.ts'
import '../../src/commands/alert/snooze.ts'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import type { Answer } from '../../src/core/answer.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Asker, Role } from '../../src/core/people.ts'
import type { Copies, Engine } from '../../src/core/ports/engine.ts'
import { maySeeWatch } from '../../src/core/watch/find.ts'
import { anna, bob, deferred, failureOf, type TestProcess, untilAborted } from '../support/core.ts'
import { delivered } from '../support/delivered.ts'
import { createLoadedWarehouse, type Warehouse } from '../support/warehouse.ts'

const fileOf = ({ logData }: Warehouse, day: number) => join(logData, '2018', '11', `2018-11-${day}-events.json`)

/** Writes a day like 11 November, with its first lines alone, so that it is not whole before the next one begins. */
async function write(warehouse: Warehouse, day: number, lines: number): Promise<void> {
  const before = (await readFile(fileOf(warehouse, 11), 'utf8')).trimEnd().split('\n')
  const days = day - 11
  const moved = before.map((line) => {
    const event = JSON.parse(line)
    return JSON.stringify({ ...event, ts: event.ts + days * 86_400_000, sessionId: event.sessionId + 10_000 * days })
  })
  await writeFile(fileOf(warehouse, day), moved.slice(0, lines).join('\n'))
}

async function loadDay(warehouse: Warehouse, day: number, lines: number): Promise<void> {
  await write(warehouse, day, lines)
  expect(await warehouse.bot.say('etl')).toMatchObject({ ok: true })
}

const texts = ({ replies }: Answer): string =>
  replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : [])).join('\n')

/** What the minute's work posts: the title and the headline of each message. */
async function posted(bot: TestProcess): Promise<readonly (readonly [string, string | undefined, string])[]> {
  await bot.app.tick()
  const messages = await delivered(bot)
  return messages.flatMap(({ key, body }) =>
    body.kind === 'answer' && key.startsWith('alert') ? [[key, body.answer.title, body.answer.headline]] : [],
  )
}

const withAlert = async (): Promise<Warehouse> => {
  const warehouse = await createLoadedWarehouse()
  expect(await warehouse.bot.say('alert add "pulse last=7d" when plays<50 in #data-eng')).toMatchObject({ ok: true })
  return warehouse
}

describe('an alert', () => {
  it('is judged after each load on whole days: it fires once, and is resolved in the same message', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    const made = await bot.say('alert add "pulse last=7d" when plays<50 in #data-eng')
    expect(texts(made).split('\n')).toEqual([
      'Alert 1 (pulse, plays<50) is on; it posts in #data-eng.',
      'Now: 11 Nov 2018: plays 73, not below 50.',
      'It is judged within a minute of each new load, on whole days (UTC).',
    ])
    expect(await posted(bot)).toEqual([])

    // The newest day is never whole, and a day with few plays is judged once the next one has begun.
    await loadDay(warehouse, 12, 10)
    expect(await posted(bot)).toEqual([])
    await loadDay(warehouse, 13, 80)
    const [[key, title, headline] = [], ...more] = await posted(bot)
    expect([key, title, more]).toEqual(['alert:1:1', 'Alert 1 is firing', []])
    expect(headline).toMatch(/^Alert 1: 12 Nov 2018: plays \d+, below 50\.$/)
    expect(await posted(bot)).toEqual([])

    const acknowledged = await bot.say('alert acknowledge 1', { who: anna })
    expect(acknowledged.headline).toBe('Alert 1 (pulse, plays<50) is acknowledged.')
    expect((await posted(bot)).map(([, became]) => became)).toEqual(['Alert 1 is acknowledged'])
    const list = await bot.say('alert')
    expect(list.headline).toBe('1 alert, 1 firing.')
    expect(list.replies).toMatchObject([
      { rows: [['1', 'pulse', 'plays<50', '#data-eng', 'Anna', 'acknowledged since 12 Nov 2018', headline?.slice(9)]] },
    ])

    await loadDay(warehouse, 14, 10)
    expect((await posted(bot)).map(([message, became]) => [message, became])).toEqual([
      ['alert:1:1', 'Alert 1 is resolved'],
    ])
    expect((await bot.say('alert 1')).headline).toBe('Alert 1 (pulse, plays<50) is resolved.')
    expect((await bot.ledger.watches.get('alert', '1'))?.judged).toMatchObject({ day: '2018-11-13' })
  })

  it('judges each of several days that one load brings, and none of them again', async () => {
    const warehouse = await withAlert()
    const { bot } = warehouse
    await bot.app.tick()
    const before = (await bot.ledger.watches.get('alert', '1'))?.version ?? 0
    for (const [day, lines] of [
      [12, 10],
      [13, 80],
    ] as const)
      await write(warehouse, day, lines)
    await loadDay(warehouse, 14, 80)
    expect((await posted(bot)).map(([key, title]) => [key, title])).toEqual([['alert:1:1', 'Alert 1 is resolved']])
    // 11 to 13 November.
    expect((await bot.ledger.watches.get('alert', '1'))?.version).toBe(before + 3)
    await Promise.all([bot.app.tick(), (await warehouse.another('two')).app.tick()])
    expect((await bot.ledger.watches.get('alert', '1'))?.version).toBe(before + 3)
  })

  it('is judged on days of which an event that is dated years ahead is no part', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    await write(warehouse, 12, 80)
    const [first = ''] = (await readFile(fileOf(warehouse, 11), 'utf8'))
      .split('\n')
      .filter((line) => /NextSong/.test(line))
    const event = JSON.parse(first)
    const ahead = { ...event, ts: event.ts + 5 * 365 * 86_400_000, sessionId: 88_888 }
    await appendFile(fileOf(warehouse, 12), `\n${JSON.stringify(ahead)}`)
    expect(await bot.say('etl')).toMatchObject({ ok: true })
    expect(texts(await bot.say('alert add pulse when plays<90'))).toMatch(/Now: 11 Nov 2018: plays 73, below 90/)
    expect((await posted(bot)).map(([, title]) => title)).toEqual(['Alert 1 is firing'])
  })

  it('is snoozed and fires again in the same message, is edited, paused, resumed and removed', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    const states = async () => (await posted(bot)).map(([key, title]) => [key, title])
    const listed = async () => {
      const table = (await bot.say('alert')).replies.find((reply) => reply.kind === 'table')
      return [table?.rows[0]?.[5], table?.actions?.[0]]
    }
    await bot.say('alert add query=pulse when="plays < 100"')
    expect(await states()).toEqual([['alert:1:1', 'Alert 1 is firing']])
    expect(await listed()).toEqual(['firing since 11 Nov 2018', { label: 'Acknowledge', line: 'alert-acknowledge 1' }])
    expect((await bot.say('alert snooze 1 8h')).headline).toBe(
      'Alert 1 (pulse, plays<100) is snoozed until 23 Nov 2026, 20:00 UTC.',
    )
    expect(await listed()).toEqual(['snoozed since 11 Nov 2018', { label: 'Show', line: 'alert 1' }])
    expect(await states()).toEqual([['alert:1:1', 'Alert 1 is snoozed']])
    warehouse.clock.advance(9 * 3_600_000)
    expect((await states()).map(([key]) => key)).toEqual(['alert:1:1', expect.stringMatching(/^alert:1:1:woke:/)])

    const edited = await bot.say('alert edit 1 when plays below 90 for 1 day')
    expect(edited.headline).toBe('Alert 1 (pulse, plays<90) is changed; it posts in #music.')
    expect(await states()).toEqual([
      ['alert:1:1', 'Alert 1 was edited'],
      ['alert:1:2', 'Alert 1 is firing'],
    ])
    expect((await bot.say('alert pause 1')).headline).toBe('Alert 1 (pulse, plays<90) is paused.')
    expect(await states()).toEqual([['alert:1:2', 'Alert 1 was paused']])
    expect(await states()).toEqual([])
    expect(await listed()).toEqual(['paused', { label: 'Resume', line: 'alert-resume 1' }])
    expect((await bot.say('alert resume 1')).headline).toBe('Alert 1 (pulse, plays<90) is on again.')
    expect(await states()).toEqual([['alert:1:3', 'Alert 1 is firing']])
    const removed = await bot.say('alert remove 1')
    expect(removed.replies).toContainEqual({
      kind: 'text',
      text: 'alert add pulse when plays<90 in #music',
      tone: 'code',
    })
    expect(await states()).toEqual([['alert:1:3', 'Alert 1 was removed']])
    expect(failureOf(await bot.say('alert 1'))).toMatchObject({ code: 'not_found' })
    expect((await bot.say('alert add pulse when plays<90')).headline).toMatch(/^Alert 2 /)
  })

  it('of a channel is everybody’s to answer, edit, pause and resume, in their name; one in direct messages is its owner’s, and admins may stop it', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    const carol: Asker = { kind: 'slack', id: 'U0CAROL', name: 'Carol' }
    for (const { id } of [bob, carol]) warehouse.roles.set(id, 'operator')
    const stored = (subject: string) => bot.ledger.watches.get('alert', subject)
    const shown = async () => {
      await posted(bot)
      return (await stored('1'))?.life
    }
    await bot.say('alert add pulse when plays<50', { who: bob })
    expect(failureOf(await bot.say('alert snooze 1'))).toMatchObject({
      code: 'bad_argument',
      message: 'Alert 1 is not firing. Nothing was done.',
    })
    await bot.say('alert edit 1 when plays<100', { who: bob })
    expect(await shown()).toMatchObject({ kind: 'firing' })
    await bot.say('alert acknowledge 1')
    expect(await shown()).toMatchObject({ kind: 'acknowledged', by: { id: anna.id } })
    expect((await bot.say('alert snooze 1')).headline).toMatch(/ is snoozed until 24 Nov 2026, 12:00 UTC\.$/)
    expect(await shown()).toMatchObject({ kind: 'snoozed', by: { id: anna.id } })

    // Another place is no other condition: the owner stays, and what is not named stays as it is.
    expect((await bot.say('alert edit 1 in #data-eng')).headline).toMatch(/ is changed; it posts in #data-eng\.$/)
    expect(await stored('1')).toMatchObject({
      owner: bob,
      place: { channel: '#data-eng' },
      life: { kind: 'resolved', end: { by: { id: anna.id }, how: 'edited' } },
    })
    expect(await shown()).toMatchObject({ kind: 'firing', firing: { number: 2 } })
    await bot.say('alert edit 1 for=2')
    expect(texts(await bot.say('alert edit 1 when plays<99'))).toContain('Now: ')
    expect(await stored('1')).toMatchObject({ owner: anna, place: { channel: '#data-eng' }, definition: { days: 2 } })
    expect(texts(await bot.say('alert 1')).split('\n')).toEqual([
      'Query: pulse',
      'When: plays<99 for 2 days',
      'Set by: Anna',
      'Posts: in #data-eng',
      'State: ok',
      'Found: not judged yet',
      'alert add pulse when plays<99 for=2 in #data-eng',
    ])
    await bot.say('alert edit 1 when plays<99 for=1')
    expect(await shown()).toMatchObject({ kind: 'firing', firing: { number: 3 } })
    await bot.say('alert pause 1', { who: carol })
    expect(await stored('1')).toMatchObject({
      isPaused: true,
      owner: anna,
      life: { kind: 'resolved', end: { by: { id: carol.id }, how: 'paused' } },
    })
    expect(await bot.say('alert resume 1', { who: carol })).toMatchObject({ ok: true })
    expect((await bot.say('alert resume 1', { who: carol })).headline).toMatch(/^Alert 1 .* is not paused\.$/)

    const alone = { kind: 'slack', channel: 'D0BOB0000', direct: true } as const
    await bot.say('alert add pulse when plays<90', { who: bob, place: alone })
    await bot.app.tick()
    const refused = async (line: string, who: Asker) => failureOf(await bot.say(line, { who }))
    const theirs = { code: 'not_allowed', message: "Alert 2 posts in Bob's direct messages. Nothing was done." }
    for (const line of ['alert 2', 'alert acknowledge 2', 'alert snooze 2', 'alert pause 2', 'alert remove 2'])
      expect([line, await refused(line, carol)]).toMatchObject([line, theirs])
    expect((await bot.say('alert', { who: carol })).headline).toBe('1 alert, 1 firing.')
    expect(await refused('alert edit 2 in #music', anna)).toMatchObject(theirs)
    expect(await bot.say('alert pause 2')).toMatchObject({ ok: true })
    expect(await refused('alert resume 2', anna)).toMatchObject(theirs)
    expect(await stored('2')).toMatchObject({ isPaused: true, owner: bob, place: alone })
    expect(await bot.say('alert resume 2', { who: bob, place: alone })).toMatchObject({ ok: true })
    expect(await bot.say('alert remove 2')).toMatchObject({ ok: true })
  })

  it('is one of fifty at the most, and is asked for by a name that there is', async () => {
    const { bot } = await withAlert()
    const { ledger } = bot
    const one = await ledger.watches.get('alert', '1')
    if (one === null) throw new Error('it was made')
    for (let n = 2; n <= 50; n++) await ledger.watches.add(one, 50)
    expect(failureOf(await bot.say('alert add pulse when plays<50'))).toMatchObject({
      message: 'There are 50 alerts, and no more are kept. Nothing was done.',
      remedy: 'Remove one first: type alert to list them.',
    })
    for (const [line, message] of [
      ['alert acknowledge', 'Which alert? Nothing was done.'],
      ['alert remove 51', 'There is no alert 51. Nothing was done.'],
      ['alert snooze check=nights', 'No check "nights" is watched. Nothing was done.'],
    ] as const)
      expect(failureOf(await bot.say(line))).toMatchObject({ code: 'not_found', message })
  })

  it('names what can be watched where something cannot', async () => {
    const { bot } = await createLoadedWarehouse()
    const refused = async (line: string) => failureOf(await bot.say(`alert add ${line}`))
    expect(await refused('"pulse" when pllays<200')).toMatchObject({
      code: 'bad_argument',
      message: 'pulse has no figure "pllays". Nothing was done.',
      remedy: expect.stringMatching(/^Did you mean plays\? It has plays, listeners, sessions, /),
    })
    expect(await refused('"top songs" when plays<200')).toMatchObject({
      message: 'top-songs has several rows, and none for each day, so there is no figure to watch. Nothing was done.',
      remedy:
        'active-users, coverage and pulse have a row for each day; any query that answers a single row works, too.',
    })
    expect(await refused('etl when plays<200')).toMatchObject({ message: expect.stringContaining('etl is no query') })
    expect(await refused('"pulse" when plays goes down')).toMatchObject({
      message: '"plays goes down" is not a condition. Nothing was done.',
      remedy: 'Use plays<200, plays changed>20% or plays unusual.',
    })
    expect(await refused('"pulse"')).toMatchObject({ message: 'When should it fire? Nothing was done.' })
    expect(await refused('when plays<200')).toMatchObject({
      message: 'Which query should be watched? Nothing was done.',
    })
    expect(await refused('"pulse; qa" when plays<200')).toMatchObject({
      message: 'An alert watches one query. Nothing was done.',
    })
    expect(await refused('timeframe when plays<200 for 2 days')).toMatchObject({
      message: 'for= needs a query with a row for each day; this one has a single row. Nothing was done.',
      remedy: 'Leave it out.',
    })
    expect(await refused('timeframe when plays unusual')).toMatchObject({
      message: expect.stringContaining('needs a query with a row for each day'),
    })
    expect(failureOf(await bot.say('alert edit 1'))).toMatchObject({ code: 'not_found' })
    await bot.say('alert add pulse when plays>1000')
    expect(failureOf(await bot.say('alert edit 1'))).toMatchObject({ message: 'What should change? Nothing was done.' })
    expect(failureOf(await bot.say('alert acknowledge 1'))).toMatchObject({
      message: 'Alert 1 is not firing. Nothing was done.',
    })
    expect(failureOf(await bot.say('alert lst'))).toMatchObject({
      code: 'unknown_command',
      remedy: 'Did you mean alert list?',
    })
    expect(failureOf(await bot.say('alert', { who: bob }))).toMatchObject({ code: 'not_allowed' })
  })

  it('is of days by the clocks of who adds it, and of all of them, whatever period was typed', async () => {
    const { bot } = await createLoadedWarehouse()
    Object.assign(bot.deps.directory, { zoneOf: async () => 'Europe/Vienna' })
    const made = await bot.say('alert add "active-users last=7d" when dau<1')
    expect(texts(made)).toMatch(/on whole days \(Europe\/Vienna\)\.$/)
    await bot.say('alert add "active-users tz=Europe/London" when dau<1')
    expect((await bot.ledger.watches.list(['alert'])).map(({ definition }) => definition)).toMatchObject([
      { line: 'active-users tz=Europe/Vienna' },
      { line: 'active-users tz=Europe/London' },
    ])
  })

  it('watches a single row, whose change is from the load before; and says while too little is known', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    await bot.say('alert add timeframe when plays changed>20%')
    const unusual = await bot.say('alert add "coverage" when match_rate unusual')
    expect(texts(unusual)).toContain('Now: 11 Nov 2018: 0 of 8 earlier Sundays that a usual band needs.')
    expect(await posted(bot)).toEqual([])
    await loadDay(warehouse, 12, 80)
    expect(await posted(bot)).toEqual([
      [
        'alert:1:1',
        'Alert 1 is firing',
        expect.stringMatching(
          /^Alert 1: the newest load: plays \d+, \+\d+\.\d% against 160 \(the load before\), more than 20%\.$/,
        ),
      ],
    ])
    await loadDay(warehouse, 13, 5)
    expect((await posted(bot)).map(([, title]) => title)).toEqual(['Alert 1 is resolved'])
    expect(await bot.ledger.watches.get('alert', '2')).toMatchObject({
      life: { kind: 'ok' },
      seen: { kind: 'unknown' },
    })
  })

  it('passes to the admins when its owner has left, with a message in its channel; one in their direct messages is paused', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    warehouse.roles.set(bob.id, 'operator')
    await bot.say('alert add pulse when plays<90', { who: bob })
    const alone = { kind: 'slack', channel: 'D0BOB0000', direct: true } as const
    await bot.say('alert add pulse when plays<90', { who: bob, place: alone })
    warehouse.left.add(bob.id)
    await bot.app.tick()
    const headlines = (await delivered(bot)).map(({ to, headline }) => [to, headline])
    expect(headlines).toEqual(
      expect.arrayContaining([
        ['C0MUSIC', 'Bob has left. Alert 1 (pulse) now belongs to the admins.'],
        ['C0MUSIC', expect.stringMatching(/^Alert 1: 11 Nov 2018: plays 73, below 90/)],
        [anna.id, 'Bob has left. Alert 2 (pulse) is paused.'],
      ]),
    )
    expect(await bot.ledger.watches.get('alert', '1')).toMatchObject({
      owner: { id: 'admins' },
      life: { kind: 'firing' },
    })
    expect(await bot.ledger.watches.get('alert', '2')).toMatchObject({ isPaused: true, life: { kind: 'ok' } })
  })

  it('of an owner who lost the role is judged for nobody while there is no admin, and says why', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot, roles } = warehouse
    roles.set(bob.id, 'operator')
    await bot.say('alert add "churn-risk n=1" when signs>0', { who: bob })
    roles.clear()
    expect(await posted(bot)).toEqual([])
    const alert = await bot.ledger.watches.get('alert', '1')
    expect([alert?.owner.id, alert?.life.kind, alert?.seen]).toEqual([
      bob.id,
      'ok',
      {
        kind: 'unknown',
        why: 'Bob is now a viewer; churn-risk needs an operator. An admin can give the role back.',
      },
    ])
    roles.set(anna.id, 'admin')
    await loadDay(warehouse, 12, 80)
    await bot.app.tick()
    expect(await bot.ledger.watches.get('alert', '1')).toMatchObject({ owner: { id: 'admins' } })
  })

  it('waits while the warehouse is paused where the copy is of another load than the live one', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    const { engine, ledger } = bot.deps
    const { query } = engine
    await bot.say('alert add pulse when plays<90')
    await ledger.loads.learn(1, { copied: warehouse.clock.now().toISOString() })
    const copies: Partial<Copies> = {
      make: async () => {
        throw new OpsError('aws', 'S3 did not answer.')
      },
      query: (load, ...asked) => query.call(engine, { kind: 'live', load }, ...asked),
    }
    Object.assign(engine, { copies })
    await loadDay(warehouse, 12, 80)
    await bot.say('pause')
    const before = await ledger.watches.get('alert', '1')
    expect(await posted(bot)).toEqual([])
    expect(await ledger.watches.get('alert', '1')).toEqual(before)
    await bot.say('resume')
    expect((await posted(bot)).map(([, title]) => title)).toEqual(['Alert 1 is firing'])
    expect((await ledger.watches.get('alert', '1'))?.judged?.load).toBe((await ledger.loads.live())?.id)
  })

  it('does not keep the bot from ending: its query is stopped, and the next process judges it', async () => {
    const warehouse = await withAlert()
    const { deps } = warehouse.bot
    const begun = deferred()
    const engine: Engine = {
      ...deps.engine,
      query: async (_target, _statement, { signal }) => {
        begun.resolve()
        return untilAborted(signal)
      },
    }
    const slow = await warehouse.start('slow', await readCommands(), { ...deps, engine })
    const ticking = slow.app.tick()
    await begun.promise
    await slow.app.drain(60_000)
    await ticking
    expect((await slow.ledger.watches.get('alert', '1'))?.judged).toBeNull()
    await warehouse.bot.app.tick()
    expect((await slow.ledger.watches.get('alert', '1'))?.judged).toMatchObject({ day: '2018-11-11' })
  })

  it('ends its firing where it is paused because its owner has left', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    warehouse.roles.set(bob.id, 'operator')
    const alone = { kind: 'slack', channel: 'D0BOB0000', direct: true } as const
    await bot.say('alert add pulse when plays<90', { who: bob, place: alone })
    expect((await posted(bot)).map(([, title]) => title)).toEqual(['Alert 1 is firing'])
    warehouse.left.add(bob.id)
    await loadDay(warehouse, 12, 80)
    await bot.app.tick()
    const messages = await delivered(bot)
    const shown = messages.flatMap(({ key, to, body }) =>
      body.kind === 'answer' && key.startsWith('alert:1:') ? [[to, body.answer.title, texts(body.answer)]] : [],
    )
    expect(shown).toContainEqual(['D0BOB0000', 'Alert 1 was paused', expect.stringContaining('The bot paused it, ')])
    // Nobody but its owner may resume it.
    expect(shown).toContainEqual([anna.id, undefined, expect.stringMatching(/is paused\.\nAn admin can remove it\.$/)])
    expect(await bot.ledger.watches.get('alert', '1')).toMatchObject({ isPaused: true, life: { kind: 'resolved' } })
  })

  it('on a query that somebody may not ask is neither made nor seen by them', async () => {
    const { library } = (await createLoadedWarehouse()).bot.deps
    const queries = library.queries.map((query) =>
      query.name === 'pulse' ? { ...query, role: 'admin' as const } : query,
    )
    const { bot, roles } = await createLoadedWarehouse({ library: { ...library, queries } })
    roles.set(bob.id, 'operator')
    const line = 'alert add pulse when plays<90'
    expect(failureOf(await bot.say(line, { who: bob }))).toMatchObject({ code: 'not_allowed' })
    expect(await bot.say(line)).toMatchObject({ ok: true })
    expect((await bot.say('alert', { who: bob })).headline).toBe('No alerts yet.')
    expect(failureOf(await bot.say('alert 1', { who: bob })).message).toBe(
      'Alert 1 watches a query of Anna that you may not run. Nothing was done.',
    )
    const watch = await bot.ledger.watches.get('alert', '1')
    if (watch?.definition.kind !== 'alert') throw new Error('it was made')
    // Of one that this version does not know any more, the owner and admins alone.
    const gone = { ...watch, owner: bob, definition: { ...watch.definition, line: 'pulse-of-old' } }
    const sees = (id: string, role: Role) =>
      maySeeWatch(gone, { who: { kind: 'slack', id, name: id, role }, catalog: bot.app.catalog })
    expect([sees(bob.id, 'operator'), sees(anna.id, 'admin'), sees(anna.id, 'operator')]).toEqual([true, true, false])
  })

  it('waits while the role of its owner is not known, and is judged then', async () => {
    const warehouse = await createLoadedWarehouse()
    const { bot } = warehouse
    await bot.say('alert add pulse when plays<90')
    warehouse.unknown.add(anna.id)
    expect(await posted(bot)).toEqual([])
    warehouse.unknown.delete(anna.id)
    expect((await posted(bot)).map(([, title]) => title)).toEqual(['Alert 1 is firing'])
  })
})

describe('a check with an owner and a channel', () => {
  it('fires when it is red in a load that was published, and is resolved by a later one that is green', async () => {
    const source = await createLoadedWarehouse()
    const watch = { owner: anna.id, channel: '#data-eng' }
    const checks = source.bot.deps.library.checks.map((check) =>
      check.name === 'days-have-no-gaps' ? { ...check, watch } : check,
    )
    const warehouse = await createLoadedWarehouse({ library: { ...source.bot.deps.library, checks } })
    const { bot } = warehouse
    const states = async () => {
      await bot.app.tick()
      return (await delivered(bot)).flatMap(({ key, to, mention, body }) =>
        key.startsWith('check:') && body.kind === 'answer'
          ? [[key, to, mention, body.answer.title, body.answer.headline]]
          : [],
      )
    }
    expect(await states()).toEqual([])
    await loadDay(warehouse, 13, 80)
    const [[key, to, mention, title, headline] = [], ...more] = await states()
    expect([key, to, mention, title, more]).toEqual([
      'check:days-have-no-gaps:1',
      '#data-eng',
      [anna.id],
      'Check days-have-no-gaps is firing',
      [],
    ])
    expect(headline).toMatch(/^Check days-have-no-gaps: No plays between .* and .*, the load of /)
    const list = (await bot.say('alert')).replies.find((reply) => reply.kind === 'table')
    const name = 'days-have-no-gaps'
    expect(list?.rows[0]?.slice(0, 5)).toEqual([name, 'check', 'red', '#data-eng', list?.rows[0]?.[4]])
    const acknowledging = { label: 'Acknowledge', line: `alert-acknowledge check=${name}` }
    expect(list?.actions).toEqual([acknowledging])
    const one = await bot.say(`alert check=${name}`)
    expect([one.headline, one.next]).toEqual([
      `Check ${name} is firing.`,
      [acknowledging, { label: 'All alerts', line: 'alert' }],
    ])
    // Once judged, nothing is asked about it until the next load.
    const { outbox } = bot.deps
    const resolve = outbox.resolve
    let asked = 0
    outbox.resolve = async (place) => {
      asked++
      return resolve(place)
    }
    expect([await states(), asked]).toEqual([[], 0])
    expect((await bot.say('alert snooze check=days-have-no-gaps 2d')).ok).toBe(true)
    expect((await states()).map(([, , , became]) => became)).toEqual(['Check days-have-no-gaps is snoozed'])
    await loadDay(warehouse, 12, 80)
    expect((await states()).map(([, , , became]) => became)).toEqual(['Check days-have-no-gaps is resolved'])
  })

  it('is told by its own finding where a check that stops loads was red as well', async () => {
    const source = await createLoadedWarehouse()
    const watch = { owner: anna.id, channel: '#data-eng' }
    const checks = source.bot.deps.library.checks.map((check) =>
      check.name === 'days-have-no-gaps' ? { ...check, watch } : check,
    )
    const { bot } = await createLoadedWarehouse({ library: { ...source.bot.deps.library, checks } })
    const named = (severity: string) =>
      checks.flatMap((one) => (one.severity === severity && one.watch === null ? [one.name] : [])).slice(0, 1)
    const names = [...named('error'), ...named('warn'), 'days-have-no-gaps']
    const warnings = ['Few match.', 'A gap.']
    await bot.ledger.loads.learn(1, { checks: { total: 24, red: [], warnings, names } })
    await bot.app.tick()
    const headlines = (await delivered(bot)).flatMap(({ key, body }) =>
      key.startsWith('check:') && body.kind === 'answer' ? [body.answer.headline] : [],
    )
    expect(headlines).toEqual([expect.stringMatching(/^Check days-have-no-gaps: A gap\., the load of /)])
  })

  it('is removed once its file names nobody: its firing ends, nothing is written each minute, and it can come back', async () => {
    const source = await createLoadedWarehouse()
    const { library } = source.bot.deps
    const watching = (owner: string | null) => ({
      ...library,
      checks: library.checks.map((check) =>
        check.name === 'days-have-no-gaps' && owner !== null
          ? { ...check, watch: { owner, channel: '#data-eng' } }
          : check,
      ),
    })
    const warehouse = await createLoadedWarehouse({ library: watching(anna.id) })
    await loadDay(warehouse, 13, 80)
    const another = async (id: string, owner: string | null) => {
      const bot = await warehouse.start(id, await readCommands(), { ...warehouse.bot.deps, library: watching(owner) })
      await bot.app.tick()
      return bot
    }
    const states = async (bot: TestProcess) =>
      (await delivered(bot)).flatMap(({ key, body }) =>
        key.startsWith('check:') && body.kind === 'answer' ? [[body.answer.title, texts(body.answer)]] : [],
      )
    await warehouse.bot.app.tick()
    expect((await states(warehouse.bot)).map(([title]) => title)).toEqual(['Check days-have-no-gaps is firing'])
    const later = await another('later', null)
    expect(await states(later)).toEqual([
      ['Check days-have-no-gaps was removed', expect.stringContaining('The bot removed it, ')],
    ])
    expect((await later.say('alert')).headline).toBe('No alerts yet.')

    let writes = 0
    const stop = later.app.onChange(() => void writes++)
    await later.app.tick()
    stop()
    expect(writes).toBe(0)
    const back = await another('back', anna.id)
    expect(await states(back)).toEqual([])
    expect((await back.say('alert')).headline).toBe('1 alert, 0 firing.')
    expect(await back.ledger.watches.get('check', 'days-have-no-gaps')).toMatchObject({ life: { kind: 'resolved' } })
  })
})
