import { type Element, type InputElement, timeOfDay } from './block-elements.ts'
import type { AnyBlock } from './block-kit.ts'
import type { Entered } from './deeds.ts'

/** An element and the block it stands in. */
export interface Placed {
  readonly block_id: string
  readonly element: Element | InputElement
}

/** Everything that can be pressed, chosen or filled in. */
export function placedIn(blocks: readonly AnyBlock[]): readonly Placed[] {
  return blocks.flatMap((block): Placed[] => {
    const block_id = block.block_id ?? ''
    if (block.type === 'actions') return block.elements.map((element) => ({ block_id, element }))
    if (block.type === 'input') return [{ block_id, element: block.element }]
    return block.type === 'section' && block.accessory ? [{ block_id, element: block.accessory }] : []
  })
}

/** What was pressed or entered, as an action or an entry of `state.values` carries it. */
export function given(element: Element | InputElement, value: string | undefined): Record<string, unknown> {
  const { type } = element
  switch (type) {
    case 'button':
      return { type, text: element.text, ...(element.value && { value: element.value }) }
    case 'plain_text_input':
      return { type, value: value || null }
    case 'conversations_select':
      return { type, selected_conversation: value || null }
    case 'timepicker':
      return { type, selected_time: timeOfDay.safeParse(value).data ?? null }
    case 'static_select':
    case 'overflow':
      return { type, selected_option: element.options.find((option) => option.value === value) ?? null }
  }
}

/** What stands in the elements that keep a value, which buttons and overflow menus do not. */
export function stateOf(elements: readonly Placed[], all: Entered): { readonly values: Record<string, object> } {
  const values: Record<string, Record<string, unknown>> = {}
  for (const { block_id, element } of elements) {
    if (element.type === 'button' || element.type === 'overflow') continue
    const { action_id = '' } = element
    const found = all.find((each) => each.block_id === block_id && each.action_id === action_id)
    values[block_id] = { ...values[block_id], [action_id]: given(element, found?.value) }
  }
  return { values }
}
