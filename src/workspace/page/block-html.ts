import type { AnyBlock, BlockOf, TableCell, TaskCard } from '../block-kit.ts'
import { chartFigure } from './chart-svg.ts'
import { type ChannelChoice, control, field } from './controls.ts'
import { type Html, html } from './html.ts'
import { type ReaderContext, richTextHtml, textHtml } from './rich-text.ts'

const marks = { complete: '✓', in_progress: '●', pending: '○', error: '✗' } as const

/** A block for one reader. */
export function blockHtml(block: AnyBlock, reader: ReaderContext, choice: ChannelChoice): Html {
  const id = block.block_id ?? ''
  switch (block.type) {
    case 'section':
      return html`<div class="section"><div class="section-text">${textHtml(block.text, reader)}</div>
${block.accessory && control(block.accessory, id)}</div>`
    case 'context':
      return html`<div class="context">${block.elements.map((each) => textHtml(each, reader))}</div>`
    case 'actions':
      return html`<div class="actions">${block.elements.map((each) => control(each, id))}</div>`
    case 'input':
      return field(block, choice)
    case 'image':
      // The page fetches nothing from elsewhere: the text for screen readers is shown in place of the picture.
      if (block.slack_file !== undefined) {
        const address = `/files/${block.slack_file.id}/picture.png`
        return html`<figure class="picture">${block.title && html`<figcaption>${block.title.text}</figcaption>`}<img src="${address}" alt="${block.alt_text}"></figure>`
      }
      return html`<figure class="image">${block.title && html`<figcaption>${block.title.text}</figcaption>`}<div>Image: ${block.alt_text}</div></figure>`
    case 'table':
      return tableHtml(block, reader)
    case 'data_table':
      return dataTableHtml(block, reader)
    case 'plan': {
      const tasks = block.tasks ?? []
      const done = tasks.filter((card) => card.status === 'complete').length
      return html`<details class="plan" data-key="${id}" open><summary><span>${block.title}</span> <small>${done} of ${tasks.length} steps</small></summary>
<ol>${tasks.map((card) => taskHtml(card, reader))}</ol></details>`
    }
    case 'header':
      return html`<h2>${block.text.text}</h2>`
    case 'divider':
      return html`<hr>`
    case 'rich_text':
      return richTextHtml(block, reader)
    case 'data_visualization':
      return chartFigure(block)
  }
}

function taskHtml(card: TaskCard, reader: ReaderContext): Html {
  return html`<li class="task ${card.status}">
<span class="mark" role="img" aria-label="${card.status.replace('_', ' ')}">${marks[card.status]}</span><div><span class="task-title">${card.title}</span>
${card.details && richTextHtml(card.details, reader)}${card.output && richTextHtml(card.output, reader)}</div></li>`
}

const cellHtml = (cell: TableCell, reader: ReaderContext, blockId = ''): Html => {
  if (cell.type === 'action_cell') return control(cell.element, blockId)
  return cell.type === 'rich_text' ? richTextHtml(cell, reader) : html`${cell.text}`
}

// "30 Nov 2018, 23:56": a day is not broken at its hyphens, nor a time at its spaces; a sentence is not one word a line.
const mostOfShort = 18

/** The classes of a cell. */
function cellClass(cell: TableCell, alignment: string): string {
  if (cell.type !== 'raw_text') return alignment
  return `${alignment} ${cell.text.length <= mostOfShort ? 'short' : 'long'}`
}

const scrollable = (label: string, table: Html) =>
  html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${table}</div>`

function tableHtml(block: BlockOf<'table'>, reader: ReaderContext): Html {
  const [head = [], ...rows] = block.rows
  const alignment = (column: number) => block.column_settings?.[column]?.align ?? 'left'
  const header = head.map(
    (cell, column) => html`<th scope="col" class="${alignment(column)}">${cellHtml(cell, reader)}</th>`,
  )
  const body = rows.map((row) => {
    const cells = row.map(
      (cell, column) => html`<td class="${cellClass(cell, alignment(column))}">${cellHtml(cell, reader)}</td>`,
    )
    return html`<tr>${cells}</tr>`
  })
  return scrollable('Table', html`<table><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table>`)
}

/** A table with all of its rows; the page's script sorts them and turns the pages. */
function dataTableHtml(block: BlockOf<'data_table'>, reader: ReaderContext): Html {
  const [head = [], ...rows] = block.rows
  const { caption, page_size: size = 5, row_header_column_index: headerColumn = 0 } = block
  // A blank among figures stands where they do.
  const alignments = head.map((_, column) =>
    rows.some((row) => row[column]?.type === 'raw_number') ? 'right' : 'left',
  )
  const header = head.map(
    (cell, column) => html`<th scope="col" class="${alignments[column]}">
<button type="button" data-sort="${column}">${cellHtml(cell, reader)}</button></th>`,
  )
  const body = rows.map((row, n) => {
    const cells = row.map((cell, column) => {
      const content = cellHtml(cell, reader, block.block_id)
      const classes = cellClass(cell, alignments[column] ?? 'left')
      if (column === headerColumn) return html`<th scope="row" class="${classes}">${content}</th>`
      const value = cell.type === 'raw_number' && html` data-value="${cell.value}"`
      return html`<td class="${classes}"${value}>${content}</td>`
    })
    return html`<tr${n >= size && html` hidden`}>${cells}</tr>`
  })
  const table = html`<table><caption>${caption}</caption><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table>`
  const pages = html`<div class="pages" role="group" aria-label="Pages of ${caption}">
<button type="button" class="button" data-turn="-1" disabled>Previous</button><span>1–${size} of ${rows.length}</span>
<button type="button" class="button" data-turn="1">Next</button></div>`
  return html`<div class="data-table" data-page-size="${size}" data-page="0">${scrollable(caption, table)}${rows.length > size && pages}</div>`
}
