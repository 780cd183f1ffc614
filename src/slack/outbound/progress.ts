import type { RunView } from '../../core/answer.ts'
import type { RateWindow } from '../../core/pacing.ts'
import type { Conversation } from '../../core/place.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Post, RunId } from '../../core/ports/ledger.ts'
import type { Log } from '../../core/ports/log.ts'
import type { OnProgress } from '../../core/runner/live-run.ts'
import { isGone, SlackBusy, SlackRefused } from '../slack-errors.ts'
import type { Fallbacks } from './fallbacks.ts'
import type { Sender } from './sender.ts'

/** The progress messages of running runs. Each state replaces the one before, so none is stored. */
export interface Progress {
  /**
   * Follows a run in the name of `asker`: when it has lasted two seconds, `open` posts its message, which is edited from then on. `post` is
   * the message of a run that an earlier process began; null: the run is not followed.
   */
  follow(
    place: Conversation,
    asker: string,
    open: (run: RunView) => Promise<void>,
    post?: Promise<Post | null>,
  ): OnProgress
  /** The newest state of a run that is followed here. */
  latest(run: RunId): RunView | undefined
  /** Notes the message of a run, and the state that it shows. */
  posted(run: RunId, post: Post, shown: RunView): void
  /** Stops following a run. Resolves once nothing is on its way to its message any more. */
  close(run: RunId): Promise<void>
}

interface ProgressParts {
  readonly sender: Pick<Sender, 'edit'>
  readonly budget: RateWindow
  readonly clock: Clock
  readonly log: Log
  present(run: RunView, asker: string, direct: boolean): Fallbacks
}

// A run that ends sooner is one message, posted once: its answer.
const quietMs = 2000

// At most one edit in this time.
const editEveryMs = 2000

// The message shows how long the run has lasted.
const refreshEveryMs = 15_000

interface Following {
  changed(run: RunView): void
  latest(): RunView | undefined
  posted(post: Post, shown: RunView): void
  close(): Promise<void>
}

export function createProgress(parts: ProgressParts): Progress {
  const followed = new Map<RunId, Following>()
  return {
    follow(place, asker, open, post) {
      let following: Following | undefined
      return (run) => {
        if (following === undefined) {
          const present = (latest: RunView): Fallbacks => parts.present(latest, asker, place.direct)
          following = followRun({ ...parts, present, open }, post)
          followed.set(run.id, following)
        }
        following.changed(run)
      }
    },
    latest: (run) => followed.get(run)?.latest(),
    posted: (run, post, shown) => followed.get(run)?.posted(post, shown),
    async close(run) {
      await followed.get(run)?.close()
      followed.delete(run)
    },
  }
}

/** Follows one run. A refusal of Slack ends the following, not the run. */
function followRun(
  {
    sender,
    budget,
    clock,
    log,
    present,
    open,
  }: Omit<ProgressParts, 'present'> & { present(run: RunView): Fallbacks; open(run: RunView): Promise<void> },
  given: Promise<Post | null> | undefined,
): Following {
  const closing = new AbortController()
  const { signal } = closing
  let message: Post | null = null
  let level = 0
  let latest: RunView | undefined
  let seen: RunView | undefined
  let shown = ''
  let wake: (() => void) | undefined
  let following: Promise<void> | undefined

  /** Waits for the next change, or until the time that the message shows is old. */
  const change = async (): Promise<void> => {
    const changed = new AbortController()
    wake = () => changed.abort()
    await clock.sleep(refreshEveryMs, AbortSignal.any([signal, changed.signal])).catch(() => undefined)
  }

  /** False when the newest state has to be shown again. */
  const showLatest = async (run: RunView, post: Post): Promise<boolean> => {
    const fallbacks = present(run)
    const richest = JSON.stringify(fallbacks[0])
    if (richest === shown) return true
    try {
      await budget.take(signal)
      const accepted = await sender.edit(post, fallbacks, level)
      level = accepted.level
      shown = richest
      return true
    } catch (error) {
      if (error instanceof SlackBusy) await clock.sleep(error.retryAfterMs, signal)
      // Somebody deleted it: the end of the run is posted as a new message.
      else if (isGone(error)) closing.abort()
      // The network failed: the next edit shows the newest state.
      else if (!(error instanceof SlackRefused)) log.warn({ err: error, run: run.id }, 'an edit failed')
      else throw error
      return false
    }
  }

  const follow = async (): Promise<void> => {
    if (given !== undefined) message = await given
    else {
      await clock.sleep(quietMs, signal)
      if (latest !== undefined) await open(latest)
      while (message === null && !signal.aborted) await change()
      await clock.sleep(editEveryMs, signal)
      if (latest === seen) await change()
    }
    while (latest !== undefined && message !== null && !signal.aborted) {
      seen = latest
      const done = await showLatest(seen, message)
      await clock.sleep(editEveryMs, signal)
      if (done && latest === seen) await change()
    }
  }

  const followSafely = async (): Promise<void> => {
    try {
      await follow()
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, run: latest?.id }, 'a run cannot be followed in Slack; it goes on')
    }
  }

  return {
    changed(run) {
      latest = run
      following ??= followSafely()
      wake?.()
    },
    latest: () => latest,
    posted(post, state) {
      message = post
      seen = state
      wake?.()
    },
    async close() {
      closing.abort()
      wake?.()
      await following
    },
  }
}
