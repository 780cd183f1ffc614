/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ActionResult, UserActionName } from '../user-actions.ts'

/** The notice when an action does not reach the server. */
export const notSent = 'Not sent: the program does not respond.'

/** The id of the person at this page. */
export const { as = '' } = document.body.dataset

/** Shows a notice above everything; an empty one hides it. */
export function showNotice(text: string): void {
  const line = document.querySelector<HTMLElement>('.connection')
  if (line === null) return
  line.hidden = text === ''
  line.textContent = text
}

/** Sends an action of the person at this page. */
export async function post(action: UserActionName, body: object): Promise<ActionResult> {
  try {
    const response = await fetch(`/page/${action}`, { method: 'POST', body: JSON.stringify({ as, ...body }) })
    if (response.ok) return await response.json()
  } catch {
    // The connection was refused: the result reports it, and the event stream reconnects by itself.
  }
  return { notice: notSent }
}

/** How long the bot is shown as working where nothing on the page changes: what it does then shows elsewhere. */
const progressMs = 10_000
let progressTimer: ReturnType<typeof setTimeout> | undefined

/** Shows next to this element that the bot is working, until the page shows an answer. */
export function showWaiting(near: Element): void {
  hideProgress()
  const surface = near.closest('main, .thread') ?? document.querySelector('main')
  const line = surface?.querySelector<HTMLElement>('.progress')
  if (!line) return
  line.hidden = false
  progressTimer = setTimeout(hideProgress, progressMs)
}

/** Hides what `showWaiting` shows. */
export function hideProgress(): void {
  clearTimeout(progressTimer)
  for (const line of document.querySelectorAll<HTMLElement>('.progress')) line.hidden = true
}

/** Makes the list of messages around this element jump to the next message that comes, wherever it is scrolled to. */
function followAnswer(near: Element): void {
  const list = near.closest('main, .thread')?.querySelector<HTMLElement>('.messages')
  if (list) list.dataset['follow'] = ''
}

/** A control that sends an action when it is clicked or its value is chosen. */
type ActionControl = HTMLButtonElement | HTMLSelectElement | HTMLInputElement

/** Shows a dialog and resolves to the value it is closed with. */
export function openDialog(dialog: HTMLDialogElement): Promise<string> {
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

function formState(root: ParentNode) {
  return [...root.querySelectorAll<HTMLInputElement>(':is(input, textarea, select)[data-action-id]')].map((input) => ({
    block_id: input.dataset['blockId'] ?? '',
    action_id: input.dataset['actionId'] ?? '',
    value: input.value,
  }))
}

/** Whether an element sends an action by itself: those of input blocks are submitted with their form. */
export function sendsAction(element: Element): boolean {
  return element.closest('.message, .home') !== null && element.closest('.field') === null
}

/** Sends the action of a control, after its question, if it has one. */
export async function press(control: ActionControl): Promise<void> {
  const surface = control.closest<HTMLElement>('.message, .home')
  if (surface === null) return
  const { value } = control
  const form = formState(surface)
  // An overflow menu shows its dots again, so that the same line can be chosen twice.
  if (control.matches('.overflow')) control.value = ''
  const question = control.nextElementSibling
  const dialog = question instanceof HTMLTemplateElement && question.content.querySelector('dialog')
  const yes = !dialog || (await openDialog(document.importNode(dialog, true))) === 'yes'
  // The default of a time picker is the value last sent, so leaving it once more sends nothing.
  if (control instanceof HTMLInputElement && yes) control.defaultValue = value
  else if (control instanceof HTMLInputElement) control.value = control.defaultValue
  if (!yes) return
  const { channel, ts, home } = surface.dataset
  const { blockId: block_id, actionId: action_id } = control.dataset
  control.setAttribute('aria-busy', 'true')
  followAnswer(surface)
  showWaiting(surface)
  const where = home === undefined ? { channel, ts } : { view_id: home }
  const { notice = '' } = await post('press', { ...where, block_id, action_id, value, form })
  control.removeAttribute('aria-busy')
  if (notice !== '') hideProgress()
  showNotice(notice)
}

/** Submits a modal and shows the errors at its fields. */
export async function submit(form: HTMLFormElement, dialog: HTMLElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>('[type=submit]')
  if (button !== null) button.disabled = true
  button?.setAttribute('aria-busy', 'true')
  showWaiting(dialog)
  const { errors, notice = '' } = await post('submit', { view_id: dialog.dataset['view'], form: formState(form) })
  if (button !== null) button.disabled = false
  button?.removeAttribute('aria-busy')
  if (errors !== undefined || notice !== '') hideProgress()
  for (const input of form.querySelectorAll<HTMLInputElement>('.field [data-block-id]')) {
    const error = errors?.[input.dataset['blockId'] ?? ''] ?? ''
    input.parentElement?.querySelector('.error')?.replaceChildren(error)
    input.setAttribute('aria-invalid', String(error !== ''))
  }
  form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  form.querySelector(':scope > .error')?.replaceChildren(notice)
}
