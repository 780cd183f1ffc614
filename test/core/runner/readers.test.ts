import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Deps } from '../../../src/core/deps.ts'
import type { Asker } from '../../../src/core/people.ts'
import type { Outbox } from '../../../src/core/ports/outbox.ts'
import type { RunRecord } from '../../../src/core/ports/runs.ts'
import type { ScheduleRecord } from '../../../src/core/ports/schedules.ts'
import { shippedLibrary } from '../../support/catalog.ts'
import { anna, bob, channel, failureOf, type TestProcess, terminal } from '../../support/core.ts'
import { pendingIn } from '../../support/delivered.ts'
import { runDue, sayAgain } from '../../support/fires.ts'
import { scheduled } from '../../support/schedule.ts'
import { createPreparedWarehouse, type Warehouse } from '../../support/warehouse.ts'

const day = 86_400_000
const forThose = 'Only people who may run this command can see its answer.'

/** A loaded warehouse in which Anna, an operator, has asked for people by name (run 2). Bob is a viewer. */
async function asked(parts: Partial<Deps> = {}) {
  const outbox: Outbox = {
    resolve: async (place) => place,
    postingError: async () => null,
    requirePosts: () => undefined,
  }
  const prepare = async ({ bot }: Warehouse): Promise<void> => {
    await bot.say('etl')
    await bot.say('top users 3')
  }
  const warehouse = await createPreparedWarehouse('asked-for-people', prepare, { outbox, ...parts })
  const { answer } = (await warehouse.bot.ledger.runs.get(2)) ?? {}
  const table = answer?.replies.find((reply) => reply.kind === 'table')
  const name = String(table?.rows[0]?.[1])
  if (table === undefined || name === '') throw new Error('nobody has a name')
  const posted = async () =>
    (await pendingIn(warehouse.bot.ledger.messages)).flatMap(({ content }) =>
      content.kind === 'answer' ? [content.answer] : [],
    )
  return { ...warehouse, name, posted }
}

async function fires(bot: TestProcess, said: Partial<ScheduleRecord> = {}): Promise<RunRecord> {
  const created = '2026-11-23T11:59:00.000Z'
  const schedule = scheduled({ cron: '0 12 * * *', place: channel, owner: anna, created, catchUpHours: 24, ...said })
  await bot.ledger.schedules.add(schedule)
  await runDue(bot)
  const [fire] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
  if (fire === undefined) throw new Error('nothing was fired')
  return fire
}

const seen = async (bot: TestProcess, id: number, who = bob) => JSON.stringify(await bot.say(`runs ${id}`, { who }))

describe('rows that were read again', () => {
  it.each(['result 2', 'csv 2'])('by %s are for whoever may ask for them, as long as they are kept', async (line) => {
    const { bot, name, clock } = await asked()
    expect(await bot.say(line)).toMatchObject({ ok: true })
    expect(await seen(bot, 3)).not.toContain(name)
    expect(await seen(bot, 3)).toContain(forThose)
    expect(await seen(bot, 3, anna)).toContain(name)
    clock.advance(8 * day)
    await bot.beat()
    expect(await seen(bot, 3, anna)).not.toContain(name)
    expect(await seen(bot, 3, anna)).toContain('Its answer was deleted after 7 days.')
  })

  it('on the last day are not kept for another week', async () => {
    const { bot, name, clock } = await asked()
    clock.advance(6 * day)
    await bot.beat()
    await bot.say('result 2')
    clock.advance(2 * day)
    await bot.beat()
    expect(await seen(bot, 3, anna)).not.toContain(name)
  })

  it('leave a refusal readable', async () => {
    const { bot } = await asked()
    expect(failureOf(await bot.say('result 99')).message).toBe('There is no run 99.')
    expect(await seen(bot, 3)).toContain('There is no run 99.')
  })
})

