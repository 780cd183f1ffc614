import { beforeEach, describe, expect, it } from 'vitest'
import { expireCards } from '../../../src/core/approval/plans.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { anna, bob, channel, command, deferred, failureOf, planOf } from '../../support/core.ts'
import { postCard } from '../../support/delivered.ts'
import { type Office, openOffice, otto, vera } from './office.ts'

const typed = 'sparkify'
let office: Office
let card: string

beforeEach(async () => {
  office = await openOffice({ twoPerson: true, approveAboveUsd: 1 })
  card = planOf(await office.bot.say('spin-up')).id
})

const endOf = async (id: string) => (await office.bot.ledger.plans.get(id))?.end
const recorded = async () => {
  const { entries } = await office.bot.ledger.audit.list({ limit: 20 })
  return entries.map(({ what, who, line, headline }) => `${what} ${who.name} ${line}: ${headline}`)
}

describe('of a card, exactly one act or none comes, and every click says which:', () => {
  it('a double click', async () => {
    const { bot, done } = office
    const answers = await Promise.all([bot.click(card, { who: otto }), bot.click(card, { who: otto })])
    const [late, ...others] = answers.filter(({ ok }) => !ok)
    expect(others).toEqual([])
    expect(late === undefined ? null : failureOf(late)).toMatchObject({
      code: 'expired',
      message: 'Otto already approved this; it runs once.',
    })
    expect(done).toEqual(['spin-up'])
  })

  it('two people clicking at once, in two processes', async () => {
    const two = await office.start('two')
    const answers = await Promise.all([office.bot.click(card, { who: otto }), two.click(card, { who: bob })])
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    const winner = answers[0]?.ok ? otto : bob
    const [late] = answers.flatMap((answer) => (answer.ok ? [] : [failureOf(answer).message]))
    expect(late).toBe(`${winner.name} already approved this; it runs once.`)
    expect(await endOf(card)).toMatchObject({ kind: 'approved', by: winner })
    expect(await office.bot.ledger.runs.get(1)).toMatchObject({ approval: { by: winner } })
    expect(office.done).toEqual(['spin-up'])
  })

  it('approval and rejection at once, in two processes', async () => {
    const two = await office.start('two')
    const [yes, no] = await Promise.all([
      office.bot.click(card, { who: otto }),
      two.app.reject({ plan: card, who: bob, place: channel, why: 'Too dear.' }),
    ])
    expect([yes.ok, no?.ok].filter(Boolean)).toHaveLength(1)
    const message = no === null || no.ok ? failureOf(yes).message : failureOf(no).message
    expect(message).toBe(
      yes.ok ? 'Otto already approved this; it runs once.' : 'Bob rejected this: Too dear. Nothing was done.',
    )
    expect(office.done).toEqual(yes.ok ? ['spin-up'] : [])
  })

  it('a delivery that comes again, of a yes and of a no', async () => {
    const { bot, done } = office
    await bot.click(card, { who: otto, delivery: '7.1' })
    const again = { plan: card, typed: undefined, who: otto, place: channel, delivery: '7.1' }
    expect(await bot.app.confirm(again)).toBeNull()
    const other = planOf(await bot.say('spin-up')).id
    const no = { plan: other, who: otto, place: channel, delivery: '7.2' }
    expect(await bot.app.reject(no)).toMatchObject({ ok: true })
    expect(await bot.app.reject(no)).toBeNull()
    expect(done).toEqual(['spin-up'])
  })

  it('a button in a message so old that nobody knows its plan', async () => {
    const old = { plan: 'of another year', who: otto, place: channel }
    const answer = await office.bot.click(old.plan, { who: otto })
    expect(failureOf(answer).message).toBe('This plan has expired. Nothing was done.')
    expect(await office.bot.app.reject(old)).toMatchObject({ ok: false })
    expect(await office.bot.app.whyNotConfirm(old)).toMatchObject({ ok: false })
  })

  it('an approval that comes too late', async () => {
    const { bot, world, done } = office
    world.clock.advance(60 * 60_000 + 1)
    expect(failureOf(await bot.click(card, { who: otto }))).toMatchObject({
      code: 'expired',
      message: 'This card has expired. Nothing was done.',
    })
    expect(await bot.app.reject({ plan: card, who: otto, place: channel })).toMatchObject({ ok: false })
    expect(await endOf(card)).toEqual({ kind: 'expired', at: world.clock.now().toISOString() })
    expect(await recorded()).toEqual(['expired Anna spin-up: Nobody approved in time what Anna had asked for.'])
    expect(done).toEqual([])
  })

  it('the role of the approver, withdrawn before the click', async () => {
    const { bot, world, done } = office
    world.roles.set(otto.id, 'operator')
    expect(failureOf(await bot.click(card, { who: otto })).code).toBe('not_allowed')
    expect(await recorded()).toEqual([
      'refused Otto spin-up: This needs an approver. You are U0OTTO, who is not one. Nothing was done.',
    ])
    expect(done).toEqual([])
    expect(await bot.click(card, { who: bob })).toMatchObject({ ok: true })
  })

  it('the role of the asker, withdrawn before the click', async () => {
    const { bot, world, done } = office
    world.roles.set(anna.id, 'viewer')
    expect(failureOf(await bot.click(card, { who: otto }))).toMatchObject({
      code: 'not_allowed',
      message: 'Anna asked for spin-up and may no longer run it. Nothing was done.',
    })
    expect(done).toEqual([])
    world.roles.set(anna.id, 'admin')
    expect(await bot.click(card, { who: otto })).toMatchObject({ ok: true })
  })

  it('a rejection by an approver, after which nobody can approve it', async () => {
    const { bot, done } = office
    expect(await bot.app.reject({ plan: card, who: otto, place: channel })).toMatchObject({
      ok: true,
      audience: 'nobody',
      headline: 'Otto rejected spin-up.',
    })
    expect(failureOf(await bot.click(card, { who: bob })).message).toBe('Otto rejected this. Nothing was done.')
    expect(await endOf(card)).toMatchObject({ kind: 'rejected', by: otto })
    expect(await recorded()).toEqual(['rejected Otto spin-up: Otto rejected what Anna had asked for.'])
    expect(done).toEqual([])
  })

  it('a reason that is longer than anybody reads, which is cut', async () => {
    const why = `  ${'dear '.repeat(120)}`
    await office.bot.app.reject({ plan: card, who: otto, place: channel, why })
    expect(await endOf(card)).toMatchObject({ kind: 'rejected', why: 'dear '.repeat(100) })
  })

  it('a withdrawal by its asker, whatever role that one has by now', async () => {
    const { bot, world, done } = office
    world.roles.set(anna.id, 'viewer')
    expect(await bot.app.reject({ plan: card, who: anna, place: channel })).toMatchObject({ ok: true })
    const late = await bot.click(card, { who: otto })
    expect(failureOf(late).message).toBe('Anna withdrew this. Nothing was done.')
    // Nobody is offered to ask for it again but its asker.
    expect([late.next, (await bot.click(card)).next]).toEqual([[], [{ label: 'Spin up', line: 'spin-up' }]])
    expect(await recorded()).toEqual(['withdrawn Anna spin-up: Anna withdrew it.'])
    expect(done).toEqual([])
  })

  it('a rejection by somebody who is no approver', async () => {
    const { bot } = office
    const answer = await bot.app.reject({ plan: card, who: vera, place: channel })
    expect(answer === null ? null : failureOf(answer).code).toBe('not_allowed')
    expect(await bot.click(card, { who: otto })).toMatchObject({ ok: true })
  })

  it('a look at how somebody may reject it, which leaves the audit log as it is', async () => {
    const { app } = office.bot
    expect(await app.howToReject({ plan: card, who: vera, place: channel })).toEqual({ kind: 'refused' })
    expect(await recorded()).toEqual([])
    await app.reject({ plan: card, who: vera, place: channel })
    expect(await recorded()).toEqual([expect.stringMatching(/^refused Vera spin-up: /)])
  })

  it('a click while another run changes the warehouse', async () => {
    const { bot, world, done } = office
    const [gate, begun] = [deferred(), deferred()]
    const load = command('load', async () => {
      begun.resolve()
      await gate.promise
      return undefined
    })
    const loader = await world.start('loader', [load])
    const loading = loader.say('load')
    await begun.promise
    const answer = await bot.click(card, { who: otto })
    expect(failureOf(answer)).toMatchObject({ code: 'busy' })
    expect(answer.audience).toBe('asker')
    expect(await endOf(card)).toMatchObject({ kind: 'failed', by: otto, why: failureOf(answer).message })
    expect(await recorded()).toEqual([
      `failed Otto spin-up: Otto approved what Anna had asked for, but it was not done. ${failureOf(answer).message}`,
    ])
    gate.resolve()
    await loading
    expect(failureOf(await bot.click(card, { who: bob })).message).toContain(
      "Otto approved this, but it failed: Anna's load (run",
    )
    expect(done).toEqual([])
  })

  it('a click when the act makes no sense any more', async () => {
    const { bot, plans, done } = office
    plans.spinUp = new OpsError('cluster_state', 'Cluster sparkify is being deleted. Nothing was done.')
    expect(failureOf(await bot.click(card, { who: otto })).code).toBe('cluster_state')
    expect(await endOf(card)).toMatchObject({
      kind: 'failed',
      why: 'Cluster sparkify is being deleted. Nothing was done.',
    })
    expect(done).toEqual([])
  })
})

