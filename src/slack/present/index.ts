/*
 * Plain replies in, Block Kit out. Nothing here calls Slack or decides anything.
 */
export { presentAnswer } from './answer.ts'
export { type PictureState, presentChart } from './chart.ts'
export { presentForm } from './form-modal.ts'
export { type HomeFallbacks, presentHome } from './home-tab.ts'
export { fallbacksOf, type View } from './parts.ts'
export type { TypedPlan } from './plan.ts'
export { presentEnded, presentReasonModal, presentTypedModal } from './plan.ts'
export { presentCall, presentMention, presentRun } from './run.ts'
