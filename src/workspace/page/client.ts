/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { post, press, sendsAction, showNotice, submit } from './client-actions.ts'
import {
  handleInput,
  handleKey,
  handleSuggestionClick,
  hideSuggestions,
  restoreDrafts,
  send,
} from './client-composer.ts'
import { handleTableClick, scrollToLatest, updateJumpButton, updateTo } from './client-update.ts'

/*
 * The page's script. The server makes all of the page's HTML. When the server reports a change, the script fetches the page again
 * and replaces what differs. It sends to the server what a person types and clicks.
 */

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || form.method === 'dialog') return
  event.preventDefault()
  const dialog = form.closest<HTMLElement>('.modal')
  const box = form.querySelector('textarea')
  if (dialog !== null) void submit(form, dialog)
  else if (box !== null) void send(box)
})

document.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return
  const option = target.closest<HTMLElement>('[role=option]')
  if (option !== null) handleSuggestionClick(option)
  const button = target.closest('button')
  if (button?.dataset['jump'] !== undefined) scrollToLatest(button)
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

const composerBox = (target: EventTarget | null) =>
  target instanceof HTMLTextAreaElement && target.closest('.composer') !== null ? target : undefined

document.addEventListener('keydown', (event) => {
  const { target, key } = event
  if (target instanceof HTMLInputElement && target.type === 'time' && key === 'Enter' && sendsAction(target))
    target.blur()
  const box = composerBox(target)
  if (box !== undefined) handleKey(box, event)
})

document.addEventListener('input', ({ target }) => {
  const box = composerBox(target)
  if (box !== undefined) handleInput(box)
})

document.addEventListener('focusout', ({ target }) => {
  const box = composerBox(target)
  if (box !== undefined) hideSuggestions(box)
})

// A click on a suggestion leaves the focus in the box.
document.addEventListener('mousedown', (event) => {
  if (event.target instanceof Element && event.target.closest('[role=listbox]') !== null) event.preventDefault()
})

// A list's own scroll events do not bubble.
document.addEventListener('scroll', ({ target }) => target instanceof HTMLElement && updateJumpButton(target), true)
addEventListener('resize', () => {
  for (const list of document.querySelectorAll<HTMLElement>('.messages')) updateJumpButton(list)
})

let newest = ''
let fetching = false
const stream = new EventSource('/page/events')
stream.onerror = () => showNotice('Connection lost. Reconnecting…')
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

restoreDrafts()
holdPage(false)
// Also when a person comes back to a page that they left.
addEventListener('pageshow', () => holdPage(false))

updateTo(document)
const { tab } = document.body.dataset
if (tab) void post('openTab', { tab }).then(({ notice }) => notice && showNotice(notice))
boxes[boxes.length - 1]?.focus()
