import { withChannelNames } from '../../core/channel.ts'
import type { Asker } from '../../core/people.ts'
import type { PlanRecord } from '../../core/ports/plans.ts'
import { clean, cleanLine } from '../../core/words.ts'
import type { Message } from '../message.ts'
import { boldLine, sections } from './blocks.ts'
import { cut } from './cut.ts'
import { mrkdwn } from './mrkdwn.ts'

// What a card keeps of a plan that is over must leave room for what became of it.
const maxFacts = 6_000

/**
 * What stands in place of a plan that cannot be confirmed any more: what became of it, and on a card, which everybody has read, also what
 * it was. Null stands for a plan that is not known by now.
 */
export function presentEnded(plan: PlanRecord | null): Message {
  const words = clean(plan?.card === true ? cardWords(plan) : planWords(plan))
  if (plan === null || !plan.card) return { text: mrkdwn(words), blocks: [...sections(words)] }
  const title = cut(cleanLine(plan.draft.title), 300)
  const facts = cut(plan.draft.facts.map(cleanLine).join('\n'), maxFacts)
  const asked = `${nameOf(plan.asker)} asked: ${cut(cleanLine(withChannelNames(plan.line)), 300)}`
  return {
    text: mrkdwn(cut(words, 700)),
    blocks: [boldLine(title), ...sections(facts), ...sections(`${asked}\n${words}`)],
  }
}

function cardWords({ end, draft, asker }: PlanRecord): string {
  switch (end?.kind) {
    case 'approved': {
      const yes = end.by.id === asker.id ? 'Confirmed' : 'Approved'
      return `✓ ${yes} by ${nameOf(end.by)}: ${cut(cleanLine(draft.act), 75)}`
    }
    case 'failed':
      return `✗ Approved by ${nameOf(end.by)}, but not done: ${cut(cleanLine(end.why), 500)}`
    case 'replaced':
      return `○ It had changed when ${nameOf(end.by)} approved it. Nothing was done; a newer card has taken its place.`
    case 'rejected':
      return `✗ Rejected by ${nameOf(end.by)}. Nothing was done.`
    case 'withdrawn':
      return `○ Withdrawn by ${nameOf(end.by)}. Nothing was done.`
    default:
      return '○ Expired: nobody approved it in time. Nothing was done.'
  }
}

function nameOf({ name }: Asker): string {
  return cut(cleanLine(name), 80)
}

/** Only the asker reads it, and any reason follows in a message of its own. */
function planWords(plan: PlanRecord | null): string {
  switch (plan?.end?.kind) {
    case 'approved':
      return `✓ Confirmed: ${cut(cleanLine(plan.draft.act), 75)}`
    case 'failed':
      return `✗ Confirmed, but not done: ${cut(cleanLine(plan.draft.act), 75)}`
    case 'replaced':
      return '○ It had changed. Nothing was done; a newer one has taken its place.'
    case 'rejected':
    case 'withdrawn':
      return 'Put away. Nothing was done.'
    default:
      return '○ Expired. Nothing was done.'
  }
}
