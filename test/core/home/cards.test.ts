import { describe, expect, it } from 'vitest'
import type { NewPlan } from '../../../src/core/ports/plans.ts'
import { anna, bob, channel, createWorld } from '../../support/core.ts'
import { postCard } from '../../support/delivered.ts'
import { freePolicy } from '../../support/policy.ts'
import { below, clusterOf, homeOf, lineOf } from './support.ts'

const card: NewPlan = {
  id: 'c1',
  line: 'tear-down',
  command: 'tear-down',
  args: {},
  asker: bob,
  place: channel,
  draft: { title: 'Tear down sparkify?', facts: ['2 loads go.'], act: 'Tear down', danger: true },
  expires: '2026-11-23T13:00:00.000Z',
  reasons: [{ kind: 'destroys', words: 'It destroys.' }],
  card: true,
}

const start = async (twoPerson: boolean) => {
  const world = await createWorld('2026-11-23T12:00:00.000Z')
  const parts = { cluster: clusterOf(), policy: { ...freePolicy, twoPerson } }
  const bot = await world.start('one', [], parts)
  const post = async (plan: Partial<NewPlan> = {}) => {
    const { id, ...rest } = { ...card, ...plan }
    await bot.ledger.plans.save({ id, ...rest }, [], null)
    await postCard(bot.ledger, id)
  }
  const seen = async (who = anna) => below(await homeOf(bot, who), 'Waiting for approval')
  return { world, bot, post, seen }
}

describe('a card', () => {
  it('waits for those who may approve it, with all that it says, and where it was posted', async () => {
    const { post, seen } = await start(true)
    await post()
    const [entry] = await seen()
    expect(entry).toMatchObject({ title: '⚠ Tear down sparkify?', note: '2 loads go.\nIt destroys.', next: [] })
    expect(lineOf(entry?.words ?? [])).toBe('Bob asked in #music · until 23 Nov 2026, 13:00 UTC')
  })

  it('is seen by its asker, who waits, and by nobody else', async () => {
    const { post, seen } = await start(true)
    await post()
    const [entry] = await seen(bob)
    expect(entry?.title).toBe('○ Tear down sparkify?')
    expect(lineOf(entry?.words ?? [])).toContain('You asked in #music')
    expect(await seen({ kind: 'slack', id: 'U0CARL', name: 'Carl' })).toEqual([])
  })

  it('of an approver waits for that approver, unless somebody else must approve', async () => {
    const { post, seen } = await start(false)
    await post({ asker: anna })
    expect((await seen())[0]?.title).toMatch(/^⚠/)
    const strict = await start(true)
    await strict.post({ asker: anna })
    expect((await strict.seen())[0]?.title).toMatch(/^○/)
  })

  it('is not there any more when it was settled, or its time is over', async () => {
    const { world, bot, post, seen } = await start(true)
    await post()
    await post({ id: 'c2', expires: '2026-11-23T12:30:00.000Z' })
    expect(await seen()).toHaveLength(2)
    await bot.ledger.plans.settle(
      { plan: 'c1', end: { kind: 'rejected', by: anna, at: '2026-11-23T12:01:00.000Z' }, messages: [] },
      null,
    )
    expect(await seen()).toHaveLength(1)
    world.clock.advance(31 * 60_000)
    expect(await seen()).toEqual([])
  })
})
