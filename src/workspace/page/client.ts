/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { post, show, unsent } from './client-post.ts'
import { press, sendsByItself, submit } from './client-press.ts'
import { take } from './client-take.ts'

/*
 * The page's script. The server makes the whole page; when it says that something has changed, the script fetches the page anew
 * and exchanges what differs. What is typed and pressed it sends to the server.
 */

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
  if (sendsByItself(select)) void press(select)
  if (select.dataset['persona'] === undefined) return
  const { searchParams } = new URL(location.href)
  searchParams.set('as', select.value)
  searchParams.delete('thread')
  holdPage(true)
  location.assign(`/?${searchParams}`)
})

// A time changes with every digit that is typed; like Slack's picker, it is sent when one is done with it.
document.addEventListener('focusout', ({ target: time }) => {
  if (!(time instanceof HTMLInputElement) || time.type !== 'time' || !sendsByItself(time)) return
  if (time.value !== '' && time.value !== time.defaultValue) void press(time)
})

document.addEventListener('keydown', (event) => {
  const box = event.target
  if (box instanceof HTMLInputElement && box.type === 'time' && event.key === 'Enter' && sendsByItself(box)) box.blur()
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

const boxes = document.querySelectorAll<HTMLTextAreaElement>('.composer textarea')

/** Nothing takes words, clicks or choices until this script can send them, nor while another page comes: none are lost. */
function holdPage(held: boolean) {
  document.body.inert = held
  for (const box of boxes) box.readOnly = held
  for (const select of document.querySelectorAll<HTMLSelectElement>('[data-persona]')) select.disabled = held
}

holdPage(false)
// Again when one comes back to a page that was left.
addEventListener('pageshow', () => holdPage(false))

take(document)
const { tab } = document.body.dataset
if (tab) void post('enter', { tab }).then(({ told }) => told && show(told))
boxes[boxes.length - 1]?.focus()
