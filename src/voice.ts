import type { Core } from './compose.ts'
import type { App } from './core/app.ts'
import { inBackground, repeatInBackground } from './core/background.ts'
import type { Log } from './core/ports/log.ts'
import type { Outbox } from './core/ports/outbox.ts'
import type { SayFired } from './core/schedule/fire/tell.ts'
import type { ClusterNews } from './core/warehouse/lease.ts'
import type { SlackFace } from './slack/face.ts'

/*
 * What the bot says by itself: the words of the clock, news of the cluster, and the end of what an earlier process began.
 */

const recoverMs = 10_000
// A process that was silent for 30 s counts as gone. Where this one looks as late as that, the machine slept and nobody could beat.
const sleptMs = 30_000
// The client has tried for half a minute by then (`clients.ts`).
const repeatMs = 60_000
const askedMs = 2_000

/** What the rest of the program posts besides answers to words; nothing is posted before Slack is heard. */
export function outboxOf(face: () => SlackFace | null): Outbox {
  const opened = (): SlackFace => {
    const slack = face()
    if (slack === null) throw new Error('nothing is posted before Slack is heard')
    return slack
  }
  return {
    async post(place, answer, who) {
      if (place.kind === 'slack') await opened().share(place, answer, who)
    },
    resolve: async (place) => (place.kind === 'slack' ? opened().resolve(place) : place),
    obstacle: async (place, by) => (place.kind === 'slack' ? opened().obstacle(place, by) : null),
    tell: (person, answer) => opened().tell(person, answer),
  }
}

/**
 * Carries on what a bot before this one left, tells what it did not tell, and of what it had been told to do and did not begin; then goes on looking for runs of processes that died, and for
 * words that Slack did not take. A post whose answer was lost may have arrived all the same: told twice is better than never.
 */
export async function recoverRuns(
  { app, deps }: Pick<Core, 'app' | 'deps'>,
  face: Pick<SlackFace, 'watchOf' | 'deliver' | 'post' | 'takeUnsaid' | 'tellPlan'>,
  log: Log,
): Promise<() => void> {
  const say = async ({ run, answer }: Awaited<ReturnType<typeof app.recover>>[number]): Promise<void> => {
    const schedule = run.origin.kind === 'fire' ? await deps.ledger.schedules.get(run.origin.schedule) : null
    if (schedule === null) await face.deliver(run, await answer)
    else await app.sayFired({ schedule, run, answer: await answer }, sayOn(face, app))
  }
  const tell = (recovered: Awaited<ReturnType<typeof app.recover>>[number]): void => {
    void inBackground({ log }, 'delivery of an answer', () => say(recovered))
  }
  let looked = deps.clock.now().getTime()
  const look = async (): Promise<void> => {
    const before = looked
    looked = deps.clock.now().getTime()
    if (looked - before > sleptMs) return
    for (const recovered of await app.recover((run) => face.watchOf(run))) tell(recovered)
  }
  const repeat = async (): Promise<void> => {
    for (const recovered of await app.untold(face.takeUnsaid)) tell(recovered)
  }
  for (const { id } of await app.failUnbegun()) {
    void inBackground({ log }, 'plans not carried out', () => face.tellPlan(id))
  }
  for (const recovered of await app.untold()) tell(recovered)
  await look()
  const parts = { clock: deps.clock, log }
  const stops = [
    repeatInBackground(parts, recoverMs, 'runs of dead processes', look),
    repeatInBackground(parts, repeatMs, 'answers not delivered', repeat),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Posts what a schedule said, where its channel is. One whose channel does not take it is parked, unless it has moved since the run. */
export function sayOn(face: Pick<SlackFace, 'deliver' | 'post'>, app: Pick<App, 'park'>): SayFired {
  return async ({ schedule, run, answer }, called) => {
    const { place, owner } = schedule
    const say = async () => (place.kind === 'slack' ? face.post(place, answer, owner, called) : null)
    const refused = run === null ? await say() : await face.deliver(run, answer, called)
    if (refused !== null) await app.park(run === null ? schedule : { ...schedule, place: run.place }, refused)
  }
}

/** Says what the lease of the cluster asks for, to whoever asked for the cluster. */
export async function postNews({ place, owner, answer }: ClusterNews, face: SlackFace): Promise<void> {
  if (place.kind === 'slack') await face.post(place, answer, owner, owner.kind === 'slack' ? [owner.id] : [])
}

/** Says what somebody wants to hear now, soon after it was asked for, in whichever process. */
export function sayWhatIsAsked(
  { app, deps }: Pick<Core, 'app' | 'deps'>,
  face: Pick<SlackFace, 'deliver' | 'post'>,
  log: Log,
): () => void {
  return repeatInBackground({ clock: deps.clock, log }, askedMs, 'schedules to run now', () =>
    app.fireAsked(sayOn(face, app)),
  )
}
