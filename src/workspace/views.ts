import { z } from 'zod'
import { ApiError } from './content.ts'
import { type Interactions, type Outcome, outcomeOf, type ViewPress } from './deeds.ts'
import { given, placedIn, stateOf } from './entered.ts'
import { jsonOf } from './http.ts'
import type { Interact } from './interact.ts'
import type { State } from './state.ts'
import { wireHome, wireModal } from './wire.ts'

const answerSchema = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('clear') }),
])

/** An app's answer to a submitted modal, where an empty one closes it; undefined when Slack would not understand it. */
function answerOf(body: string): z.infer<typeof answerSchema> | undefined {
  try {
    return body.trim() === '' ? { response_action: 'clear' } : answerSchema.parse(jsonOf(body))
  } catch (error) {
    if (error instanceof ApiError || error instanceof z.ZodError) return undefined
    throw error
  }
}

const trouble: Outcome = { told: 'We had some trouble connecting. Try again?' }

/** What people do in modals and in their Home tabs; `now` is in ms. */
export function createViews(deps: {
  readonly state: State
  readonly interact: Interact
  readonly now: () => number
}): Pick<Interactions, 'submit' | 'dismiss'> & { press(deed: ViewPress): Promise<Outcome> } {
  const { state, interact, now } = deps
  return {
    async press({ as, view_id, block_id, action_id, value, entered = [], copies }) {
      const tab = state.homeTab(as)
      const placed = tab?.id === view_id ? placedIn(tab.home.blocks) : []
      const found = placed.find((each) => each.block_id === block_id && each.element.action_id === action_id)
      if (tab === undefined || found === undefined)
        return { told: 'This page has changed. Look again before you press.' }
      // No channel, no message and no way to answer: a Home tab is changed by publishing it anew.
      const fields = {
        container: { type: 'view', view_id },
        view: { ...wireHome(tab), state: stateOf(placed, entered) },
        actions: [{ action_id, block_id, ...given(found.element, value), action_ts: (now() / 1000).toFixed(6) }],
      }
      return outcomeOf(await interact('block_actions', { as, channel: undefined, copies }, fields))
    },

    async submit({ as, view_id, entered, copies }) {
      const view = state.viewOf(as)
      if (view?.id !== view_id) return { told: 'This dialog is no longer open.' }
      const errors: Record<string, string> = {}
      for (const block of view.modal.blocks) {
        if (block.type !== 'input') continue
        const { block_id = '', element, optional } = block
        const value = entered.find((each) => each.block_id === block_id)?.value ?? ''
        const least = element.type === 'plain_text_input' ? (element.min_length ?? 0) : 0
        if (value === '' && !optional) errors[block_id] = 'Please complete this required field.'
        else if (value !== '' && value.length < least) errors[block_id] = `Please enter at least ${least} characters.`
      }
      if (Object.keys(errors).length > 0) return { errors }
      const submitted = { ...wireModal(view), state: stateOf(placedIn(view.modal.blocks), entered) }
      const actor = { as, channel: view.channel, copies }
      const ack = await interact('view_submission', actor, { view: submitted, response_urls: [] })
      if (ack.kind === 'failed') return trouble
      const answer = answerOf(ack.body)
      if (answer === undefined) return trouble
      if (answer.response_action === 'errors') return { errors: answer.errors }
      state.closeView(view)
      return {}
    },

    async dismiss({ as, view_id }) {
      const view = state.viewOf(as)
      if (view?.id === view_id) state.closeView(view)
      return {}
    },
  }
}
