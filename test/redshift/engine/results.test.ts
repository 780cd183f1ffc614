import type { Field } from '@aws-sdk/client-redshift-data'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StatementPage } from '../../../src/redshift/engine/data-api.ts'
import { readResult } from '../../../src/redshift/engine/results.ts'

const never = new AbortController().signal

/** A result of so many numbers, in pages of these sizes and of one row each after them; only its first page names the columns. */
function served(count: number, sizes: readonly number[], reports: boolean) {
  const asked: (string | undefined)[] = []
  const page = async (id: string, token: string | undefined, signal: AbortSignal): Promise<StatementPage | null> => {
    expect([id, signal]).toEqual(['s', never])
    asked.push(token)
    const [from, at] = token === undefined ? [0, 0] : [Number(token.split(' ')[0]), Number(token.split(' ')[1])]
    const to = Math.min(count, from + (sizes[at] ?? 1))
    const records = Array.from({ length: to - from }, (_, n): Field[] => [{ longValue: from + n }])
    return {
      columns: token === undefined ? [{ label: 'n', name: 'no', typeName: 'int4' }] : [],
      records,
      total: reports ? count : undefined,
      next: to < count ? `${to} ${at + 1}` : undefined,
    }
  }
  return { api: { page }, asked }
}

describe('a result in pages', () => {
  it('is read up to the rows that are wanted, to its end where only that tells how many there are', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 20 }),
        sizes,
        fc.nat({ max: 25 }),
        fc.boolean(),
        async (count, by, most, reports) => {
          const { api, asked } = served(count, by, reports)
          const rows = Array.from({ length: Math.min(count, most) }, (_, n) => [n])
          const columns = [{ name: 'n', format: 'integer' }]
          expect(await readResult(api, 's', { maxRows: most }, never)).toEqual({ columns, rows, total: count })
          const enough = asked.findIndex((token) => Number(token?.split(' ')[0] ?? 0) >= Math.max(most, 1))
          if (reports) expect(enough).toBe(-1)
          expect(new Set(asked).size).toBe(asked.length)
        },
      ),
    )
  })

  it('is read to its end where the newest rows come last and are kept', async () => {
    const { api } = served(7, [2, 2], true)
    const read = await readResult(api, 's', { maxRows: 3, timeOrder: { after: 1 } }, never)
    expect(read).toMatchObject({ rows: [[0], [5], [6]], total: 7 })
  })

  it('is none where a page of it is not there any more', async () => {
    const { api } = served(4, [2], true)
    const cut = {
      page: async (...[id, token, signal]: Parameters<typeof api.page>) =>
        token === undefined ? api.page(id, token, signal) : null,
    }
    expect(await readResult(cut, 's', { maxRows: 10 }, never)).toBeNull()
    expect(await readResult(cut, 's', { maxRows: 2 }, never)).toMatchObject({ rows: [[0], [1]], total: 4 })
  })

  it('names its columns by their labels, their names, or their places', async () => {
    const columns = [{ label: 'a', name: 'b' }, { name: 'b' }, {}]
    const page = async () => ({ columns, records: [], total: undefined, next: undefined })
    expect((await readResult({ page }, 's', { maxRows: 1 }, never))?.columns.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'column 3',
    ])
  })
})
