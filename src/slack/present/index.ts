/*
 * Plain replies in, Block Kit out. Nothing here talks to Slack, and nothing decides: what is said comes from the answer,
 * who reads it and what happens next is the caller's.
 */
export { presentAnswer } from './answer.ts'
export { presentEnded } from './ended-plan.ts'
export { presentForm } from './form-modal.ts'
export { type HomeLadder, presentHome } from './home.ts'
export { presentCall, presentMention, presentRun } from './run.ts'
export type { TypedPlan } from './typed-modal.ts'
export { presentTypedModal } from './typed-modal.ts'
export type { View } from './view.ts'
