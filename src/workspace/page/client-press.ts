/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { post, show } from './client-post.ts'

/** What sends an action when it is pressed or its value is chosen. */
export type Pressable = HTMLButtonElement | HTMLSelectElement | HTMLInputElement

/** Shows a dialog and resolves to the value it is closed with. */
export function ask(dialog: HTMLDialogElement): Promise<string> {
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

/** Whether an element sends an action by itself: those of input blocks wait to be submitted with the rest. */
export function sendsByItself(element: Element): boolean {
  return element.closest('.message, .home') !== null && element.closest('.field') === null
}

/** Sends the action of what was pressed, after its question, if it has one. */
export async function press(pressed: Pressable): Promise<void> {
  const around = pressed.closest<HTMLElement>('.message, .home')
  if (around === null) return
  const { value } = pressed
  const everything = entered(around)
  // An overflow menu goes back to its dots, so that the same line can be chosen again.
  if (pressed.matches('.overflow')) pressed.value = ''
  const question = pressed.nextElementSibling
  const dialog = question instanceof HTMLTemplateElement && question.content.querySelector('dialog')
  const yes = !dialog || (await ask(document.importNode(dialog, true))) === 'yes'
  // What stands in a time picker is what was sent, so that leaving it once more sends nothing.
  if (pressed instanceof HTMLInputElement && yes) pressed.defaultValue = value
  else if (pressed instanceof HTMLInputElement) pressed.value = pressed.defaultValue
  if (!yes) return
  const { channel, ts, home } = around.dataset
  const { blockId: block_id, actionId: action_id, url } = pressed.dataset
  if (url !== undefined) window.open(url, '_blank', 'noopener')
  pressed.setAttribute('aria-busy', 'true')
  const where = home === undefined ? { channel, ts } : { view_id: home }
  const { told = '' } = await post('press', { ...where, block_id, action_id, value, entered: everything })
  pressed.removeAttribute('aria-busy')
  show(told)
}

/** Submits a modal and shows what is wrong at its fields. */
export async function submit(form: HTMLFormElement, dialog: HTMLElement): Promise<void> {
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