describe('whether somebody may confirm a plan', () => {
  it('is known before a word is asked of them, and using nothing up', async () => {
    const { bot } = office
    const { id } = planOf(await bot.say('tear-down'))
    const why = async (who: typeof anna) => {
      const answer = await bot.app.whyNotConfirm({ plan: id, who, place: channel })
      return answer === null ? null : failureOf(answer).code
    }
    expect(await why(otto)).toBeNull()
    expect(await why(anna)).toBe('not_allowed')
    expect(await why(vera)).toBe('not_allowed')
    expect(await bot.click(id, { who: otto, typed })).toMatchObject({ ok: true })
    expect(await why(otto)).toBe('expired')
  })
})

describe('a card that would be another one by the click', () => {
  it('is replaced by one that says what changed, line by line; nothing is done until that one is approved', async () => {
    const { bot, world, plans, done } = office
    world.clock.advance(30 * 60_000)
    plans.spinUp = { title: 'Spin up sparkify?', facts: ['$0.60 an hour'], act: 'Spin up', danger: false, mostUsd: 4.8 }
    const answer = await bot.click(card, { who: otto })
    expect(answer).toMatchObject({ ok: false, exit: 2, audience: 'channel', run: null })
    const next = planOf(answer)
    expect(next).toMatchObject({
      changes: [{ was: '$0.54 an hour', now: '$0.60 an hour' }],
      card: { asker: 'Anna', second: true, approvers: [bob.id, otto.id] },
      expires: '2026-11-23T13:30:00.000Z',
    })
    expect(done).toEqual([])
    expect(await endOf(card)).toMatchObject({ kind: 'replaced', by: otto })
    expect(failureOf(await bot.click(card, { who: bob }))).toMatchObject({
      message: 'This card changed and was replaced by a newer one. Nothing was done.',
      remedy: 'Use the newest one.',
    })
    expect(failureOf(await bot.click(next.id)).code).toBe('not_allowed')
    expect(await bot.click(next.id, { who: otto })).toMatchObject({ ok: true, run: { who: 'Anna' } })
    expect(done).toEqual(['spin-up'])
  })

  it('stays one that everybody sees where the new plan would need no approval', async () => {
    const { bot, plans } = office
    plans.spinUp = { title: 'Spin up sparkify?', facts: ['$0.05 an hour'], act: 'Spin up', danger: false, mostUsd: 0.4 }
    const answer = await bot.click(card, { who: otto })
    expect(answer.audience).toBe('channel')
    expect(planOf(answer).card).toMatchObject({ second: false })
    expect(await bot.click(planOf(answer).id)).toMatchObject({ ok: true })
  })

  it('comes of a plan that was nobody else’s business until the budget was nearly used up', async () => {
    const { start, done } = office
    const before = await start('two', { approveAboveUsd: null, budgetUsd: 100 })
    const own = await before.say('spin-up')
    expect(own.audience).toBe('asker')
    const after = await start('three', { approveAboveUsd: null, budgetUsd: 3 })
    const answer = await after.click(planOf(own).id)
    expect(answer.audience).toBe('channel')
    const words = 'It can exceed the budget of $3.00 for November 2026: $0.00 spent so far, $4.34 with it.'
    expect(planOf(answer)).toMatchObject({ reasons: [words], changes: [{ was: null, now: words }] })
    expect(done).toEqual([])
    expect(await after.click(planOf(answer).id, { who: otto })).toMatchObject({ ok: true })
  })

  it('comes of a card for which there is another reason by now', async () => {
    const after = await office.start('two', { twoPerson: false, budgetUsd: 3 })
    const answer = await after.click(card, { who: otto })
    const words = 'It can exceed the budget of $3.00 for November 2026: $0.00 spent so far, $4.34 with it.'
    expect(planOf(answer)).toMatchObject({ reasons: { length: 2 }, changes: [{ was: null, now: words }] })
    expect(office.done).toEqual([])
  })

  it('is carried out as it was read though the same reason reads differently by now', async () => {
    const { start, done } = office
    const before = await start('two', { approveAboveUsd: null, budgetUsd: 3 })
    const { id } = planOf(await before.say('spin-up'))
    const after = await start('three', { approveAboveUsd: null, budgetUsd: 2 })
    expect(await after.click(id, { who: otto })).toMatchObject({ ok: true })
    expect(done).toEqual(['spin-up'])
  })
})

describe('cards that nobody approved in time', () => {
  it('are found once, by one of two processes, also where nobody knows any more where they were posted', async () => {
    const { bot, world, start } = office
    const two = await start('two')
    await postCard(bot.ledger, card)
    const { id: unposted } = planOf(await bot.say('tear-down'))
    const settled = async () => {
      const found = await Promise.all([card, unposted].map((id) => bot.ledger.messages.find(`plan:${id}:card`)))
      return found.filter((message) => message?.state === 'pending').length
    }
    await expireCards(bot.deps)
    expect(await settled()).toBe(0)
    world.clock.advance(60 * 60_000 + 1)
    await Promise.all([expireCards(bot.deps), expireCards(two.deps)])
    await expireCards(bot.deps)
    expect(await settled()).toBe(2)
    expect(await recorded()).toHaveLength(2)
  })
})
