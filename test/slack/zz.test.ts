import { setTimeout } from 'node:timers/promises'
import { it } from 'vitest'
import { ada, dataEng, openOffice } from './support/office.ts'
it('x', async () => {
  const office = await openOffice()
  console.log(await office.workspace.people.say({ as: ada, channel: dataEng, text: '/sparkify songs' }))
  office.doors.open('songs'); await setTimeout(1500)
  console.log(JSON.stringify(office.log, (k, v) => v instanceof Error ? { m: v.message, s: v.stack, ...v } : v, 1), office.seen(), office.front.calls.map((c) => [c.name, String(c.body)]))
  await office.close()
})
