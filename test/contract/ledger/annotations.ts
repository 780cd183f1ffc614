import { describe, expect, it } from 'vitest'
import type { NewAnnotation } from '../../../src/core/ports/annotations.ts'
import { anna, noon, type OpenLedger, openLedgers } from './world.ts'

const note = (key: string, first: string, last = first): NewAnnotation => ({
  key,
  kind: 'person',
  first: `2018-11-${first}`,
  last: `2018-11-${last}`,
  text: key,
  author: anna,
  created: noon.toISOString(),
})

/** What every ledger does with notes on days. */
export function describeAnnotations(open: OpenLedger): void {
  const { pair } = openLedgers(open)

  describe('notes on days', () => {
    it('are added once under their key, changed and removed', async () => {
      const [{ annotations }, other] = await pair()
      const added = await annotations.add(note('a', '05'))
      expect(added).toEqual({ ...note('a', '05'), id: added.id })
      expect(await other.annotations.add({ ...note('a', '06'), text: 'another' })).toEqual(added)
      const bot = await other.annotations.add({ ...note('b', '05'), kind: 'bot', author: null })
      expect(bot.author).toBeNull()
      const changes = { first: '2018-11-07', last: '2018-11-08', text: 'moved' }
      expect(await other.annotations.change(added.id, changes)).toEqual({ ...added, ...changes })
      expect(await annotations.get(added.id)).toEqual({ ...added, ...changes })
      expect(await annotations.get(bot.id)).toEqual(bot)
      expect(await annotations.remove(added.id)).toBe(true)
      expect([await other.annotations.remove(added.id), await other.annotations.change(added.id, changes)]).toEqual([
        false,
        null,
      ])
      expect(await annotations.list()).toEqual([bot])
    })

    it('are listed by their first day, then by number: all, or those that share a day with a span', async () => {
      const [{ annotations }] = await pair()
      for (const [key, first, last] of [
        ['late', '20', '20'],
        ['long', '05', '15'],
        ['same', '05', '06'],
        ['early', '01', '04'],
      ] as const) {
        await annotations.add(note(key, first, last))
      }
      const listed = async (...spans: readonly (readonly [first: string, last: string])[]) =>
        (
          await annotations.list(spans.map(([first, last]) => ({ first: `2018-11-${first}`, last: `2018-11-${last}` })))
        ).map(({ key }) => key)
      expect((await annotations.list()).map(({ key }) => key)).toEqual(['early', 'long', 'same', 'late'])
      expect(await listed()).toEqual([])
      expect(await listed(['15', '19'])).toEqual(['long'])
      expect(await listed(['04', '05'])).toEqual(['early', 'long', 'same'])
      expect(await listed(['16', '19'])).toEqual([])
      expect(await listed(['10', '10'], ['20', '30'])).toEqual(['long', 'late'])
    })
  })
}
