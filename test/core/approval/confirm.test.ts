import { beforeEach, describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { PlanDraft } from '../../../src/core/ports/plans.ts'
import {
  anna,
  bob,
  channel,
  command,
  createWorld,
  failureOf,
  planOf,
  type TestProcess,
  type World,
} from '../../support/core.ts'
import { delivered } from '../../support/delivered.ts'

describe('a plan', () => {
  let world: World
  let bot: TestProcess
  let price: string
  let done: number
  let busyPlanning: OpsError | null

  const draft = (): PlanDraft => ({
    title: 'Spin up sparkify?',
    facts: [`${price} an hour`],
    act: `Spin up for ${price} an hour`,
    danger: false,
  })
  const spinUp = command(
    'spin-up',
    async () => {
      done++
      return undefined
    },
    {
      role: 'admin',
      plan: async () => {
        if (busyPlanning !== null) throw busyPlanning
        return draft()
      },
    },
  )
  const tearDown = command(
    'tear-down',
    async () => {
      done++
      return undefined
    },
    {
      role: 'admin',
      plan: async () => ({ ...draft(), title: 'Tear down sparkify?', typed: 'sparkify', danger: true }),
    },
  )

  beforeEach(async () => {
    world = await createWorld()
    price = '$0.54'
    done = 0
    busyPlanning = null
    bot = await world.start('one', [spinUp, tearDown])
  })

  it('is shown to the asker alone, and nothing is done', async () => {
    const answer = await bot.say('spin-up')
    expect(answer).toMatchObject({
      ok: false,
      exit: 2,
      headline: 'Spin up sparkify? Not done yet: it must be confirmed.',
      audience: 'asker',
      run: null,
      replies: [{ ...draft(), kind: 'plan', line: 'spin-up', expires: '2026-11-23T12:10:00.000Z' }],
    })
    expect(done).toBe(0)
    expect(await bot.ledger.runs.list({ limit: 5 })).toEqual([])
  })

  it('is carried out once by a click, and a second click is told so', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    expect(await bot.click(id)).toMatchObject({ ok: true, run: { line: 'spin-up', state: 'complete' } })
    expect(failureOf(await bot.click(id))).toMatchObject({
      code: 'expired',
      message: 'This plan was already confirmed; it runs once.',
    })
    expect(done).toBe(1)
  })

  it('is carried out once by two clicks at the same moment, in two processes', async () => {
    const two = await world.start('two', [spinUp, tearDown])
    const { id } = planOf(await bot.say('spin-up'))
    const answers = await Promise.all([bot.click(id), bot.click(id), two.click(id)])
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers.filter(({ ok }) => !ok).map((answer) => failureOf(answer).code)).toEqual(['expired', 'expired'])
    expect(done).toBe(1)
  })

  it('that was carried out says so to a second click, though the plan would be another one by now', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    await bot.click(id)
    price = '$9.99'
    expect(failureOf(await bot.click(id)).message).toBe('This plan was already confirmed; it runs once.')
    busyPlanning = new OpsError('cluster_state', 'Cluster sparkify is creating.')
    expect(failureOf(await bot.click(id)).message).toBe('This plan was already confirmed; it runs once.')
    expect(done).toBe(1)
  })

  it('is heard once for a click that is delivered twice', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    await bot.click(id, { delivery: '77.1' })
    expect(
      await bot.app.confirm({
        plan: id,
        typed: undefined,
        who: anna,
        place: channel,
        delivery: '77.1',
      }),
    ).toBeNull()
  })

  it('made before the clock was set back is not kept alive by it', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    world.clock.jump(-2 * 3_600_000)
    expect(failureOf(await bot.click(id)).code).toBe('expired')
    expect(done).toBe(0)
  })

  it('expires after ten minutes', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    world.clock.advance(600_001)
    const answer = await bot.click(id)
    expect(failureOf(answer)).toMatchObject({ code: 'expired', message: 'This plan has expired. Nothing was done.' })
    expect(answer.next).toEqual([{ label: 'Spin up', line: 'spin-up' }])
    expect(failureOf(await bot.click('no-such-plan')).code).toBe('expired')
    // Only whose card expires hears of it.
    expect(await delivered(bot)).toEqual([])
    expect(done).toBe(0)
  })

  it('is refused to who has lost the role since as the line itself would be', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    world.roles.delete(anna.id)
    expect(failureOf(await bot.click(id))).toMatchObject({
      code: 'not_allowed',
      message: expect.stringMatching(/^spin-up needs an \w+\. You are U0ANNA, viewer here\./),
    })
    expect(done).toBe(0)
  })

  it('that says something else by the time of the click is shown anew, and can be confirmed then', async () => {
    const first = planOf(await bot.say('spin-up'))
    price = '$0.60'
    const second = planOf(await bot.click(first.id))
    expect(second).toMatchObject({
      act: 'Spin up for $0.60 an hour',
      facts: ['$0.60 an hour'],
      changes: [
        { was: '$0.54 an hour', now: '$0.60 an hour' },
        { was: 'Spin up for $0.54 an hour', now: 'Spin up for $0.60 an hour' },
      ],
    })
    expect(done).toBe(0)
    expect(await bot.click(second.id)).toMatchObject({ ok: true })
    expect(failureOf(await bot.click(first.id)).code).toBe('expired')
    expect(done).toBe(1)
  })

  it('is refused to whoever lost the role between plan and click', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    world.roles.set(anna.id, 'operator')
    expect(await bot.click(id)).toMatchObject({ ok: false, exit: 3 })
    expect(done).toBe(0)
    world.roles.set(anna.id, 'admin')
    expect(await bot.click(id)).toMatchObject({ ok: true })
  })

  it('is refused to anyone but the person it was made for', async () => {
    world.roles.set(bob.id, 'admin')
    const { id } = planOf(await bot.say('spin-up'))
    expect(failureOf(await bot.click(id, { who: bob }))).toMatchObject({
      code: 'not_allowed',
      message: 'This plan was made for Anna. Nothing was done.',
    })
    expect(await bot.click(id)).toMatchObject({ ok: true })
    expect(done).toBe(1)
  })

  it('with a word to type is carried out only with that word, which may be tried again', async () => {
    const { id } = planOf(await bot.say('tear-down'))
    for (const typed of [undefined, '', 'sparkifi']) {
      expect(failureOf(await bot.click(id, typed === undefined ? {} : { typed }))).toMatchObject({
        code: 'not_confirmed',
        message: 'The word does not match: type sparkify. Nothing was done.',
      })
    }
    expect(await bot.click(id, { typed: ' sparkify ' })).toMatchObject({ ok: true })
    expect(done).toBe(1)
  })

  it('is not asked for where it was confirmed beforehand; a word to type still is', async () => {
    expect(await bot.say('spin-up', { confirmed: true })).toMatchObject({ ok: true })
    expect(await bot.say('tear-down', { confirmed: true })).toMatchObject({ exit: 2, run: null })
    expect(await bot.say('tear-down', { typed: 'other' })).toMatchObject({ exit: 2, run: null })
    expect(await bot.say('tear-down', { typed: 'sparkify ' })).toMatchObject({ ok: true })
    expect(done).toBe(2)
  })

  it('is not carried out by a bot that is about to restart', async () => {
    const { id } = planOf(await bot.say('spin-up'))
    await bot.app.drain(0)
    expect(failureOf(await bot.click(id)).code).toBe('shutting_down')
    expect(done).toBe(0)
    const next = await world.start('two', [spinUp, tearDown])
    expect(await next.click(id)).toMatchObject({ ok: true })
  })

  it('whose run was done is not said to have come to nothing because its end could not be written', async () => {
    const helper = await world.start('helper', [])
    const end: typeof helper.ledger.runs.end = async () => {
      throw new OpsError('storage', 'The disk is full; nothing was written.')
    }
    const spun: string[] = []
    const plan = async () => ({ title: 'Spin up?', facts: [], act: 'Spin up', danger: true })
    const other = await world.start(
      'other',
      [command('spin-up', async () => void spun.push('spin-up'), { plan, role: 'admin' })],
      {
        ledger: { ...helper.ledger, runs: { ...helper.ledger.runs, end } },
      },
    )
    const { id } = planOf(await other.say('spin-up'))
    await other.click(id)
    expect(spun).toEqual(['spin-up'])
    const { entries } = await other.ledger.audit.list({ limit: 9 })
    expect(entries.map(({ headline }) => headline).join()).not.toContain('it was not done')
  })
})