describe('the rows of a schedule', () => {
  it('are neither in its answer nor beside its steps for those who may not ask for them', async () => {
    const { bot, name } = await asked()
    const { id, answer, steps } = await fires(bot, { lines: ['top-users n=3'] })
    expect(answer?.headline).toContain(name)
    expect(steps.at(-1)).toMatchObject({ title: 'top-users n=3', detail: '3 rows' })
    expect(await seen(bot, id)).not.toContain(name)
    expect(await seen(bot, id)).toContain(forThose)
    expect(await seen(bot, id, anna)).toContain(name)
    expect(JSON.stringify(await bot.app.homesOf([bob]))).not.toContain(name)
    expect(JSON.stringify((await bot.ledger.audit.list({ limit: 20 })).entries)).not.toContain(name)
  })

  it('of several questions are kept from those who may ask only some of them', async () => {
    const { queries, ...others } = await shippedLibrary()
    const role = 'admin' as const
    const library = {
      ...others,
      queries: queries.map((query) => (query.name === 'top-users' ? { ...query, role } : query)),
    }
    const { bot, roles, name } = await asked({ library })
    roles.set(bob.id, 'operator')
    const { id } = await fires(bot, { lines: ['top-users n=3', 'top-songs n=3'] })
    expect(await seen(bot, id)).not.toContain(name)
    expect(await seen(bot, id)).toContain(forThose)
    expect(await seen(bot, id, anna)).toContain(name)
  })

  it('that gives its last answers are those of the questions, and kept no longer', async () => {
    const { bot, name, clock } = await asked()
    await bot.say('top-users n=3')
    clock.advance(6 * day)
    await bot.beat()
    await bot.say('pause', { confirmed: true })
    const created = new Date(clock.now().getTime() - 60_000).toISOString()
    const { id, steps } = await fires(bot, { lines: ['top-users n=3'], whenPaused: 'last', created, since: created })
    expect(JSON.stringify(steps)).not.toContain(name)
    expect(await seen(bot, id)).not.toContain(name)
    expect(await seen(bot, id, anna)).toContain(name)
    clock.advance(2 * day)
    await bot.beat()
    expect(await seen(bot, id, anna)).not.toContain(name)
  })

  it('that failed after them are kept from the same people', async () => {
    const { bot, name } = await asked()
    const { id, answer } = await fires(bot, { lines: ['top-users n=3', 'result 99'] })
    expect(answer?.ok).toBe(false)
    expect(JSON.stringify(answer?.details)).toContain(name)
    expect(answer?.rowsOf).toMatchObject([{ command: 'top-users' }])
    expect(await seen(bot, id)).not.toContain(name)
  })

  it('are kept from them also where an earlier attempt had asked the question, and this one only went on', async () => {
    const { bot, name, logData, clock } = await asked()
    await writeFile(join(logData, '2018/11/2018-11-12-events.json'), 'no JSON\n')
    const run = await fires(bot, { lines: ['top-users n=3', 'etl'] })
    await rm(join(logData, '2018/11/2018-11-12-events.json'))
    clock.advance(1000)
    const { answer } = await sayAgain(bot, { run })
    const { id = 0 } = answer.run ?? {}
    expect(JSON.stringify(answer.replies)).toContain(name)
    const lines = await bot.ledger.runs.list({ parent: id, limit: 10 })
    expect(lines.map(({ line, attempt }) => [line, attempt])).toEqual([
      ['etl', 2],
      ['top-users n=3', 1],
    ])
    expect(await seen(bot, id)).not.toContain(name)
    expect(await seen(bot, id, anna)).toContain(name)
    expect(JSON.stringify((await bot.ledger.audit.list({ limit: 20 })).entries)).not.toContain(name)
  })

  it('that an earlier version wrote beside its steps are hidden with its answer', async () => {
    const { bot, name } = await asked()
    const { id, worker } = await fires(bot, { lines: ['top-users n=3'] })
    const line = await bot.ledger.runs.get(id + 1)
    if (line === null || line.answer === null) throw new Error('it has an answer')
    const origin = { kind: 'fire', schedule: 9, intended: '2026-11-01T00:00:00.000Z', cause: 'clock' } as const
    const { headline: detail, rowsOf: _, ...rest } = line.answer
    const steps = [
      {
        id: 'line-1',
        request: 'top-users n=3',
        title: 'top-users n=3',
        state: 'complete',
        ms: 1,
        detail,
        handles: {},
      } as const,
    ]
    const fire = await bot.ledger.runs.open({ ...line, key: null, command: 'schedule-run', worker, origin })
    if (fire.kind !== 'opened') throw new Error(`it is ${fire.kind}`)
    for (const [at, step] of steps.entries()) await bot.ledger.runs.saveStep(fire.run.id, worker, at, step)
    const ofFire = { kind: 'line', fire: fire.run.id, at: 0 } as const
    const said = await bot.ledger.runs.open({ ...line, key: null, worker, origin: ofFire })
    if (said.kind !== 'opened') throw new Error(`it is ${said.kind}`)
    const end = { state: 'complete', ended: line.ended ?? line.started, costUsd: null } as const
    await bot.ledger.runs.end(said.run.id, worker, { ...end, answer: line.answer }, [])
    const { asked: __, ...old } = rest
    await bot.ledger.runs.end(fire.run.id, worker, { ...end, answer: { ...old, headline: detail } }, [])
    expect(await seen(bot, fire.run.id)).not.toContain(name)
    expect(await seen(bot, fire.run.id, anna)).toContain(name)
  })
})

