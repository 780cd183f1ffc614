import type { Core } from './compose.ts'
import { inBackground, repeatInBackground } from './core/background.ts'
import { runKey } from './core/outbox/messages.ts'
import type { Log } from './core/ports/log.ts'
import type { Outbox } from './core/ports/outbox.ts'
import type { RunRecord } from './core/ports/runs.ts'
import type { SlackFace } from './slack/face.ts'

/*
 * What the bot does by itself: it carries on what an earlier process began, and runs schedules that somebody wants to hear now.
 */

const recoverMs = 10_000
// A process that was silent for 30 s counts as gone. Where this one looks as late as that, the machine slept and nobody could beat.
const sleptMs = 30_000
const askedMs = 2_000
// A card says until when it can be approved, to the minute.
const expireEveryMs = 30_000

/** The conversations of Slack, as soon as it is heard. */
export function outboxOf(face: () => SlackFace | null): Outbox {
  const opened = (): SlackFace => {
    const slack = face()
    if (slack === null) throw new Error('nothing is posted before Slack is heard')
    return slack
  }
  return {
    resolve: async (place) => (place.kind === 'slack' ? opened().resolve(place) : place),
    obstacle: async (place, by) => (place.kind === 'slack' ? opened().obstacle(place, by) : null),
    requirePosts: () => undefined,
  }
}

/** Carries on what a bot before this one left, settles what it had been told to do and did not begin, and goes on looking for runs of processes that died. */
export async function recoverRuns(
  { app, deps }: Pick<Core, 'app' | 'deps'>,
  face: Pick<SlackFace, 'watchOf'>,
  log: Log,
): Promise<() => void> {
  const { clock, ledger } = deps
  let looked = clock.now().getTime()
  const look = async (): Promise<void> => {
    const before = looked
    looked = clock.now().getTime()
    if (looked - before > sleptMs) return
    const postOf = async (run: RunRecord) => (await ledger.messages.find(runKey(run)))?.post ?? null
    const recovered = await app.recover((run) => face.watchOf(run, postOf(run)))
    for (const { answer } of recovered) void inBackground({ log }, 'run carried on', () => answer)
  }
  await app.failUnbegun()
  await look()
  return repeatInBackground({ clock, log }, recoverMs, 'runs of dead processes', look)
}

/** Runs schedules that somebody wants to hear now, soon after it was asked for, in whichever process. */
export function sayWhatIsAsked({ app, deps }: Pick<Core, 'app' | 'deps'>, log: Log): () => void {
  return repeatInBackground({ clock: deps.clock, log }, askedMs, 'schedules to run now', () => app.fireAsked())
}

/** Looks for cards that nobody approved in time. */
export function expireInTime({ app, deps }: Pick<Core, 'app' | 'deps'>, log: Log): () => void {
  return repeatInBackground({ clock: deps.clock, log }, expireEveryMs, 'expired approvals', () => app.expireCards())
}
