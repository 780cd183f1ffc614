/*
 * What a press does. The `action_id` of a button begins with one of these (a number behind it keeps ids unique within a message); its `value`
 * is a command line or the id of a plan, which the server checks like typed input. A select menu has them in the value of each option.
 */

/** Runs the command line in `value`. */
export const runAction = 'say'

/** Opens the form that completes the command line in `value`. */
export const formAction = 'fill'

/** Does what the chosen option names in its first word, `runAction` or `formAction`, with the line behind it. */
export const moreAction = 'more'

/** Carries out the plan whose id is `value`. */
export const confirmAction = 'plan-confirm'

/** Opens the modal in which the word is typed; `value` is the plan's id. */
export const typeAction = 'plan-type'

/** Rejects or withdraws a plan. */
export const dismissAction = 'plan-dismiss'

/** The modal of `typeAction`: `private_metadata` is the plan's id, the word is in this block and element. */
export const typedModal = { callbackId: 'plan-typed', blockId: 'word', actionId: 'typed' } as const

/** The modal in which an approver who rejects a card gives the reason: `private_metadata` is the plan's id. */
export const reasonModal = { callbackId: 'plan-rejected', blockId: 'reason', actionId: 'given' } as const

/** The modal of `formAction`: each argument's block is its name behind the prefix, `private_metadata` where its button was clicked. */
export const formModal = { callbackId: 'form', blockPrefix: 'argument-', actionId: 'given' } as const

const actions = [runAction, formAction, moreAction, confirmAction, typeAction, dismissAction] as const

/** The action of an id; null for an id of another version of the bot. */
export function actionOf(actionId: string): (typeof actions)[number] | null {
  return actions.find((action) => new RegExp(`^${action}(?:\\D?\\d+|-row-\\d+|-menu)?$`).test(actionId)) ?? null
}

/** The id of a select menu whose options run a line, or open the form of one. */
export function menuOf(does: 'run' | 'form'): string {
  return `${does === 'run' ? runAction : formAction}-menu`
}
