import type { PlanDraft } from '../plan.ts'
import type { PlanChange } from '../reply.ts'

/**
 * What reads differently in a plan that was made again, in order; empty where every line is as it was. Between the lines at the beginning
 * and at the end that are the same, each line stands beside the one in its place.
 */
export function changesBetween(before: PlanDraft, after: PlanDraft): readonly PlanChange[] {
  const [was, now] = [linesOf(before), linesOf(after)]
  const shorter = Math.min(was.length, now.length)
  let head = 0
  while (head < shorter && was[head] === now[head]) head++
  let tail = 0
  while (tail < shorter - head && was.at(-1 - tail) === now.at(-1 - tail)) tail++
  const [gone, come] = [was.slice(head, was.length - tail), now.slice(head, now.length - tail)]
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => ({
    was: gone[at] ?? null,
    now: come[at] ?? null,
  })).filter((change) => change.was !== change.now)
}

function linesOf({ title, facts, act, typed }: PlanDraft): readonly string[] {
  return [title, ...facts, act, ...(typed === undefined ? [] : [`The word to type is ${typed}.`])]
}
