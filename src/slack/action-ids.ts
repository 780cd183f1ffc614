/*
 * What a press means. Every button carries one of these as the beginning of its `action_id` (a number behind it keeps ids unique
 * within a message), and in `value` a command line or the id of a plan: nothing that the server would have to believe.
 */

/** Says the command line in `value`. */
export const sayAction = 'say'

/** Opens the form that completes the command line in `value`. */
export const fillAction = 'fill'

/** Carries out the plan whose id is `value`. */
export const confirmAction = 'plan-confirm'

/** Opens the modal in which the word is typed; `value` is the plan's id. */
export const typeAction = 'plan-type'

/** Puts a plan away. */
export const dismissAction = 'plan-dismiss'

/** The modal of `typeAction`: `private_metadata` is the plan's id, the word stands in this block and element. */
export const typedModal = { callbackId: 'plan-typed', blockId: 'word', actionId: 'typed' } as const

/** The modal of `fillAction`: each argument's block is its name behind the prefix, `private_metadata` where the line is said. */
export const formModal = { callbackId: 'form', blockPrefix: 'argument-', actionId: 'given' } as const
