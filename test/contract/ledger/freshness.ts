import { describe, expect, it } from 'vitest'
import type { Freshness, FreshnessDay } from '../../../src/core/ports/freshness.ts'
import { said } from '../../core/outbox/support.ts'
import { pendingIn } from '../../support/delivered.ts'
import { anna, inChannel, later, noon, type OpenLedger, openLedgers } from './world.ts'

const early: Omit<Freshness, 'id' | 'isPaused'> = {
  time: '06:00',
  zone: 'Europe/Vienna',
  place: inChannel,
  owner: anna,
  since: noon.toISOString(),
}
const elsewhere = (channel: string) => ({ kind: 'slack', channel, direct: false }) as const

function missedDay(freshness: number, day: string, deadline: string): Omit<FreshnessDay, 'version'> {
  const found = { when: day, headline: `${day} is not live.`, facts: [] }
  const firing = { number: 1, began: deadline, since: day, found }
  const life = { kind: 'firing', firing } as const
  return { freshness, day, deadline, met: null, load: null, reason: { kind: 'no-schedule' }, life }
}

/** What every ledger does with deadlines and their days. */
export function describeFreshness(open: OpenLedger): void {
  const { pair } = openLedgers(open)

  describe('freshness', () => {
    it('is one for each channel: set again, it has another time, is active, and keeps its number', async () => {
      const [one, other] = await pair()
      const set = await one.freshness.set(early)
      expect(set).toEqual({ ...early, id: set.id, isPaused: false })
      expect(await other.freshness.change(set.id, { isPaused: true })).toEqual({ ...set, isPaused: true })
      const renamed = { ...inChannel, channelName: 'data-eng' }
      const again = { ...early, time: '07:30', place: renamed, since: later(60).toISOString() }
      expect(await other.freshness.set(again)).toEqual({ ...again, id: set.id, isPaused: false })
      const second = await one.freshness.set({ ...early, place: elsewhere('C2') })
      expect(await other.freshness.list()).toEqual([{ ...again, id: set.id, isPaused: false }, second])
      const moved = await one.freshness.change(second.id, { place: elsewhere('C3') })
      expect(moved).toEqual({ ...second, place: elsewhere('C3') })
      expect(await one.freshness.remove(second.id, [])).toBe(true)
      expect(await other.freshness.remove(second.id, [])).toBe(false)
      expect(await one.freshness.change(second.id, { isPaused: true })).toBeNull()
    })

    it('has each day judged once, with its message, and none that was due before it was set', async () => {
      const [one, other] = await pair()
      const { id } = await one.freshness.set(early)
      const due = later(3600).toISOString()
      const day = missedDay(id, '2026-03-01', due)
      const judged = await Promise.all(
        [one, other].map(({ freshness }, n) => freshness.judge(day, [said(`late-${n}`)])),
      )
      expect(judged.toSorted()).toEqual([false, true])
      expect(await pendingIn(one.messages)).toHaveLength(1)
      expect(await other.freshness.days(id, 9)).toEqual([{ ...day, version: 1 }])
      const next = missedDay(id, '2026-03-02', later(90_000).toISOString())
      expect(await one.freshness.judge(next, [])).toBe(true)
      expect((await other.freshness.days(id, 9)).map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-01'])
      expect((await other.freshness.days(id, 1)).map(({ day }) => day)).toEqual(['2026-03-02'])
      expect(await one.freshness.judge(missedDay(id, '2026-02-27', early.since), [])).toBe(false)
      expect(await one.freshness.judge(missedDay(id, '2026-02-28', later(-60).toISOString()), [])).toBe(false)
      expect(await one.freshness.judge(missedDay(id + 1, '2026-03-01', due), [])).toBe(false)
      await one.freshness.change(id, { isPaused: true })
      expect(await one.freshness.judge(missedDay(id, '2026-03-03', later(180_000).toISOString()), [])).toBe(false)
      expect(await other.freshness.judgedUntil(id, later(3600))).toBe(due)
      expect(await other.freshness.judgedUntil(id, noon)).toBeNull()
    })

    it('keeps a late day until it is live, changes it as it was read alone, and removes it with its freshness', async () => {
      const [one, other] = await pair()
      const { id } = await one.freshness.set(early)
      const day = missedDay(id, '2026-03-01', later(3600).toISOString())
      await one.freshness.judge(day, [])
      // Its message is open, so it is not let be however old it is.
      const [fired] = await other.freshness.unmet(later(40 * 86_400))
      if (fired?.life.kind !== 'firing') throw new Error('the day is not there')
      const acknowledged = {
        kind: 'acknowledged',
        firing: fired.life.firing,
        by: anna,
        at: noon.toISOString(),
      } as const
      expect(await one.freshness.update(fired, { life: acknowledged }, [])).toBe(true)
      const [read] = await other.freshness.unmet(later(40 * 86_400))
      if (read?.life.kind !== 'acknowledged') throw new Error('the day is not there')
      const met = later(7200).toISOString()
      const end = { kind: 'green' } as const
      const life = { kind: 'resolved', firing: read.life.firing, at: met, end, found: null } as const
      expect(await one.freshness.update(read, { met, load: 7, life }, [said('resolved')])).toBe(true)
      expect(await other.freshness.update(read, { load: 8 }, [said('again')])).toBe(false)
      expect(await one.freshness.days(id, 9)).toEqual([{ ...read, met, load: 7, life, version: 3 }])
      expect(await pendingIn(one.messages)).toHaveLength(1)
      expect(await one.freshness.unmet(noon)).toEqual([])
      await one.freshness.remove(id, [])
      expect(await other.freshness.days(id, 9)).toEqual([])
    })
  })
}
