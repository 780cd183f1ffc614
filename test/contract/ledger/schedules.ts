import { describe, expect, it } from 'vitest'
import { said } from '../../core/outbox/support.ts'
import { pendingIn } from '../../support/delivered.ts'
import { later, nightly, type OpenLedger, opened, openLedgers } from './world.ts'

/** What every ledger does with schedules. */
export function describeSchedules(open: OpenLedger): void {
  const { pair } = openLedgers(open)

  describe('schedules', () => {
    it('are added, listed in the order of their numbers, changed and removed', async () => {
      const [one, other] = await pair()
      const first = await one.schedules.add(nightly)
      const second = await one.schedules.add({ ...nightly, phrase: 'hourly' })
      expect(first).toEqual({ ...nightly, id: first.id })
      expect(await other.schedules.list()).toEqual([first, second])
      const parked = { ...first, state: { kind: 'parked', why: 'The channel is archived.' }, lines: ['qa'] } as const
      expect(await other.schedules.change(first.id, { state: parked.state, lines: parked.lines })).toEqual(parked)
      expect(await one.schedules.get(first.id)).toEqual(parked)
      expect(await one.schedules.remove(first.id)).toBe(true)
      expect(await one.schedules.remove(first.id)).toBe(false)
      expect(await one.schedules.change(first.id, { state: { kind: 'active' } })).toBeNull()
      expect(await other.schedules.get(first.id)).toBeNull()
      await one.schedules.remove(second.id)
      expect((await one.schedules.add(nightly)).id).toBeGreaterThan(second.id)
    })
  })

  describe('what people follow', () => {
    it('is no schedule of a list, and is theirs once at a time, up to so many, whoever adds it', async () => {
      const [one, other] = await pair()
      const personal = { ...nightly, personal: true, lines: ['top-songs'], condition: { kind: 'always' } } as const
      const both = await Promise.all([one, other].map(({ schedules }) => schedules.follow(personal, 2)))
      const [first] = both.filter((added) => added !== null)
      expect(both).toContain(null)
      expect(first).toEqual({ ...personal, id: first?.id })
      const second = await other.schedules.follow({ ...personal, cron: '0 9 * * 1' }, 2)
      expect(await one.schedules.follow({ ...personal, lines: ['pulse'] }, 2)).toBeNull()
      const bob = { kind: 'slack', id: 'U2', name: 'Bob' } as const
      const theirs = await one.schedules.follow({ ...personal, owner: bob }, 2)
      expect(await other.schedules.followed()).toEqual([first, second, theirs])
      expect(await other.schedules.list()).toEqual([])
      expect(await one.schedules.get(theirs?.id ?? 0)).toEqual(theirs)
      expect(await one.schedules.remove(second?.id ?? 0)).toBe(true)
      expect(await one.schedules.follow({ ...personal, lines: ['pulse'] }, 2)).not.toBeNull()
      expect(await one.schedules.follow({ ...personal, zone: 'Asia/Tokyo' }, 3)).not.toBeNull()
    })
  })

  describe('a time of a schedule that was refused', () => {
    it('is told once, and moves a schedule that somebody has changed meanwhile not back', async () => {
      const [one, other] = await pair()
      const { id } = await one.schedules.add(nightly)
      const changed = later(600).toISOString()
      await other.schedules.change(id, { since: changed })
      for (const ledger of [one, other])
        await ledger.schedules.refuse(id, later(60).toISOString(), [said('refused')], null)
      expect((await one.schedules.get(id))?.since).toBe(changed)
      await one.schedules.refuse(id, later(1200).toISOString(), [], null)
      expect((await one.schedules.get(id))?.since).toBe(later(1200).toISOString())
      expect((await pendingIn(one.messages)).map(({ key }) => key)).toEqual(['refused'])
    })
  })

  describe('a schedule that is changed as it stands', () => {
    it('is left alone where its state, its place or its owner is another by then', async () => {
      const [one, other] = await pair()
      const schedule = await one.schedules.add(nightly)
      const parked = { state: { kind: 'parked', why: 'It is archived.' } } as const
      for (const meanwhile of [
        { state: { kind: 'paused' } },
        { place: { kind: 'slack', channel: 'C0OTHER', direct: false } },
        { place: { kind: 'terminal' } },
        { owner: { ...nightly.owner, id: 'somebody else' } },
      ] as const) {
        await other.schedules.change(schedule.id, meanwhile)
        expect(await one.schedules.change(schedule.id, parked, { as: schedule, messages: [] })).toBeNull()
        expect(await one.schedules.get(schedule.id)).toEqual({ ...schedule, ...meanwhile })
        const { state, place, owner } = nightly
        await other.schedules.change(schedule.id, { state, place, owner })
      }
      expect(await one.schedules.change(schedule.id, parked, { as: schedule, messages: [] })).toEqual({
        ...schedule,
        ...parked,
      })
    })
  })

  describe('another approval of a schedule', () => {
    it('takes theirs from the occurrences that wait for a process, and no other change does', async () => {
      const [one, other] = await pair()
      const { id } = await one.schedules.add(nightly)
      const { approval } = nightly
      const occurrence = async (minute: number, worker: string | null): Promise<number> => {
        const intended = later(minute).toISOString()
        const origin = { kind: 'fire', schedule: id, intended, cause: 'asked' } as const
        return (await opened(one, { origin, approval, worker, key: `ask:${id}:${intended}` })).id
      }
      const [waiting, atWork] = [await occurrence(1, null), await occurrence(2, 'one')]
      const approvals = () => Promise.all([waiting, atWork].map(async (run) => (await other.runs.get(run))?.approval))
      await other.schedules.change(id, { condition: { kind: 'always' } })
      expect(await approvals()).toEqual([approval, approval])
      await other.schedules.change(id, { lines: ['qa'], approval: null })
      expect(await approvals()).toEqual([null, approval])
    })
  })
}
