import type { App } from '../core/app.ts'
import { repeatInBackground } from '../core/background.ts'
import { withChannelNames } from '../core/channel.ts'
import { messageOf } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger, PlanRecord } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { EditBudget } from './edit-budget.ts'
import type { Outbox, Target } from './outbox.ts'
import { presentCall, presentEnded } from './present/index.ts'
import { isPlaceRefusal } from './refused.ts'
import type { ResponseUrl } from './response-url.ts'

/** The messages of plans. Neither method throws: what became of a plan is settled, and its message says so at the next click. */
export interface PlanMessages {
  /**
   * Says in the message of a plan what became of it, and takes its buttons away: a card's for everybody, any other through the response URL of
   * the press. Leaves a plan alone that can still be confirmed.
   */
  refresh(id: string, responseUrl: ResponseUrl | undefined): Promise<void>
  /** Tells the asker that their plan was rejected or not begun, because an edit notifies nobody: of a card in its thread, otherwise directly. */
  tellAsker(id: string): Promise<void>
}

/** The messages of the plans in a ledger. */
export function createPlanMessages({
  plans,
  outbox,
  budget,
  log,
}: {
  readonly plans: Ledger['plans']
  readonly outbox: Outbox
  readonly budget: EditBudget
  readonly log: Log
}): PlanMessages {
  const safely = async (plan: string, say: () => Promise<unknown>): Promise<void> => {
    try {
      await say()
    } catch (error) {
      log.warn({ err: error, plan }, `the message of a plan does not say what became of it: ${messageOf(error)}`)
    }
  }
  return {
    refresh: (id, responseUrl) =>
      safely(id, async () => {
        const plan = await plans.get(id)
        if (plan !== null && plan.end === null) return
        const message = presentEnded(plan)
        const ladder = [message, { text: message.text, blocks: [] }] as const
        if (plan === null || plan.post === null) return responseUrl?.replace(ladder)
        budget.spend()
        return outbox.edit(plan.post, ladder)
      }),
    tellAsker: (id) =>
      safely(id, async () => {
        const plan = await plans.get(id)
        const words = plan === null ? null : whatBecameOf(plan)
        if (plan === null || words === null || plan.asker.kind !== 'slack') return
        const call = presentCall(words, [plan.asker.id])
        if (call === undefined) return
        await outbox.post(threadOf(plan), [call]).catch((error: unknown) => {
          if (!isPlaceRefusal(error)) throw error
          return outbox.post({ channel: plan.asker.id }, [call])
        })
      }),
  }
}

function whatBecameOf({ end, line }: PlanRecord): string | null {
  const shown = withChannelNames(line)
  if (end?.kind === 'rejected') return `${end.by.name} rejected ${shown}. Nothing was done.`
  return end?.kind === 'failed' ? `${shown}: ${end.why}` : null
}

function threadOf({ post, place, asker }: PlanRecord): Target {
  if (post === null) return { channel: asker.id }
  return { channel: post.channel, thread: place.kind === 'slack' ? (place.thread ?? post.ts) : post.ts }
}

// A card says until when it can be approved, to the minute.
const expireEveryMs = 30_000

/** Looks for cards that nobody approved in time and says so in their messages, until the returned function is called. */
export function expireInTime(
  { expireCards }: Pick<App, 'expireCards'>,
  messages: PlanMessages,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): () => void {
  const expire = async (): Promise<void> => {
    for (const { id } of await expireCards()) await messages.refresh(id, undefined)
  }
  return repeatInBackground({ clock, log }, expireEveryMs, 'expired approvals', expire)
}
