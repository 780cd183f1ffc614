import { describe, expect, it } from 'vitest'
import { refuseUnapproved } from '../../../src/core/approval/reasons.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Place } from '../../../src/core/place.ts'
import { anna, bob, channel, failureOf, planOf, terminal } from '../../support/core.ts'
import { postCard } from '../../support/delivered.ts'
import { openOffice, otto, vera } from './office.ts'

const direct: Place = { kind: 'slack', channel: 'D0ANNA', direct: true }
const typed = 'sparkify'

describe('what destroys, costs much or goes beyond the budget', () => {
  it('is posted in the channel as a card that says everything, and nothing is done', async () => {
    const { bot, done } = await openOffice({ approveAboveUsd: 1, budgetUsd: 2 })
    expect(await bot.say('spin-up')).toMatchObject({
      ok: false,
      exit: 2,
      audience: 'channel',
      headline: 'Anna asks: Spin up sparkify? Not done yet: it must be approved.',
      run: null,
      replies: [
        {
          kind: 'plan',
          line: 'spin-up',
          facts: ['$0.54 an hour'],
          reasons: [
            'It can cost $4.34; anything above $1.00 needs approval.',
            'It can exceed the budget of $2.00 for November 2026: $0.00 spent so far, $4.34 with it.',
          ],
          card: { asker: 'Anna', second: false, approvers: [bob.id, otto.id] },
          expires: '2026-11-23T12:10:00.000Z',
        },
      ],
    })
    expect(done).toEqual([])
    expect(await bot.ledger.runs.list({ limit: 5 })).toEqual([])
  })

  it('is asked for once at a time in a channel, and again once its card is settled', async () => {
    const { bot, done } = await openOffice()
    const { id } = planOf(await bot.say('tear-down'))
    await postCard(bot.ledger, id)
    expect(failureOf(await bot.say('tear-down'))).toMatchObject({
      code: 'not_confirmed',
      message:
        'You have already asked for tear-down here: its request waits for approval until 23 Nov 2026, 12:10 UTC. Nothing was done.',
    })
    expect(planOf(await bot.say('tear-down', { who: otto }))).toMatchObject({ card: { asker: otto.name } })
    await bot.click(id, { typed })
    expect(done).toEqual(['tear-down'])
    expect(planOf(await bot.say('tear-down')).id).not.toBe(id)
  })

  it('is asked for beside another request: of someone else, in another channel, of another line, or after its end', async () => {
    const { bot, world } = await openOffice({ approveAboveUsd: 1 })
    const news: Place = { kind: 'slack', channel: 'C0NEWS', channelName: 'news', direct: false }
    const asked = async (line: string, ask: Parameters<typeof bot.say>[1] = {}): Promise<void> => {
      await postCard(bot.ledger, planOf(await bot.say(line, ask)).id)
    }
    await asked('tear-down')
    await asked('tear-down', { place: news })
    await asked('tear-down', { who: otto })
    await asked('spin-up')
    for (const [line, ask] of [
      ['tear-down', {}],
      ['tear-down', { place: news }],
      ['tear-down', { who: otto }],
      ['spin-up', {}],
    ] as const) {
      expect(failureOf(await bot.say(line, ask))).toMatchObject({
        code: 'not_confirmed',
        remedy: 'Have that one approved, or withdraw it and ask again.',
      })
    }
    world.clock.advance(10 * 60_000 + 1)
    await asked('tear-down')
  })

  it('is between the bot and its asker below the limit', async () => {
    const { bot } = await openOffice({ approveAboveUsd: 4.34, budgetUsd: 4.34, twoPerson: true })
    const answer = await bot.say('spin-up')
    expect(answer.audience).toBe('asker')
    expect(planOf(answer)).not.toHaveProperty('card')
    expect(planOf(answer)).not.toHaveProperty('reasons')
  })

  it('is confirmed by its asker where one person is enough', async () => {
    const { bot, done } = await openOffice()
    const { id } = planOf(await bot.say('tear-down'))
    expect(await bot.click(id, { typed })).toMatchObject({ ok: true })
    expect(done).toEqual(['tear-down'])
  })

  it('is carried out in the name of its asker when an approver confirms it, and the run says who did', async () => {
    const { bot, done } = await openOffice()
    const { id } = planOf(await bot.say('tear-down'))
    const answer = await bot.click(id, { who: otto, typed })
    expect(answer).toMatchObject({ ok: true, run: { who: 'Anna', line: 'tear-down' } })
    expect(await bot.ledger.runs.get(1)).toMatchObject({
      who: anna,
      place: channel,
      approval: { by: otto, plan: { title: 'Tear down sparkify?' } },
    })
    expect(await bot.ledger.plans.get(id)).toMatchObject({ end: { kind: 'approved', by: otto } })
    expect(done).toEqual(['tear-down'])
  })

  it('is confirmed by those whom the configuration names, and by no admin besides', async () => {
    const { bot } = await openOffice({ approvers: [vera.id] })
    const { id } = planOf(await bot.say('tear-down'))
    expect(failureOf(await bot.click(id, { who: otto, typed }))).toEqual({
      kind: 'failure',
      code: 'not_allowed',
      message: 'This needs an approver. You are U0OTTO, who is not one. Nothing was done.',
      remedy: 'Setting the bot up? SPARKIFY_APPROVERS=U0OTTO',
      ask: [vera.id],
    })
    expect(await bot.click(id, { who: vera, typed })).toMatchObject({ ok: true })
  })

  it.each([
    ['direct messages', direct],
    ['a terminal', terminal],
  ])('is confirmed by its asker alone in %s, who reads why', async (_, place) => {
    const { bot } = await openOffice()
    const answer = await bot.say('tear-down', { place })
    expect(answer.audience).toBe('asker')
    const { id, reasons } = planOf(answer)
    expect(reasons).toEqual(['This cannot be undone.'])
    expect(failureOf(await bot.click(id, { who: otto, typed })).message).toBe(
      'This plan was made for Anna. Nothing was done.',
    )
    expect(await bot.click(id, { typed })).toMatchObject({ ok: true })
  })

  it('is not asked where its card could not be posted', async () => {
    const { bot, start } = await openOffice()
    const why = new OpsError('slack', 'I cannot post in #music. Nothing was done.', 'Type /invite.')
    const outside = await start('two', {}, { outbox: { ...bot.deps.outbox, postingError: async () => why } })
    expect(failureOf(await outside.say('tear-down'))).toMatchObject({ code: 'slack', remedy: 'Type /invite.' })
  })
})

