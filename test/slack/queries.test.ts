import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Answer } from '../../src/core/answer.ts'
import type { TableReply } from '../../src/core/reply.ts'
import { columnInSentence, formatColumn } from '../../src/core/tables.ts'
import { readLibrary } from '../../src/library.ts'
import { presentAnswer } from '../../src/slack/present/index.ts'
import { sqlFolder } from '../support/catalog.ts'
import { createLoadedWarehouse } from '../support/warehouse.ts'
import { view } from './present/look.ts'

const { queries } = await readLibrary(sqlFolder)

const cell = z.object({ type: z.string(), text: z.string(), value: z.number().optional() })
const tableBlock = z.object({ rows: z.array(z.array(cell)) })
const points = z.object({
  chart: z.object({
    series: z.array(z.object({ name: z.string(), data: z.array(z.object({ label: z.string(), value: z.number() })) })),
  }),
})

/** What `--json` would print of an answer: its table as a script reads it. */
function printed(answer: Answer): TableReply {
  const table: Answer = JSON.parse(JSON.stringify(answer))
  const found = table.replies.find((reply) => reply.kind === 'table')
  if (found === undefined) throw new Error(`no table: ${answer.headline}`)
  return found
}

describe('the numbers in Slack are those of --json', () => {
  it('in the table and the chart of every query', async () => {
    const { bot } = await createLoadedWarehouse()
    for (const { name } of queries) {
      const answer = await bot.say(name)
      const table = printed(answer)
      if (table.rows.length === 0) continue
      const [native, older] = presentAnswer(answer, view).main
      for (const message of [native, older]) {
        const block = message?.blocks.find(({ type }) => type === 'data_table' || type === 'table')
        const [head = [], ...rows] = tableBlock.parse(block).rows
        // One row of many columns lies down.
        const lying = head[0]?.text === 'Column'
        const shown = lying ? [rows.map(([, value]) => value)] : rows
        const written = table.columns.map((_, c) =>
          formatColumn(
            table.rows.map((cells) => cells[c] ?? null),
            table.formats?.[c] ?? 'text',
          ),
        )
        expect([name, shown.length]).toEqual([name, Math.min(table.rows.length, 100)])
        for (const [r, row] of shown.entries())
          for (const [c, got] of row.entries()) {
            const wanted = table.rows[r]?.[c] ?? null
            expect([name, r, c, got?.text]).toEqual([name, r, c, written[c]?.(wanted)])
            if (got?.value !== undefined) expect([name, r, c, got.value]).toEqual([name, r, c, wanted])
          }
      }
      const chart = native.blocks.find(({ type }) => type === 'data_visualization')
      const drawn = points.safeParse(chart)
      for (const { name: series, data } of drawn.data?.chart.series ?? []) {
        const column = table.rows.map(
          (row) => row[table.columns.findIndex((one) => columnInSentence(table, one) === series)],
        )
        const values = data.map(({ value }) => value)
        expect([name, series, [column.slice(0, values.length), column.slice(-values.length)]]).toEqual([
          name,
          series,
          expect.arrayContaining([values]),
        ])
      }
    }
  }, 60_000)
})
