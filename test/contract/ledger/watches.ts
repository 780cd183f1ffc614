import { describe, expect, it } from 'vitest'
import type { NewWatch, WatchRecord } from '../../../src/core/ports/watches.ts'
import { said } from '../../core/outbox/support.ts'
import { pendingIn } from '../../support/delivered.ts'
import { anna, inChannel, noon, type OpenLedger, openLedgers } from './world.ts'

const few: NewWatch = {
  definition: {
    kind: 'alert',
    line: 'pulse',
    column: 'plays',
    condition: { kind: 'limit', operator: '<', limit: 200 },
    days: 1,
  },
  place: inChannel,
  owner: anna,
  created: noon.toISOString(),
}
const check: NewWatch = { ...few, definition: { kind: 'check' } }
const found = { when: '29 Nov 2018', headline: 'plays were 132', facts: [['Limit', 'below 200']] } as const
const firing = { number: 1, began: noon.toISOString(), since: '29 Nov 2018', found }

/** What every ledger does with watched conditions. */
export function describeWatches(open: OpenLedger): void {
  const { pair } = openLedgers(open)

  describe('watched conditions', () => {
    const added = async (watch: WatchRecord | null | Promise<WatchRecord | null>): Promise<WatchRecord> => {
      const one = await watch
      if (one === null) throw new Error('it was not added')
      return one
    }

    it('are numbered by kind, listed in order, changed and removed; a number is not given twice', async () => {
      const [one, other] = await pair()
      const first = await added(one.watches.add(few, 50))
      expect(first).toEqual({
        ...few,
        subject: '1',
        isPaused: false,
        life: { kind: 'ok' },
        judged: null,
        seen: null,
        version: 1,
      })
      const second = await added(other.watches.add({ ...few, place: { kind: 'terminal' } }, 50))
      expect(second.subject).toBe('2')
      const ofCheck = await one.watches.named('days-have-no-gaps', check)
      expect(await other.watches.named('days-have-no-gaps', check)).toEqual(ofCheck)
      expect(await one.watches.list(['alert'])).toEqual([first, second])
      expect(await one.watches.list(['check', 'alert'])).toEqual([first, second, ofCheck])

      const changes = {
        isPaused: true,
        judged: { load: 3, day: '2018-11-29', value: 132 },
        seen: { kind: 'red', ...found },
        life: { kind: 'firing', firing },
      } as const
      const changed = await added(other.watches.change(second, changes, []))
      expect(changed).toEqual({ ...second, ...changes, version: 2 })
      expect(await one.watches.get('alert', '2')).toEqual(changed)
      expect(await one.watches.remove(changed, [])).toBe(true)
      expect(await one.watches.get('alert', '2')).toBeNull()
      expect(await one.watches.list(['alert'])).toEqual([first])
      expect((await added(one.watches.add(few, 50))).subject).toBe('3')
      expect(await one.watches.remove(ofCheck, [])).toBe(true)
      expect(await other.watches.list(['check'])).toEqual([])
      expect(await one.watches.named('days-have-no-gaps', check)).toEqual({ ...ofCheck, version: 2 })
    })

    it('keep every state of a life', async () => {
      const [one, other] = await pair()
      let watch = await added(one.watches.add(few, 50))
      const at = noon.toISOString()
      const by = anna
      for (const life of [
        { kind: 'acknowledged', firing, by, at },
        { kind: 'snoozed', firing, by, until: at },
        { kind: 'resolved', firing, at, end: { kind: 'green' }, found },
        { kind: 'resolved', firing, at, end: { kind: 'person', by, how: 'removed' }, found: null },
      ] as const) {
        watch = await added(one.watches.change(watch, { life, seen: { kind: 'unknown', why: 'paused' } }, []))
        expect(await other.watches.get('alert', watch.subject)).toEqual(watch)
      }
    })

    it('are no more than so many of a kind, also where two processes add at once', async () => {
      const [one, other] = await pair()
      const all = await Promise.all([one, other, one, other].map((ledger) => ledger.watches.add(few, 3)))
      expect(all.filter((watch) => watch === null)).toHaveLength(1)
      expect(await one.watches.list(['alert'])).toHaveLength(3)
      const [first] = await one.watches.list(['alert'])
      if (first !== undefined) await one.watches.remove(first, [])
      expect((await added(other.watches.add(few, 3))).subject).toBe('4')
    })

    it('are changed once by who read them first, with the message; who comes second changes nothing', async () => {
      const [one, other] = await pair()
      const watch = await added(one.watches.add(few, 50))
      const life = { kind: 'firing', firing } as const
      const changes = await Promise.all([
        one.watches.change(watch, { life }, [said('by one')]),
        other.watches.change(watch, { life }, [said('by other')]),
      ])
      expect(changes.filter((change) => change !== null)).toHaveLength(1)
      expect(await pendingIn(one.messages)).toHaveLength(1)
      expect((await one.watches.get('alert', watch.subject))?.version).toBe(2)
      expect(await other.watches.remove(watch, [said('removed')])).toBe(false)
      const now = await one.watches.get('alert', watch.subject)
      if (now === null) throw new Error('it is gone')
      expect(await one.watches.remove(now, [said('removed', 'C2')])).toBe(true)
      expect(await other.watches.change(now, { life }, [said('too late', 'C3')])).toBeNull()
      expect((await pendingIn(one.messages)).map(({ key }) => key)).toEqual([expect.stringMatching(/^by /), 'removed'])
    })
  })
}
