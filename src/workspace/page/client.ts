/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { paginate } from './client-table.ts'

/*
 * The page's script. The server makes the whole page; when it says that something has changed, the script fetches the page anew
 * and exchanges the messages that differ. What is typed and pressed it sends to the server.
 */

interface Outcome {
  told?: string
  errors?: Record<string, string>
}

const unsent = 'Not sent: the program does not answer.'
const { as = '' } = document.body.dataset

function show(words: string) {
  const line = document.querySelector<HTMLElement>('.connection')
  if (line === null) return
  line.hidden = words === ''
  line.textContent = words
}

async function post(deed: 'say' | 'press' | 'submit' | 'dismiss', body: object): Promise<Outcome> {
  try {
    const response = await fetch(`/page/${deed}`, { method: 'POST', body: JSON.stringify({ as, ...body }) })
    if (response.ok) return await response.json()
  } catch {
    // Refused: said below, until the event stream has the server back.
  }
  return { told: unsent }
}

/** Each message as the server made it, to see which have changed. */
const made = new Map<string, string>()

function exchange(next: HTMLElement, list: Element) {
  if (made.get(next.id) === next.outerHTML) return
  made.set(next.id, next.outerHTML)
  const old = document.getElementById(next.id)
  if (old === next) return
  if (old === null) {
    // A new message is read out as its own sentence; an edit, which a running step makes every other second, is not.
    document.querySelector('[aria-live=polite]')?.replaceChildren(next.dataset['said'] ?? '')
    return list.append(next)
  }
  const focused = old.contains(document.activeElement) && document.activeElement?.getAttribute('data-action-id')
  for (const shut of old.querySelectorAll<HTMLElement>('details:not([open])'))
    next.querySelector(`details[data-key="${CSS.escape(shut.dataset['key'] ?? '')}"]`)?.removeAttribute('open')
  old.replaceWith(next)
  if (focused) next.querySelector<HTMLElement>(`[data-action-id="${CSS.escape(focused)}"]`)?.focus()
}

/** Brings this page to the state of `page`, which may be this page itself, just loaded. */
function take(page: Document) {
  for (const list of document.querySelectorAll<HTMLElement>('.messages')) {
    const atEnd = page === document || list.scrollHeight - list.scrollTop - list.clientHeight < 80
    const selector = `.messages[data-list="${list.dataset['list']}"] > .message`
    const fresh = [...page.querySelectorAll<HTMLElement>(selector)]
    for (const old of list.children) if (!fresh.some(({ id }) => id === old.id)) old.remove()
    for (const next of fresh) exchange(next, list)
    let day = ''
    for (const message of list.querySelectorAll<HTMLElement>(':scope > .message')) {
      message.classList.toggle('new-day', message.dataset['day'] !== day)
      day = message.dataset['day'] ?? ''
    }
    for (const table of list.querySelectorAll<HTMLElement>('.data-table:not([data-page])')) paginate(table)
    if (atEnd) list.scrollTop = list.scrollHeight
  }
  for (const link of document.querySelectorAll<HTMLElement>('.sidebar a')) {
    const { channel } = link.dataset
    const last = page.querySelector<HTMLElement>(`.sidebar a[data-channel="${channel}"]`)?.dataset['last'] ?? ''
    if (link.hasAttribute('aria-current')) sessionStorage.setItem(`${as} saw ${channel}`, last)
    link.classList.toggle('unread', last > (sessionStorage.getItem(`${as} saw ${channel}`) ?? ''))
  }
  document.querySelector('.hint')?.replaceChildren(...(page.querySelector('.hint')?.cloneNode(true).childNodes ?? []))
  const modal = page.querySelector<HTMLDialogElement>('.modal')
  const open = document.querySelector<HTMLDialogElement>('.modal[open]')
  if (open !== null && open.dataset['view'] !== modal?.dataset['view']) open.remove()
  if (modal !== null && open?.dataset['view'] !== modal.dataset['view']) void ask(modal)
  document.body.dataset['version'] = page.body.dataset['version']
}

/** Shows a dialog and resolves to the value it is closed with. */
function ask(dialog: HTMLDialogElement): Promise<string> {
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      if (dialog.dataset['view'] !== undefined) void post('dismiss', { view_id: dialog.dataset['view'] })
      resolve(dialog.returnValue)
    })
  })
}