describe('with two persons', () => {
  it('the asker may not approve, another approver may, for an hour', async () => {
    const { bot, world, done } = await openOffice({ twoPerson: true })
    const { id, card, expires } = planOf(await bot.say('tear-down'))
    expect(card).toMatchObject({ second: true, approvers: [bob.id, otto.id] })
    expect(expires).toBe('2026-11-23T13:00:00.000Z')
    world.clock.advance(59 * 60_000)
    expect(failureOf(await bot.click(id, { typed }))).toMatchObject({
      code: 'not_allowed',
      message: 'You asked for this, so someone else must approve it. Nothing was done.',
    })
    expect(done).toEqual([])
    expect(await bot.click(id, { who: bob, typed })).toMatchObject({ ok: true })
    expect(done).toEqual(['tear-down'])
  })

  it('the asker may not either where the rule came into force after the plan was shown', async () => {
    const { bot, start, done } = await openOffice()
    const { id } = planOf(await bot.say('tear-down'))
    const own = planOf(await bot.say('tear-down', { place: direct }))
    const next = await start('two', { twoPerson: true })
    for (const plan of [id, own.id]) expect(failureOf(await next.click(plan, { typed })).code).toBe('not_allowed')
    expect(done).toEqual([])
  })

  it('whoever approves types the word', async () => {
    const { bot, done } = await openOffice({ twoPerson: true })
    const { id } = planOf(await bot.say('tear-down'))
    for (const word of [undefined, 'sparkly']) {
      const click = word === undefined ? { who: otto } : { who: otto, typed: word }
      expect(failureOf(await bot.click(id, click)).code).toBe('not_confirmed')
    }
    expect(done).toEqual([])
    expect(await bot.click(id, { who: otto, typed })).toMatchObject({ ok: true })
  })

  it('a guest may not, also as a member of a group that may', async () => {
    const { bot, start } = await openOffice()
    const directory = {
      ...bot.deps.directory,
      peopleOf: async () => [vera.id, otto.id],
      isGuest: async ({ id }: { readonly id: string }) => id === vera.id,
    }
    const grouped = await start('two', { twoPerson: true, approvers: ['S0TEAM'] }, { directory })
    const { id } = planOf(await grouped.say('tear-down'))
    expect(failureOf(await grouped.click(id, { who: vera, typed })).code).toBe('not_allowed')
    expect(await grouped.click(id, { who: otto, typed })).toMatchObject({ ok: true })
  })

  it('the members of a group may, as they are at the click', async () => {
    const members = new Set([vera.id])
    const { bot, start } = await openOffice()
    const directory = {
      ...bot.deps.directory,
      peopleOf: async (ids: readonly string[]) => ids.flatMap((id) => (id === 'S0TEAM' ? [...members] : [id])),
    }
    const grouped = await start('two', { twoPerson: true, approvers: ['S0TEAM'] }, { directory })
    const { id, card } = planOf(await grouped.say('tear-down'))
    expect(card?.approvers).toEqual(['S0TEAM'])
    members.delete(vera.id)
    members.add(anna.id)
    expect(failureOf(await grouped.click(id, { who: vera, typed })).code).toBe('not_allowed')
    expect(failureOf(await grouped.say('tear-down')).code).toBe('not_confirmed')
    members.add(vera.id)
    expect(await grouped.click(id, { who: vera, typed })).toMatchObject({ ok: true })
  })

  it.each([
    [
      'direct messages',
      direct,
      'Someone else must approve tear-down, which nobody can do in direct messages. Nothing was done.',
    ],
    [
      'a terminal',
      terminal,
      'Someone else must approve tear-down, which nobody can do from a terminal. Nothing was done.',
    ],
  ])('it is refused in %s, whatever was confirmed beforehand', async (_, place, message) => {
    const { bot, done } = await openOffice({ twoPerson: true })
    for (const beforehand of [{}, { confirmed: true }, { confirmed: true, typed }]) {
      const answer = await bot.say('tear-down', { place, ...beforehand })
      expect(answer).toMatchObject({ ok: false, exit: 2, audience: 'asker', run: null })
      expect(failureOf(answer)).toEqual({
        kind: 'failure',
        code: 'not_confirmed',
        message,
        remedy: 'Run it in a Slack channel that an approver is in.',
      })
    }
    expect(done).toEqual([])
  })

  it('it is refused where nobody else may approve, naming the variable', async () => {
    const { bot, done } = await openOffice({ twoPerson: true, approvers: [anna.id] })
    expect(failureOf(await bot.say('tear-down'))).toEqual({
      kind: 'failure',
      code: 'not_confirmed',
      message: 'Someone else must approve tear-down, and there is no other approver. Nothing was done.',
      remedy: 'Add an approver to SPARKIFY_APPROVERS, or turn off SPARKIFY_TWO_PERSON.',
    })
    expect(done).toEqual([])
  })

  it('what needs no approval is confirmed as ever', async () => {
    const { bot, done } = await openOffice({ twoPerson: true, approveAboveUsd: 5 })
    expect(await bot.say('spin-up', { place: terminal, confirmed: true })).toMatchObject({ ok: true })
    const { id } = planOf(await bot.say('spin-up', { place: direct }))
    expect(await bot.click(id)).toMatchObject({ ok: true })
    expect(done).toEqual(['spin-up', 'spin-up'])
  })
})

