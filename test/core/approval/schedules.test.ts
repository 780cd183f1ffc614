import { describe, expect, it } from 'vitest'
import runAgain from '../../../src/commands/run-again.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { anna, bob, command, failureOf, planOf, type TestProcess, terminal } from '../../support/core.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { type Fired, runAsked, runDue } from '../../support/fires.ts'
import { createLeased } from '../../support/leased.ts'
import { freePolicy } from '../../support/policy.ts'
import { createScheduleOffice, onlyOf } from '../../support/schedule-office.ts'

const spinUpPlan = { title: 'Spin up?', facts: ['$0.54 an hour'], act: 'Spin up', danger: false, mostUsd: 4.34 }

/** Two admins, of whom one must approve what the other asks for, and a spin-up that costs more than is free to everybody. */
async function twoPersons() {
  const done: string[] = []
  const spinUp = command('spin-up', async () => void done.push('spin-up'), {
    role: 'admin',
    plan: async () => spinUpPlan,
  })
  const policy = { ...freePolicy, twoPerson: true, approveAboveUsd: 1 }
  const office = await createScheduleOffice({ policy }, [spinUp, runAgain])
  office.roles.set(bob.id, 'admin')
  const { bot, clock } = office
  const add = planOf(await bot.say('schedule add "greet; spin-up" daily at 07:00'))
  expect((await bot.click(add.id, { who: bob })).ok).toBe(true)
  clock.advance(60_000)
  await bot.beat()
  return { ...office, done }
}

async function heard(bot: TestProcess): Promise<readonly Fired[]> {
  const fires: Fired[] = []
  for (const fired of await runAsked(bot)) fires.push(fired)
  return fires
}

const approvals = async ({ ledger }: TestProcess) =>
  (await ledger.audit.list({ limit: 50 })).entries
    .filter(({ what }) => what === 'run')
    .map(({ line, approvedBy, plan }) => [line, approvedBy?.name, plan?.act])

describe('a schedule that is said now', () => {
  it('needs the same approval as its lines, each time, and does nothing before', async () => {
    const { bot, done, clock } = await twoPersons()
    for (let time = 0; time < 3; time++) {
      clock.advance(1000)
      const answer = await bot.say('schedule run 1')
      expect(answer).toMatchObject({ ok: false, audience: 'channel', replies: [{ card: { second: true } }] })
      expect(await heard(bot)).toEqual([])
    }
    expect(failureOf(await bot.say('schedule run 1', { place: terminal, confirmed: true })).code).toBe('not_confirmed')
    expect(done).toEqual([])
  })

  it('is said once for each approval, and the record says who approved it', async () => {
    const { bot, done } = await twoPersons()
    const { id, title, facts, act } = planOf(await bot.say('schedule run 1'))
    expect({ title, facts, act }).toEqual({
      title: 'Run this now?',
      facts: ['greet; spin-up, daily at 07:00 (UTC) in #music', 'Spin up?', '$0.54 an hour'],
      act: 'Run now',
    })
    expect(failureOf(await bot.click(id)).code).toBe('not_allowed')
    expect(await bot.click(id, { who: bob })).toMatchObject({ ok: true })
    expect(await heard(bot)).toMatchObject([{ answer: { ok: true } }])
    expect(await heard(bot)).toEqual([])
    expect(done).toEqual(['spin-up'])
    expect((await approvals(bot)).slice(1)).toEqual([
      ['schedule-run id=1', 'Bob', 'Run now'],
      ['greet', undefined, undefined],
      ['spin-up', 'Bob', 'Run now'],
      ['schedule-run id=1', 'Bob', 'Run now'],
    ])
  })

  it('by run-again needs it as well', async () => {
    const { bot, done, clock } = await twoPersons()
    clock.advance(19 * 3_600_000)
    await bot.beat()
    await runDue(bot)
    const [fire] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
    expect(planOf(await bot.say(`run-again ${fire?.id}`))).toHaveProperty('card')
    expect(done).toEqual(['spin-up'])
  })

  it('asks nothing where it costs nothing', async () => {
    const { bot } = await createScheduleOffice()
    await bot.say('schedule add greet daily at 07:00')
    expect(await bot.say('schedule run 1')).toMatchObject({ ok: true })
    expect(await heard(bot)).toMatchObject([{ answer: { ok: true }, run: { approval: null } }])
  })

  it('is refused before anything is said to those who may not say one of its lines', async () => {
    const { bot, roles } = await twoPersons()
    roles.set(bob.id, 'operator')
    expect(failureOf(await bot.say('schedule run 1', { who: bob })).message).toMatch(/^spin-up needs an admin\./)
  })
})

describe('a schedule that the clock says', () => {
  it('spends what was approved when it was made, and the record says by whom', async () => {
    const { bot, done, clock } = await twoPersons()
    clock.advance(19 * 3_600_000)
    await bot.beat()
    await runDue(bot)
    expect(done).toEqual(['spin-up'])
    expect(await onlyOf(bot)).toMatchObject({ approval: { plan: { act: 'Schedule' }, by: { id: bob.id } } })
    expect((await approvals(bot)).slice(1)).toEqual([
      ['greet', undefined, undefined],
      ['spin-up', 'Bob', 'Schedule'],
      ['schedule-run id=1', 'Bob', 'Schedule'],
    ])
  })

  it('goes by the newest approval where it was changed, and by none where nothing is to be approved any more', async () => {
    const { bot } = await twoPersons()
    await bot.say('schedule edit 1 if=not-empty')
    expect(await onlyOf(bot)).toMatchObject({ approval: { by: { id: bob.id } } })
    const { id } = planOf(await bot.say('schedule edit 1 daily at 08:00', { who: bob }))
    await bot.click(id, { who: anna })
    expect(await onlyOf(bot)).toMatchObject({ cron: '0 8 * * *', approval: { by: { id: anna.id } } })
    await bot.say('schedule edit 1 "greet"')
    expect(await onlyOf(bot)).toMatchObject({ lines: ['greet'], approval: null })
  })

  it('that lengthens the lease is approved when it is made, also while there is none to lengthen', async () => {
    const extend = command('extend', async () => undefined, {
      role: 'admin',
      plan: async () => {
        throw new OpsError('cluster_state', 'Cluster sparkify is paused and has no lease.')
      },
    })
    const cluster = createLeased(createFakeClock('2026-11-23T12:00:00.000Z'))
    const policy = { ...freePolicy, approveAboveUsd: 1 }
    const { bot } = await createScheduleOffice({ cluster, policy }, [extend])
    const asked = planOf(await bot.say('schedule add extend daily at 07:00'))
    expect(asked).toHaveProperty('card')
    expect(asked.facts).toContain('extend, whenever sparkify runs at that time.')
    expect(asked.reasons).toEqual(['Its cost is not known; anything above $1.00 needs approval.'])
    expect(await bot.ledger.schedules.list()).toEqual([])
  })
})
