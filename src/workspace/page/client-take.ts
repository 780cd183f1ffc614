/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { as } from './client-post.ts'
import { ask } from './client-press.ts'
import { paginate } from './client-table.ts'

/** Each message and each block of a Home tab as the server made it, to see which have changed. */
const made = new Map<string, string>()

/** The element that stands for `next` in this page: the one that is there, if nothing about it has changed. */
function exchange(next: HTMLElement): HTMLElement {
  const old = document.getElementById(next.id)
  if (old !== null && made.get(next.id) === next.outerHTML) return old
  made.set(next.id, next.outerHTML)
  if (old === next) return next
  if (old === null) {
    // A new message is read out as its own sentence; an edit, which a running step makes every other second, is not.
    const { said } = next.dataset
    if (said !== undefined) document.querySelector('[aria-live=polite]')?.replaceChildren(said)
    return next
  }
  const focused = old.contains(document.activeElement) && document.activeElement?.getAttribute('data-action-id')
  for (const shut of old.querySelectorAll<HTMLElement>('details:not([open])'))
    next.querySelector(`details[data-key="${CSS.escape(shut.dataset['key'] ?? '')}"]`)?.removeAttribute('open')
  old.replaceWith(next)
  if (focused) next.querySelector<HTMLElement>(`[data-action-id="${CSS.escape(focused)}"]`)?.focus()
  return next
}

function takeList(list: HTMLElement, page: Document) {
  const there = page.querySelector<HTMLElement>(`[data-list="${list.dataset['list']}"]`)
  const home = there?.dataset['home']
  if (home !== undefined) list.dataset['home'] = home
  const fresh = [...(there?.querySelectorAll<HTMLElement>(':scope > [id]') ?? [])]
  for (const old of [...list.children]) if (!fresh.some(({ id }) => id === old.id)) old.remove()
  fresh.forEach((next, n) => {
    const shown = exchange(next)
    const at = list.children[n] ?? null
    if (shown !== at) list.insertBefore(shown, at)
  })
  for (const table of list.querySelectorAll<HTMLElement>('.data-table:not([data-page])')) paginate(table)
}

function takeMessages(list: HTMLElement, page: Document) {
  const atEnd = page === document || list.scrollHeight - list.scrollTop - list.clientHeight < 80
  takeList(list, page)
  let day = ''
  for (const message of list.querySelectorAll<HTMLElement>(':scope > .message')) {
    message.classList.toggle('new-day', message.dataset['day'] !== day)
    day = message.dataset['day'] ?? ''
  }
  if (atEnd) list.scrollTop = list.scrollHeight
}

/** Marks what has messages that this person has not looked at. */
function takeUnread(page: Document) {
  const reading = document.body.dataset['tab'] !== 'home'
  for (const link of document.querySelectorAll<HTMLElement>('a[data-channel]')) {
    const { channel } = link.dataset
    const last = page.querySelector<HTMLElement>(`a[data-channel="${channel}"]`)?.dataset['last'] ?? ''
    if (reading && link.hasAttribute('aria-current')) sessionStorage.setItem(`${as} saw ${channel}`, last)
    link.classList.toggle('unread', last > (sessionStorage.getItem(`${as} saw ${channel}`) ?? ''))
  }
}

/** Brings this page to the state of `page`, which may be this page itself, just loaded. */
export function take(page: Document): void {
  for (const list of document.querySelectorAll<HTMLElement>('.messages')) takeMessages(list, page)
  for (const list of document.querySelectorAll<HTMLElement>('.home')) takeList(list, page)
  takeUnread(page)
  document.querySelector('.hint')?.replaceChildren(...(page.querySelector('.hint')?.cloneNode(true).childNodes ?? []))
  const modal = page.querySelector<HTMLDialogElement>('.modal')
  const open = document.querySelector<HTMLDialogElement>('.modal[open]')
  if (open !== null && open.dataset['view'] !== modal?.dataset['view']) open.remove()
  if (modal !== null && open?.dataset['view'] !== modal.dataset['view']) void ask(modal)
  document.body.dataset['version'] = page.body.dataset['version']
}