describe('the clock', () => {
  it('is refused what would go beyond the budget at that moment, and nothing else', async () => {
    const { bot, start, plans } = await openOffice({ budgetUsd: 5, approveAboveUsd: 0 })
    const asks = (process: typeof bot, line: string) => {
      const { app, deps, session } = process
      const signal = session.registry.closing
      const context = { who: { ...anna, role: 'admin' as const }, place: channel, deps, catalog: app.catalog, signal }
      return refuseUnapproved(app.catalog.read(line), context)
    }
    await asks(bot, 'spin-up')
    await asks(bot, 'tear-down')
    plans.spinUp = new OpsError('cluster_state', 'Cluster sparkify is pausing.')
    await asks(bot, 'spin-up')
    plans.spinUp = { title: 'Spin up?', facts: [], act: 'Spin up', danger: false, mostUsd: 5.01 }
    await expect(asks(bot, 'spin-up')).rejects.toMatchObject({
      code: 'not_confirmed',
      message:
        'spin-up needs approval. It can exceed the budget of $5.00 for November 2026: $0.00 spent so far, $5.01 with it. Nothing was done.',
      fixCommand: 'spin-up',
    })
    await asks(await start('two', { budgetUsd: null }), 'spin-up')
    // What cannot be looked at now may cost any amount.
    plans.spinUp = new OpsError('aws', 'AWS is throttling.')
    await expect(asks(bot, 'spin-up')).rejects.toMatchObject({ code: 'aws' })
    plans.spinUp = new OpsError('no_cluster', 'There is no cluster sparkify yet.')
    await asks(bot, 'spin-up')
    plans.spinUp = new Error('a bug')
    await expect(asks(bot, 'spin-up')).rejects.toThrow('a bug')
  })
})