it('what was shared is noted with whose rows it holds where it is posted, and the run that shared it holds none', async () => {
  const { bot, name, posted } = await asked()
  await bot.say('share 2 in #music')
  expect(await posted()).toMatchObject([{ rowsOf: [{ command: 'top-users', ended: '2026-11-23T12:00:00.000Z' }] }])
  expect(await seen(bot, 3)).not.toContain(name)
})

describe('what was done', () => {
  const secret = /board-secret|C0BOARD01/
  const board = '<#C0BOARD01|board-secret>'

  /** An admin has done this, one line after another, and each line holds something that is not for everybody. */
  async function done() {
    const warehouse = await asked()
    const { bot } = warehouse
    await bot.say(`schedule add "top songs 10" daily at 07:00 in ${board}`)
    await bot.say(`share 2 in ${board}`)
    for (const line of ['schedule', 'schedule export', 'runs', 'runs 3', 'runs 4', 'status', 'schedule run 1']) {
      await bot.say(line)
    }
    await bot.say('runs csv=yes', { place: terminal })
    await bot.say('etl', { who: bob })
    const [plan] = (await bot.say('tear-down')).replies.flatMap((reply) => (reply.kind === 'plan' ? [reply] : []))
    await bot.say('tear-down', { typed: plan?.typed })
    return { ...warehouse, facts: plan?.facts ?? [], newest: (await bot.ledger.runs.list({ limit: 1 }))[0]?.id ?? 0 }
  }

  /** All that a person can read of all runs, besides the questions by which they read it. */
  async function readBy(bot: TestProcess, who: Asker, newest: number): Promise<readonly string[]> {
    const lines = [
      'runs',
      'runs all=yes',
      'runs csv=yes',
      ...Array.from({ length: newest }, (_, at) => `runs ${at + 1}`),
    ]
    const answers: string[] = []
    for (const line of lines) answers.push(JSON.stringify(await bot.say(line, { who, place: terminal })))
    return [...answers, JSON.stringify(await bot.app.homesOf([who]))]
  }

  it('is read by viewers without lines, headlines, plans and answers of commands above their role, and without channels', async () => {
    const { bot, newest, facts, name } = await done()
    expect(facts.length).toBeGreaterThan(0)
    const read = await readBy(bot, bob, newest)
    expect(read.filter((answer) => secret.test(answer))).toEqual([])
    for (const told of [...facts, name]) expect(read.filter((answer) => answer.includes(told))).toEqual([])
    // Which commands were run, by whom and when, is no secret.
    expect(read[0]).toContain('schedule-add')
    expect(read.find((answer) => answer.includes('Run 3'))).toContain('Only people who may run this command')
  })

  it('is read by operators with its channels, and without plans and answers of admins', async () => {
    const { bot, roles, newest, facts } = await done()
    roles.set(bob.id, 'operator')
    const read = await readBy(bot, bob, newest)
    for (const told of facts) expect(read.filter((answer) => answer.includes(told))).toEqual([])
    expect(read.find((answer) => answer.includes('Run 3'))).toContain('board-secret')
  })

  it('is read as a whole by admins, and by nobody any more who has lost the role', async () => {
    const { bot, roles, newest, facts } = await done()
    const [fact = ''] = facts
    expect(JSON.stringify(await bot.say(`runs ${newest}`))).toContain(fact)
    roles.set(anna.id, 'viewer')
    expect(JSON.stringify(await bot.say(`runs ${newest}`))).not.toContain(fact)
  })

  it('is refused to nobody who was refused it themselves', async () => {
    const { bot } = await done()
    expect(JSON.stringify(await bot.say('runs csv=yes who=bob', { who: bob, place: terminal }))).toContain(
      'etl needs an operator',
    )
  })
})

describe('what a schedule posts in somebody’s direct messages', () => {
  it('is read by that person and by admins', async () => {
    const { bot, roles } = await asked()
    const ofAnna = { kind: 'slack', channel: 'D0ANNA001', direct: true } as const
    roles.set(bob.id, 'operator')
    const { id } = await fires(bot, { lines: ['top-songs n=3'], place: ofAnna })
    const line = id + 1
    expect(await seen(bot, line, anna)).toContain('top-songs n=3')
    for (const run of [id, line]) {
      expect(await seen(bot, run)).not.toContain('n=3')
      expect(await seen(bot, run)).toContain('Only people who may run this command')
    }
    for (const read of [`result ${line}`, `csv ${line}`, `share ${line} in #music`]) {
      expect(failureOf(await bot.say(read, { who: bob })).code).toBe('not_allowed')
    }
    roles.set(bob.id, 'admin')
    expect(await seen(bot, line)).toContain('top-songs n=3')
  })
})
