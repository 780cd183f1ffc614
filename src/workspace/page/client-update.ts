/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { as, hideProgress, openDialog } from './client-actions.ts'

/** The markup of each message and of each block of a Home tab as the server made it, to see which have changed. */
const received = new Map<string, string>()

/** The element to show for `next`: the one in the page, if nothing about it has changed. */
function reconcile(next: HTMLElement): HTMLElement {
  const old = document.getElementById(next.id)
  if (old !== null && received.get(next.id) === next.outerHTML) return old
  received.set(next.id, next.outerHTML)
  if (old === next) return next
  if (old === null) {
    // A new message is announced with its text; an edit, which a running step makes every other second, is not.
    const { announce } = next.dataset
    if (announce !== undefined) document.querySelector('[aria-live=polite]')?.replaceChildren(announce)
    return next
  }
  const focused = old.contains(document.activeElement) && document.activeElement?.getAttribute('data-action-id')
  for (const closed of old.querySelectorAll<HTMLElement>('details:not([open])'))
    next.querySelector(`details[data-key="${CSS.escape(closed.dataset['key'] ?? '')}"]`)?.removeAttribute('open')
  old.replaceWith(next)
  if (focused) next.querySelector<HTMLElement>(`[data-action-id="${CSS.escape(focused)}"]`)?.focus()
  return next
}

/** Brings a list to the state of `page`, and gives the elements that are new or have changed. */
function updateList(list: HTMLElement, page: Document): readonly HTMLElement[] {
  const fresh = page.querySelector<HTMLElement>(`[data-list="${list.dataset['list']}"]`)
  const home = fresh?.dataset['home']
  if (home !== undefined) list.dataset['home'] = home
  const items = [...(fresh?.querySelectorAll<HTMLElement>(':scope > [id]') ?? [])]
  for (const old of [...list.children]) if (!items.some(({ id }) => id === old.id)) old.remove()
  return items.filter((next, n) => {
    const shown = reconcile(next)
    const at = list.children[n] ?? null
    if (shown !== at) list.insertBefore(shown, at)
    return shown === next
  })
}

/** Whether a list shows its newest message, or nearly. */
function isAtEnd(list: HTMLElement): boolean {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 80
}

/** Offers to jump to the newest message where the list shows older ones. */
export function updateJumpButton(list: HTMLElement): void {
  const button = list.parentElement?.querySelector<HTMLElement>('[data-jump]')
  if (button && list.matches('.messages')) button.hidden = isAtEnd(list)
}

/** Scrolls the list of messages around this element to its newest message. */
export function scrollToLatest(near: HTMLElement): void {
  const list = near.closest('main, .thread')?.querySelector<HTMLElement>('.messages')
  if (!list) return
  list.scrollTop = list.scrollHeight
  updateJumpButton(list)
}

function updateMessages(list: HTMLElement, page: Document) {
  const wasAtEnd = page === document || isAtEnd(list)
  const newest = list.lastElementChild?.id
  const changed = updateList(list, page)
  let day = ''
  for (const message of list.querySelectorAll<HTMLElement>(':scope > .message')) {
    message.classList.toggle('new-day', message.dataset['day'] !== day)
    day = message.dataset['day'] ?? ''
  }
  const isAnswered = list.dataset['follow'] !== undefined && list.lastElementChild?.id !== newest
  if (isAnswered) delete list.dataset['follow']
  if (wasAtEnd || isAnswered) scrollToLatest(list)
  else updateJumpButton(list)
  if (page !== document && changed.some(({ dataset }) => dataset['author'] !== as)) hideProgress()
}

/** Marks the channels that have messages this person has not seen. */
function updateUnread(page: Document) {
  const reading = document.body.dataset['tab'] !== 'home'
  for (const link of document.querySelectorAll<HTMLElement>('a[data-channel]')) {
    const { channel } = link.dataset
    const last = page.querySelector<HTMLElement>(`a[data-channel="${channel}"]`)?.dataset['last'] ?? ''
    if (reading && link.hasAttribute('aria-current')) sessionStorage.setItem(`${as} saw ${channel}`, last)
    link.classList.toggle('unread', last > (sessionStorage.getItem(`${as} saw ${channel}`) ?? ''))
  }
}

/** Brings this page to the state of `page`, which is this page itself when it has just loaded. */
export function updateTo(page: Document): void {
  for (const list of document.querySelectorAll<HTMLElement>('.messages')) updateMessages(list, page)
  for (const list of document.querySelectorAll<HTMLElement>('.home'))
    if (updateList(list, page).length > 0 && page !== document) hideProgress()
  updateUnread(page)
  document.querySelector('.hint')?.replaceChildren(...(page.querySelector('.hint')?.cloneNode(true).childNodes ?? []))
  const modal = page.querySelector<HTMLDialogElement>('.modal')
  const open = document.querySelector<HTMLDialogElement>('.modal[open]')
  if (open !== null && open.dataset['view'] !== modal?.dataset['view']) open.remove()
  if (modal !== null && open?.dataset['view'] !== modal.dataset['view']) {
    hideProgress()
    void openDialog(modal)
  }
  document.body.dataset['version'] = page.body.dataset['version']
}

/** Shows one page of a data table; the first is 0. */
function showPage(table: HTMLElement, page: number) {
  const rows = [...table.querySelectorAll<HTMLTableRowElement>('tbody tr')]
  const size = Number(table.dataset['pageSize'])
  const [first, end] = [page * size, Math.min(rows.length, (page + 1) * size)]
  table.dataset['page'] = String(page)
  rows.forEach((row, n) => {
    row.hidden = n < first || n >= end
  })
  table.querySelector('.pages span')?.replaceChildren(`${first + 1}–${end} of ${rows.length}`)
  for (const button of table.querySelectorAll<HTMLButtonElement>('[data-turn]'))
    button.disabled = button.dataset['turn'] === '1' ? end === rows.length : first === 0
}

/** Sorts a data table by the column of a heading; a second click reverses the order. */
function sortBy(table: HTMLElement, head: HTMLElement, column: number) {
  const body = table.querySelector('tbody')
  if (body === null) return
  const rows = [...body.rows]
  const isDown = head.getAttribute('aria-sort') === 'ascending'
  // Numbers are compared only where every cell of the column is one, as in Slack.
  const isNumeric = rows.every((row) => row.cells[column]?.dataset['value'] !== undefined)
  const numberIn = (row: HTMLTableRowElement) => Number(row.cells[column]?.dataset['value'])
  const textIn = (row: HTMLTableRowElement) => row.cells[column]?.textContent ?? ''
  rows.sort((a, b) => {
    const ascending = isNumeric ? numberIn(a) - numberIn(b) : textIn(a).localeCompare(textIn(b))
    return isDown ? -ascending : ascending
  })
  for (const other of table.querySelectorAll('th')) other.removeAttribute('aria-sort')
  head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending')
  body.append(...rows)
  showPage(table, 0)
}

/** Sorts a data table or turns its page, where that is what this button does. */
export function handleTableClick(button: HTMLElement): void {
  const table = button.closest<HTMLElement>('.data-table')
  const head = button.closest('th')
  const { sort, turn } = button.dataset
  if (table === null) return
  if (sort !== undefined && head !== null) sortBy(table, head, Number(sort))
  if (turn !== undefined) showPage(table, Number(table.dataset['page']) + Number(turn))
}
