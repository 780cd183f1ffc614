import type { RunView } from '../core/answer.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Post, RunId } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { Watch } from '../core/run/live-run.ts'
import type { EditBudget } from './edit-budget.ts'
import type { Ladder } from './message.ts'
import type { Outbox, Target } from './outbox.ts'
import { isGone, SlackBusy, SlackRefused } from './refused.ts'

/** The message of a run while it goes on. */
export interface LivingMessage extends Watch {
  /** Stops following the run. Resolves with its message, once nothing is on its way to it any more; null if none was posted. */
  close(): Promise<Post | null>
}

/** What living messages share. */
export interface LivingParts {
  readonly outbox: Outbox
  readonly budget: EditBudget
  readonly clock: Clock
  readonly log: Log
  savePost(run: RunId, post: Post): Promise<void>
  present(run: RunView): Ladder
}

// A run that ends sooner is one message, posted once: its answer.
const quietMs = 2000

// At most one edit in this time; what changes in between is in the next one.
const editEveryMs = 2000

// The message says how long the run has lasted, which goes on while nothing else changes.
const refreshEveryMs = 15_000

/**
 * Follows a run into one message: posted when the run has lasted two seconds, then edited, the last state winning. `post` is the
 * message of a run that an earlier process began. A refusal to post ends the following, not the run.
 */
export function createLivingMessage(parts: LivingParts, to: Target, post: Post | null = null): LivingMessage {
  const { outbox, budget, clock, log } = parts
  const closing = new AbortController()
  const { signal } = closing
  let message = post
  let rung = 0
  let latest: RunView | undefined
  let shown = ''
  let wake: (() => void) | undefined
  let following: Promise<void> | undefined

  /** Waits for the next change, or until the time that the message shows is old. */
  const change = async (): Promise<void> => {
    const changed = new AbortController()
    wake = () => changed.abort()
    await clock.sleep(refreshEveryMs, AbortSignal.any([signal, changed.signal])).catch(() => undefined)
  }

  const show = async (run: RunView, ladder: Ladder): Promise<void> => {
    if (message === null) {
      message = (await outbox.post(to, ladder)).result
      await parts.savePost(run.id, message)
      return
    }
    await budget.take(signal)
    const accepted = await outbox.editOnce(message, ladder, rung)
    rung = accepted.rung
  }

  /** False when the newest state has to be shown again. */
  const showLatest = async (run: RunView): Promise<boolean> => {
    const ladder = parts.present(run)
    const richest = JSON.stringify(ladder[0])
    if (richest === shown) return true
    try {
      await show(run, ladder)
      shown = richest
      return true
    } catch (error) {
      if (error instanceof SlackBusy) await clock.sleep(error.retryAfterMs, signal)
      else if (isGone(error)) message = null
      // Slack may be away for a while; the message is there, and the next edit tells all. A post may have arrived, so it is not repeated.
      else if (message !== null && !(error instanceof SlackRefused))
        log.warn({ err: error, run: run.id }, 'an edit failed')
      else throw error
      return false
    }
  }

  const follow = async (): Promise<void> => {
    if (message === null) await clock.sleep(quietMs, signal)
    while (latest !== undefined && !signal.aborted) {
      const seen = latest
      const done = await showLatest(seen)
      await clock.sleep(editEveryMs, signal)
      if (done && latest === seen) await change()
    }
  }

  const followSafely = async (): Promise<void> => {
    try {
      await follow()
    } catch (error) {
      if (!signal.aborted)
        log.warn({ err: error, run: latest?.id, channel: to.channel }, 'a run cannot be followed in Slack; it goes on')
    }
  }

  return {
    changed(run) {
      latest = run
      following ??= followSafely()
      wake?.()
    },
    async close() {
      closing.abort()
      wake?.()
      await following
      return message
    },
  }
}
