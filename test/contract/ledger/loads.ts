import { describe, expect, it } from 'vitest'
import type { NewAnnotation } from '../../../src/core/ports/annotations.ts'
import type { Ledger, RunId } from '../../../src/core/ports/ledger.ts'
import { answerOf, later, noon, type OpenLedger, opened, openLedgers } from './world.ts'

/** What every ledger does with loads. */
export function describeLoads(open: OpenLedger): void {
  const { pair, single } = openLedgers(open)

  describe('loads', () => {
    async function published(ledger: Ledger): Promise<RunId> {
      const { id } = await opened(ledger)
      await ledger.loads.begin(id, noon.toISOString())
      expect(await ledger.loads.publish(id, id, 'one', later(id).toISOString())).toBe(true)
      return id
    }

    it('begin empty, and again when they were not published', async () => {
      const ledger = await single()
      await ledger.loads.begin(3, noon.toISOString())
      await ledger.loads.learn(3, { files: 2 })
      await ledger.loads.begin(3, later(5).toISOString())
      expect(await ledger.loads.get(3)).toEqual({
        id: 3,
        state: 'building',
        started: later(5).toISOString(),
        published: null,
        facts: {},
      })
      expect(await ledger.loads.get(4)).toBeNull()
      expect(await ledger.loads.live()).toBeNull()
    })

    it('learn facts bit by bit, each replaced as a whole, null being a fact', async () => {
      const [one, other] = await pair()
      await one.loads.begin(1, noon.toISOString())
      await one.loads.learn(1, { files: 2, counts: { users: 97, time: 5 }, dataFrom: '2018-11-01' })
      await other.loads.learn(1, {
        counts: { users: 98 },
        dataFrom: null,
        checks: { total: 12, red: ['orphans'], warnings: [] },
      })
      await other.loads.learn(1, {})
      expect((await one.loads.get(1))?.facts).toEqual({
        files: 2,
        counts: { users: 98 },
        dataFrom: null,
        checks: { total: 12, red: ['orphans'], warnings: [] },
      })
    })

    it('that never began learn nothing', async () => {
      await expect((await single()).loads.learn(9, { files: 1 })).rejects.toThrow('load 9')
    })

    it('move the pointer: the live one becomes previous, the previous one is discarded', async () => {
      const [ledger, other] = await pair()
      const [first, second, third] = [await published(ledger), await published(ledger), await published(ledger)]
      expect(await other.loads.live()).toMatchObject({ id: third, published: later(third).toISOString() })
      const states = async (id: number) => (await other.loads.get(id))?.state
      expect([await states(first), await states(second), await states(third)]).toEqual([
        'discarded',
        'previous',
        'live',
      ])
      expect((await other.loads.list(['live', 'previous'])).map((load) => load.id)).toEqual([third, second])
      expect(await other.loads.list(['building'])).toEqual([])
    })

    it('are held one at a time, published from there, and left alone by who is not at work', async () => {
      const [ledger, other] = await pair()
      const live = await published(ledger)
      const built = async (): Promise<RunId> => {
        const { id } = await opened(ledger)
        await ledger.loads.begin(id, noon.toISOString())
        return id
      }
      const [first, second] = [await built(), await built()]
      expect(await ledger.loads.hold(first, first, 'nobody')).toBe(false)
      expect(await ledger.loads.hold(first, first, 'one')).toBe(true)
      expect(await ledger.loads.hold(first, first, 'one')).toBe(true)
      expect(await ledger.loads.hold(second, second, 'one')).toBe(true)
      expect(await ledger.loads.hold(first, first, 'one')).toBe(false)
      const states = async () =>
        Promise.all([live, first, second].map(async (id) => (await other.loads.get(id))?.state))
      expect(await states()).toEqual(['live', 'discarded', 'held'])
      expect(await ledger.loads.publish(second, second, 'one', later(9).toISOString())).toBe(true)
      expect(await states()).toEqual(['previous', 'discarded', 'live'])
      expect(await ledger.loads.hold(live, live, 'one')).toBe(false)
    })

    it('take the notes of the bot with them that are true no longer, and no others', async () => {
      const [ledger, other] = await pair()
      const note = (key: string): NewAnnotation => ({
        key,
        kind: 'bot',
        first: '2026-03-01',
        last: '2026-03-01',
        text: key,
        author: null,
        created: noon.toISOString(),
      })
      const built = async (): Promise<RunId> => {
        const { id } = await opened(ledger)
        await ledger.loads.begin(id, noon.toISOString())
        return id
      }
      const texts = async () => (await other.annotations.list()).map(({ text }) => text).toSorted()
      const others = ['held:1', 'held:20:2026-03-01']
      const { loads } = ledger
      const at = noon.toISOString()
      await ledger.annotations.add({ ...note('held:1'), kind: 'person' })
      await ledger.annotations.add(note('held:20:2026-03-01'))

      const first = await published(ledger)
      const [second, third] = [await built(), await built()]
      await loads.hold(second, second, 'one', [note(`held:${second}`), note(`held:${second}:2026-03-01`)])
      // One that is held in its place, and published although it loses rows: why it was held explains them.
      await loads.hold(third, third, 'one', [note(`held:${third}:2026-03-01`)])
      expect(await texts()).toEqual([...others, `held:${third}:2026-03-01`])
      await ledger.annotations.add(note(`late:${first}:2026-03-01`))
      await loads.publish(third, third, 'one', at, 9, [note(`late:${third}:2026-03-01`)])
      const late = `late:${first}:2026-03-01`
      expect(await texts()).toEqual([...others, `held:${third}:2026-03-01`, late, `late:${third}:2026-03-01`])

      await loads.restore(first, third, 'one', at, [note('rollback:9')])
      await loads.restore(first, third, 'one', at, [note('rollback:9')])
      expect(await texts()).toEqual([...others, `held:${third}:2026-03-01`, late, 'rollback:9'])
      await published(ledger)
      expect(await texts()).toEqual([...others, `held:${third}:2026-03-01`, late])

      const fourth = await built()
      await loads.hold(fourth, fourth, 'one', [note(`held:${fourth}`)])
      await loads.discard(fourth)
      expect(await texts()).toEqual([...others, `held:${third}:2026-03-01`, late])
      const fifth = await built()
      await loads.hold(fifth, fifth, 'one', [note(`held:${fifth}`)])
      await loads.discardAll(at)
      expect(await texts()).toEqual([...others, `held:${third}:2026-03-01`, late])
    })

    it('are kept up to a number, and any of those can be made live again', async () => {
      const [ledger, other] = await pair()
      const ids: number[] = []
      for (let n = 0; n < 4; n++) {
        const { id } = await opened(ledger)
        await ledger.loads.begin(id, noon.toISOString())
        expect(await ledger.loads.publish(id, id, 'one', later(id).toISOString(), 3)).toBe(true)
        ids.push(id)
      }
      const [first = 0, second = 0, third = 0, fourth = 0] = ids
      const states = async () => Promise.all(ids.map(async (id) => (await other.loads.get(id))?.state))
      expect(await states()).toEqual(['discarded', 'previous', 'previous', 'live'])
      expect(await ledger.loads.restore(second, fourth, 'one', later(10).toISOString())).toBe(true)
      expect(await states()).toEqual(['discarded', 'live', 'previous', 'previous'])
      // Again, as after a crash behind it.
      expect(await ledger.loads.restore(second, fourth, 'one', later(11).toISOString())).toBe(true)
      expect(await ledger.loads.restore(first, fourth, 'one', later(12).toISOString())).toBe(false)
      expect(await ledger.loads.restore(third, fourth, 'two', later(13).toISOString())).toBe(false)
      expect(await states()).toEqual(['discarded', 'live', 'previous', 'previous'])
      const moves = async (since: number) =>
        (await other.loads.moves(later(since).toISOString())).map(({ at, load }) => [at, load?.id])
      expect(await moves(10)).toEqual([[later(10).toISOString(), second]])
      expect(await moves(9)).toEqual([
        [later(fourth).toISOString(), fourth],
        [later(10).toISOString(), second],
      ])
      await ledger.loads.discardAll(later(20).toISOString())
      await ledger.loads.discardAll(later(21).toISOString())
      expect(await moves(15)).toEqual([
        [later(10).toISOString(), second],
        [later(20).toISOString(), undefined],
      ])
    })

    it('are kept by when they were published: one that was held for long is newer than those before it', async () => {
      const ledger = await single()
      const { id: held } = await opened(ledger)
      await ledger.loads.begin(held, noon.toISOString())
      await ledger.loads.hold(held, held, 'one')
      const [first] = [await published(ledger), await published(ledger)]
      await ledger.loads.publish(held, held, 'one', later(900).toISOString(), 3)
      expect((await ledger.loads.get(first))?.state).toBe('previous')
      const { id: newest } = await opened(ledger)
      await ledger.loads.begin(newest, noon.toISOString())
      await ledger.loads.publish(newest, newest, 'one', later(901).toISOString(), 2)
      expect((await ledger.loads.list(['live', 'previous'])).map(({ id }) => id)).toEqual([newest, held])
    })

    it('published twice by the same run stay as they are', async () => {
      const ledger = await single()
      const first = await published(ledger)
      const second = await published(ledger)
      const before = await ledger.loads.list(['live', 'previous', 'discarded'])
      expect(await ledger.loads.publish(second, second, 'one', later(900).toISOString())).toBe(true)
      expect(await ledger.loads.list(['live', 'previous', 'discarded'])).toEqual(before)
      expect((await ledger.loads.get(first))?.state).toBe('previous')
      for (const load of [first, second]) {
        await expect(ledger.loads.begin(load, noon.toISOString())).rejects.toThrow('published')
      }
    })

    it('are refused, and nothing moves, when the run has ended or belongs to another process', async () => {
      const ledger = await single()
      const live = await published(ledger)
      const { id } = await opened(ledger)
      await ledger.loads.begin(id, noon.toISOString())
      await ledger.runs.claim(id, 'one', 'two', noon)
      expect(await ledger.loads.publish(id, id, 'one', noon.toISOString())).toBe(false)
      await ledger.runs.end(
        id,
        'two',
        {
          state: 'cancelled',
          answer: answerOf('Cancelled'),
          ended: noon.toISOString(),
          costUsd: null,
        },
        [],
      )
      expect(await ledger.loads.publish(id, id, 'two', noon.toISOString())).toBe(false)
      expect((await ledger.loads.live())?.id).toBe(live)
      expect((await ledger.loads.get(id))?.state).toBe('building')
    })

    it('that were discarded or never began are not published', async () => {
      const ledger = await single()
      const live = await published(ledger)
      const { id } = await opened(ledger)
      expect(await ledger.loads.publish(id, id, 'one', noon.toISOString())).toBe(false)
      await ledger.loads.begin(id, noon.toISOString())
      await ledger.loads.discard(id)
      expect(await ledger.loads.publish(id, id, 'one', noon.toISOString())).toBe(false)
      expect((await ledger.loads.live())?.id).toBe(live)
    })

    it('are discarded one by one unless live, and all of them after a tear-down', async () => {
      const ledger = await single()
      const live = await published(ledger)
      await ledger.loads.begin(live + 1, noon.toISOString())
      await ledger.loads.discard(live + 1)
      await ledger.loads.discard(live)
      expect((await ledger.loads.get(live + 1))?.state).toBe('discarded')
      expect((await ledger.loads.live())?.id).toBe(live)
      await ledger.loads.discardAll(later(9).toISOString())
      expect(await ledger.loads.live()).toBeNull()
      expect((await ledger.loads.list(['discarded'])).map((load) => load.id)).toEqual([live + 1, live])
    })
  })
}
