/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { as, hideProgress, notSent, post, showNotice, showWaiting } from './client-actions.ts'
import { scrollToLatest } from './client-update.ts'

/*
 * The box to type in: drafts, suggestions, and what was sent before.
 */

const sent: string[] = JSON.parse(sessionStorage.getItem('sent') ?? '[]')
let recalled = sent.length

const composerOf = (box: HTMLTextAreaElement) => box.closest<HTMLElement>('.composer')

function draftKey(composer: HTMLElement): string {
  return `draft ${as} ${composer.dataset['channel']} ${composer.dataset['thread']}`
}

function keepDraft(box: HTMLTextAreaElement) {
  const composer = composerOf(box)
  if (composer === null) return
  if (box.value === '') localStorage.removeItem(draftKey(composer))
  else localStorage.setItem(draftKey(composer), box.value)
}

/** Puts the drafts of this page's conversations into their boxes, where they stay until they are sent. */
export function restoreDrafts(): void {
  for (const box of document.querySelectorAll<HTMLTextAreaElement>('.composer textarea')) {
    const composer = composerOf(box)
    if (composer !== null) box.value = localStorage.getItem(draftKey(composer)) ?? ''
  }
}

function setText(box: HTMLTextAreaElement, text: string) {
  box.value = text
  keepDraft(box)
  suggest(box)
}

/** Sends what is in the box. It comes back into the box where it did not reach the server. */
export async function send(box: HTMLTextAreaElement): Promise<void> {
  const text = box.value
  const composer = composerOf(box)
  if (composer === null || text.trim() === '') return
  const { channel, thread, direct } = composer.dataset
  recalled = sent.push(text)
  sessionStorage.setItem('sent', JSON.stringify(sent.slice(-50)))
  setText(box, '')
  if (text.startsWith('/') || direct !== undefined || text.toLowerCase().includes(`@${document.body.dataset['bot']}`))
    showWaiting(composer)
  scrollToLatest(composer)
  const { notice } = await post('send', { channel, text, ...(thread && { thread_ts: thread }) })
  if (notice !== undefined) hideProgress()
  if (notice !== notSent) return
  setText(box, text)
  showNotice(notSent)
}

const listOf = (box: HTMLTextAreaElement) => composerOf(box)?.querySelector<HTMLElement>('[role=listbox]')

const optionsOf = (list: HTMLElement) => [...list.querySelectorAll<HTMLElement>('[role=option]:not([hidden])')]

/** The text before the caret that is completed: a word after `@` or `#`, or a command from its slash on. */
function tokenIn(box: HTMLTextAreaElement): string {
  const before = box.value.slice(0, box.selectionStart)
  return /(?:^|[\s(])([@#][\w.-]*)$/.exec(before)?.[1] ?? /^\/[^\n]*$/.exec(before)?.[0] ?? ''
}

/** Shows the suggestions that fit what is being typed; none are shown for text that cannot be completed. */
function suggest(box: HTMLTextAreaElement): void {
  const list = listOf(box)
  if (!list) return
  const token = tokenIn(box)
    .toLowerCase()
    .replace(/[-_\s]+/g, ' ')
  const [, words = ''] = /^\/\S+ (.{2,})$/.exec(token) ?? []
  for (const option of list.querySelectorAll<HTMLElement>('[role=option]')) {
    const { match = '' } = option.dataset
    const fits = match.startsWith(token) || (words !== '' && match.includes(` ${words}`))
    option.hidden = token === '' || match === token || !fits
  }
  list.hidden = optionsOf(list).length === 0
  list.scrollTop = 0
  choose(box, list, undefined)
}

function choose(box: HTMLTextAreaElement, list: HTMLElement, option: HTMLElement | undefined) {
  for (const other of list.querySelectorAll('[aria-selected=true]')) other.setAttribute('aria-selected', 'false')
  option?.setAttribute('aria-selected', 'true')
  option?.scrollIntoView({ block: 'nearest' })
  if (option === undefined) box.removeAttribute('aria-activedescendant')
  else box.setAttribute('aria-activedescendant', option.id)
}

function accept(box: HTMLTextAreaElement, option: HTMLElement) {
  const end = box.selectionStart
  box.setRangeText(option.dataset['insert'] ?? '', end - tokenIn(box).length, end, 'end')
  keepDraft(box)
  suggest(box)
}

/** A key while suggestions are shown: arrows choose one, Tab takes it or the first, Enter takes a chosen one, Escape closes. */
function handledBySuggestions(box: HTMLTextAreaElement, event: KeyboardEvent): boolean {
  const list = listOf(box)
  if (!list || list.hidden || event.shiftKey) return false
  const options = optionsOf(list)
  const chosen = options.findIndex((option) => option.getAttribute('aria-selected') === 'true')
  const taken = options[event.key === 'Tab' ? Math.max(chosen, 0) : chosen]
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (step !== undefined) choose(box, list, options.at((Math.max(chosen, step === 1 ? -1 : 0) + step) % options.length))
  else if (event.key === 'Escape') list.hidden = true
  else if ((event.key === 'Tab' || event.key === 'Enter') && taken !== undefined) accept(box, taken)
  else return false
  return true
}

function recall(box: HTMLTextAreaElement, step: number) {
  recalled = Math.min(sent.length, Math.max(0, recalled + step))
  box.value = sent[recalled] ?? ''
  keepDraft(box)
}

/** Handles a key in the box: suggestions first, then Enter to send and the arrows to recall what was sent. */
export function handleKey(box: HTMLTextAreaElement, event: KeyboardEvent): void {
  if (event.isComposing) return
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (handledBySuggestions(box, event)) event.preventDefault()
  else if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault()
    box.form?.requestSubmit()
  } else if (step !== undefined && box.value === (sent[recalled] ?? '')) {
    event.preventDefault()
    recall(box, step)
  }
}

/** Keeps what is typed as the draft, and shows suggestions for it. */
export function handleInput(box: HTMLTextAreaElement): void {
  keepDraft(box)
  suggest(box)
}

/** Takes the suggestion that was clicked. */
export function handleSuggestionClick(option: HTMLElement): void {
  const box = option.closest('.composer')?.querySelector('textarea')
  if (box) accept(box, option)
}

/** Hides the suggestions of a box that loses the focus. */
export function hideSuggestions(box: HTMLTextAreaElement): void {
  const list = listOf(box)
  if (list) list.hidden = true
}
