import { describe, expect, it } from 'vitest'
import { later, noon, type OpenLedger, openLedgers } from './world.ts'

/** What every ledger does with notes and claims. */
export function describeNotes(open: OpenLedger): void {
  const { pair, processes } = openLedgers(open)

  describe('notes', () => {
    it('are kept by key, for every process, until they are kept anew', async () => {
      const [one, other] = await pair()
      expect(await one.notes.get('lease')).toBeNull()
      await one.notes.set('lease', { until: '2026-11-23T12:00:00.000Z', ran: [] })
      expect(await other.notes.get('lease')).toEqual({ until: '2026-11-23T12:00:00.000Z', ran: [] })
      await other.notes.set('lease', null)
      expect(await one.notes.get('lease')).toBeNull()
    })

    it('are settled once, the same for everybody who asks', async () => {
      const [one, other] = await pair()
      const settled = await Promise.all([one.notes.settle('home', 'a'), other.notes.settle('home', 'b')])
      expect(new Set(settled).size).toBe(1)
      expect(await one.notes.settle('home', 'c')).toBe(settled[0])
    })

    it('are listed by what their keys begin with, and dropped only while they hold what is known of them', async () => {
      const [one, other] = await pair()
      await one.notes.set('file:b', { size: 2 })
      await one.notes.set('file:a%', { size: 1 })
      await one.notes.set('file:c', null)
      await one.notes.set('files', 'another')
      expect(await other.notes.list('file:')).toEqual([
        { key: 'file:a%', value: { size: 1 } },
        { key: 'file:b', value: { size: 2 } },
      ])
      expect(await other.notes.drop('file:b', { size: 3 })).toBe(false)
      const dropped = await Promise.all([one, other].map(({ notes }) => notes.drop('file:b', { size: 2 })))
      expect(dropped.toSorted()).toEqual([false, true])
      expect(await one.notes.get('file:b')).toBeNull()
    })
  })

  it('gives each claim to one caller, for ever', async () => {
    const ledgers = await processes(3)
    const won = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => (await ledgers[n % 3]?.claim(`fire-${n % 20}`, noon)) === true),
    )
    expect(won.filter(Boolean)).toHaveLength(20)
    expect(await ledgers[0]?.claim('fire-0', later(86_400))).toBe(false)
  })
}
