/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { notSent, post, press, sendsAction, showNotice, submit } from './client-actions.ts'
import { handleTableClick, updateTo } from './client-update.ts'

/*
 * The page's script. The server makes all of the page's HTML. When the server reports a change, the script fetches the page again
 * and replaces what differs. It sends to the server what a person types and clicks.
 */

const typed: string[] = JSON.parse(sessionStorage.getItem('typed') ?? '[]')
let recalled = typed.length

async function send({ dataset: { channel, thread } }: HTMLElement, box: HTMLTextAreaElement) {
  const text = box.value
  if (text.trim() === '') return
  recalled = typed.push(text)
  sessionStorage.setItem('typed', JSON.stringify(typed.slice(-50)))
  box.value = ''
  const { notice } = await post('send', { channel, text, ...(thread && { thread_ts: thread }) })
  if (notice !== notSent) return
  box.value = text
  showNotice(notSent)
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
  if (button !== null) handleTableClick(button)
})

document.addEventListener('change', ({ target: select }) => {
  if (!(select instanceof HTMLSelectElement) || select.value === '') return
  if (sendsAction(select)) void press(select)
  if (select.dataset['persona'] === undefined) return
  const { searchParams } = new URL(location.href)
  searchParams.set('as', select.value)
  searchParams.delete('thread')
  holdPage(true)
  location.assign(`/?${searchParams}`)
})

// A time changes with every digit that is typed; as in Slack, it is sent when the picker loses the focus.
document.addEventListener('focusout', ({ target: time }) => {
  if (!(time instanceof HTMLInputElement) || time.type !== 'time' || !sendsAction(time)) return
  if (time.value !== '' && time.value !== time.defaultValue) void press(time)
})

document.addEventListener('keydown', (event) => {
  const box = event.target
  if (box instanceof HTMLInputElement && box.type === 'time' && event.key === 'Enter' && sendsAction(box)) box.blur()
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
stream.onerror = () => showNotice('Connection lost. Trying again…')
stream.onopen = () => showNotice('')
stream.onmessage = async ({ data }) => {
  newest = data
  if (fetching || newest === document.body.dataset['version']) return
  fetching = true
  try {
    for (let seen = ''; seen !== newest; ) {
      seen = newest
      const response = await fetch(location.href)
      updateTo(new DOMParser().parseFromString(await response.text(), 'text/html'))
    }
  } finally {
    fetching = false
  }
}

const boxes = document.querySelectorAll<HTMLTextAreaElement>('.composer textarea')

/** The page takes no text, clicks or choices until this script can send them, nor while another page loads: none are lost. */
function holdPage(held: boolean) {
  document.body.inert = held
  for (const box of boxes) box.readOnly = held
  for (const select of document.querySelectorAll<HTMLSelectElement>('[data-persona]')) select.disabled = held
}

holdPage(false)
// Also when a person comes back to a page that they left.
addEventListener('pageshow', () => holdPage(false))

updateTo(document)
const { tab } = document.body.dataset
if (tab) void post('openTab', { tab }).then(({ notice }) => notice && showNotice(notice))
boxes[boxes.length - 1]?.focus()
