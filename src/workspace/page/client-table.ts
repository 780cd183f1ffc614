/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Gives a data table its pages and its sorting by a press on a column's head. */
export function paginate(table: HTMLElement): void {
  const body = table.querySelector('tbody')
  const pages = table.querySelector<HTMLElement>('.pages')
  const rows = [...table.querySelectorAll<HTMLTableRowElement>('tbody tr')]
  const size = Number(table.dataset['pageSize'])
  const last = Math.ceil(rows.length / size) - 1
  if (body === null || pages === null) return

  const show = (page: number) => {
    table.dataset['page'] = String(page)
    body.replaceChildren(...rows.slice(page * size, (page + 1) * size))
    if (last < 1) return
    const turn = (label: string, to: number) => {
      const button = document.createElement('button')
      Object.assign(button, { type: 'button', className: 'button', textContent: label, disabled: to < 0 || to > last })
      button.addEventListener('click', () => show(to))
      return button
    }
    const range = `${page * size + 1}–${Math.min(rows.length, (page + 1) * size)} of ${rows.length}`
    pages.replaceChildren(turn('Previous', page - 1), range, turn('Next', page + 1))
  }

  const keyOf = (row: HTMLTableRowElement, column: number) => {
    const cell = row.cells[column]
    return { number: Number(cell?.dataset['value']), text: cell?.textContent ?? '' }
  }
  for (const button of table.querySelectorAll<HTMLButtonElement>('[data-sort]')) {
    const head = button.closest('th')
    button.addEventListener('click', () => {
      const down = head?.getAttribute('aria-sort') === 'ascending'
      const column = Number(button.dataset['sort'])
      // Numbers are compared only where every cell of the column is one, as in Slack.
      const numeric = rows.every((row) => row.cells[column]?.dataset['value'] !== undefined)
      rows.sort((a, b) => {
        const [left, right] = [keyOf(a, column), keyOf(b, column)]
        return (down ? -1 : 1) * (numeric ? left.number - right.number : left.text.localeCompare(right.text))
      })
      for (const other of table.querySelectorAll('th')) other.removeAttribute('aria-sort')
      head?.setAttribute('aria-sort', down ? 'descending' : 'ascending')
      show(0)
    })
  }
  show(0)
}