function entered(root: ParentNode) {
  return [...root.querySelectorAll<HTMLInputElement>(':is(input, textarea, select)[data-action-id]')].map((input) => ({
    block_id: input.dataset['blockId'] ?? '',
    action_id: input.dataset['actionId'] ?? '',
    value: input.value,
  }))
}

async function press(pressed: HTMLButtonElement | HTMLSelectElement) {
  const message = pressed.closest<HTMLElement>('.message')
  if (message === null) return
  const question = pressed.nextElementSibling
  const dialog = question instanceof HTMLTemplateElement && question.content.querySelector('dialog')
  if (dialog && (await ask(document.importNode(dialog, true))) !== 'yes') return
  const { channel, ts } = message.dataset
  const { blockId: block_id, actionId: action_id, url } = pressed.dataset
  if (url !== undefined) window.open(url, '_blank', 'noopener')
  pressed.setAttribute('aria-busy', 'true')
  const around = { value: pressed.value, entered: entered(message) }
  const { told = '' } = await post('press', { channel, ts, block_id, action_id, ...around })
  pressed.removeAttribute('aria-busy')
  show(told)
}

async function submit(form: HTMLFormElement, dialog: HTMLElement) {
  const button = form.querySelector<HTMLButtonElement>('[type=submit]')
  if (button !== null) button.disabled = true
  const { errors = {}, told = '' } = await post('submit', { view_id: dialog.dataset['view'], entered: entered(form) })
  if (button !== null) button.disabled = false
  for (const input of form.querySelectorAll<HTMLInputElement>('.field [data-block-id]')) {
    const error = errors[input.dataset['blockId'] ?? ''] ?? ''
    input.parentElement?.querySelector('.error')?.replaceChildren(error)
    input.setAttribute('aria-invalid', String(error !== ''))
  }
  form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  form.querySelector(':scope > .error')?.replaceChildren(told)
}

const typed: string[] = JSON.parse(sessionStorage.getItem('typed') ?? '[]')
let recalled = typed.length

async function send({ dataset: { channel, thread } }: HTMLElement, box: HTMLTextAreaElement) {
  const text = box.value
  if (text.trim() === '') return
  recalled = typed.push(text)
  sessionStorage.setItem('typed', JSON.stringify(typed.slice(-50)))
  box.value = ''
  const { told } = await post('say', { channel, text, ...(thread && { thread_ts: thread }) })
  if (told !== unsent) return
  box.value = text
  show(unsent)
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || form.method === 'dialog') return
  event.preventDefault()
  const dialog = form.closest<HTMLElement>('.modal')
  const box = form.querySelector('textarea')
  if (dialog !== null) void submit(form, dialog)
  else if (box !== null) void send(form, box)
})

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null
  if (button?.dataset['actionId'] !== undefined) void press(button)
  if (button?.dataset['dismiss'] !== undefined) button.closest('dialog')?.close()
})

document.addEventListener('change', ({ target: select }) => {
  if (!(select instanceof HTMLSelectElement) || select.value === '') return
  if (select.closest('.message') !== null) void press(select)
  if (select.dataset['persona'] === undefined) return
  const { searchParams } = new URL(location.href)
  searchParams.set('as', select.value)
  searchParams.delete('thread')
  location.assign(`/?${searchParams}`)
})

document.addEventListener('keydown', (event) => {
  const box = event.target
  if (!(box instanceof HTMLTextAreaElement) || box.closest('.composer') === null || event.isComposing) return
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault()
    box.form?.requestSubmit()
  } else if (step !== undefined && box.value === (typed[recalled] ?? '')) {
    event.preventDefault()
    recalled = Math.min(typed.length, Math.max(0, recalled + step))
    box.value = typed[recalled] ?? ''
  }
})

let newest = ''
let fetching = false
const stream = new EventSource('/page/events')
stream.onerror = () => show('Connection lost. Trying again…')
stream.onopen = () => show('')
stream.onmessage = async ({ data }) => {
  newest = data
  if (fetching || newest === document.body.dataset['version']) return
  fetching = true
  try {
    for (let seen = ''; seen !== newest; ) {
      seen = newest
      const response = await fetch(location.href)
      take(new DOMParser().parseFromString(await response.text(), 'text/html'))
    }
  } finally {
    fetching = false
  }
}

take(document)
const boxes = document.querySelectorAll<HTMLTextAreaElement>('.composer textarea')
boxes[boxes.length - 1]?.focus()
