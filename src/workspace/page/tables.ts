import type { Block, Cell } from '../block-kit.ts'
import { type Html, html } from './html.ts'

/**
 * A `table` or `data_table` as an HTML table with real headers; a `data_table` gets its sorting and pages from the page's script.
 * Made here because slack-blocks-to-jsx leaves a `data_table` empty, throws on `raw_number` and writes no `<th>`.
 */
export function tableOf(
  block: Extract<Block, { type: 'table' | 'data_table' }>,
  rich: (cell: Extract<Cell, { type: 'rich_text' }>) => Html,
): Html {
  const [head = [], ...rows] = block.rows
  const data = block.type === 'data_table'
  const shown = (cell: Cell) => (cell.type === 'rich_text' ? rich(cell) : cell.text)
  const alignment = (column: number, cell: Cell | undefined) => {
    if (block.type === 'table') return block.column_settings?.[column]?.align ?? 'left'
    return cell?.type === 'raw_number' ? 'right' : 'left'
  }
  const header = head.map((cell, column) => {
    const content = data ? html`<button type="button" data-sort="${column}">${shown(cell)}</button>` : shown(cell)
    return html`<th scope="col" class="${alignment(column, rows[0]?.[column])}">${content}</th>`
  })
  const body = rows.map((row) => {
    const cells = row.map((cell, column) => {
      const align = alignment(column, cell)
      if (data && column === (block.row_header_column_index ?? 0))
        return html`<th scope="row" class="${align}">${shown(cell)}</th>`
      const value = cell.type === 'raw_number' ? html` data-value="${cell.value}"` : undefined
      return html`<td class="${align}"${value}>${shown(cell)}</td>`
    })
    return html`<tr>${cells}</tr>`
  })
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="${data ? block.caption : 'Table'}"><table>
${data && html`<caption>${block.caption}</caption>`}<thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`
  return data
    ? html`<div class="data-table" data-page-size="${block.page_size ?? 5}">${table}<nav class="pages"></nav></div>`
    : table
}
