import { expect, it } from 'vitest'
import { command, createWorld, deferred, planOf } from '../../support/core.ts'
import { delivered } from '../../support/delivered.ts'
import { freePolicy } from '../../support/policy.ts'

it('a plan whose bot dies between its confirmation and its run can be confirmed in the next one, and is carried out once', async () => {
  const world = await createWorld()
  const planning = deferred()
  let asked = 0
  const done: string[] = []
  const draft = { title: 'Wipe?', facts: [], act: 'Wipe', danger: true }
  const wipe = command('wipe', async () => void done.push('wiped'), {
    plan: async () => {
      asked++
      if (asked === 2) {
        planning.resolve()
        await new Promise(() => undefined)
      }
      return draft
    },
  })
  const bot = await world.start('one', [wipe], { policy: freePolicy })
  const { id } = planOf(await bot.say('wipe'))
  void bot.click(id)
  await planning.promise
  bot.die()
  const two = await world.start('two', [wipe], { policy: freePolicy })
  expect((await two.ledger.plans.get(id))?.end).toBeNull()
  const clicks = await Promise.all([two.click(id), two.click(id)])
  expect(clicks.map(({ ok }) => ok).toSorted()).toEqual([false, true])
  expect((await two.ledger.plans.get(id))?.end).toMatchObject({ kind: 'approved' })
  expect(done).toEqual(['wiped'])
  expect((await delivered(two)).map(({ key }) => key)).toEqual([`plan:${id}`, `plan:${id}:card`, 'run:1'])
})
