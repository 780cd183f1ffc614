import { expect, it } from 'vitest'
import { anna, command, createWorld, deferred, planOf, type TestProcess } from '../../support/core.ts'
import { delivered } from '../../support/delivered.ts'
import { freePolicy } from '../../support/policy.ts'

const why = 'The bot was restarted before it began. Nothing was done.'

/** A wipe that was approved in a process that waits for the world before it opens the run. */
async function approved(said: { readonly card: boolean }) {
  const world = await createWorld()
  const planning = deferred()
  let asked = 0
  const draft = { title: 'Wipe?', facts: [], act: 'Wipe', danger: said.card }
  const wipe = command('wipe', async () => undefined, {
    plan: async () => {
      asked++
      if (asked === 2) {
        planning.resolve()
        await new Promise(() => undefined)
      }
      return draft
    },
  })
  const start = (id: string): Promise<TestProcess> => world.start(id, [wipe], { policy: freePolicy })
  const bot = await start('one')
  const { id } = planOf(await bot.say('wipe'))
  void bot.click(id)
  await planning.promise
  return { bot, id, start }
}

it('a card whose bot died between its approval and its run has failed, which the next start finds once, and the record says so', async () => {
  const { bot, id, start } = await approved({ card: true })
  const two = await start('two')
  await two.app.failUnbegun()
  expect(await two.ledger.messages.find(`plan:${id}:asker`)).toBeNull()
  bot.die()
  await two.app.failUnbegun()
  expect((await two.ledger.plans.get(id))?.end).toMatchObject({ kind: 'failed', by: anna, why })
  const told = await delivered(two)
  expect(told.map(({ key, mention }) => [key, mention])).toEqual([
    [`plan:${id}`, []],
    [`plan:${id}:card`, []],
    [`plan:${id}:asker`, [anna.id]],
  ])
  await two.app.failUnbegun()
  expect(await delivered(two)).toEqual([])
  expect((await two.ledger.audit.list({ limit: 5 })).entries).toMatchObject([
    { what: 'failed', who: anna, line: 'wipe', plan: { act: 'Wipe' }, headline: expect.stringContaining(why) },
  ])
})

it('so has any other plan, which only its asker read', async () => {
  const { bot, id, start } = await approved({ card: false })
  bot.die()
  const two = await start('two')
  await two.app.failUnbegun()
  expect((await delivered(two)).map(({ key, to }) => [key, to])).toEqual([[`plan:${id}:asker`, anna.id]])
  expect((await two.ledger.audit.list({ limit: 5 })).entries).toEqual([])
})

it('what was begun, or carried on since, has not', async () => {
  const world = await createWorld()
  const plan = async () => ({ title: 'Wipe?', facts: [], act: 'Wipe', danger: true })
  const wipe = command('wipe', async () => undefined, { plan })
  const bot = await world.start('one', [wipe])
  const { id } = planOf(await bot.say('wipe'))
  expect(await bot.click(id)).toMatchObject({ ok: true })
  bot.die()
  const two = await world.start('two', [wipe])
  await two.app.failUnbegun()
  expect((await two.ledger.plans.get(id))?.end).toMatchObject({ kind: 'approved' })
})
