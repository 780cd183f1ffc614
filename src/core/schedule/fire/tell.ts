import type { Deps } from '../../deps.ts'
import type { Session } from '../../dispatch/session.ts'
import { messageOf } from '../../errors.ts'
import type { RunId } from '../../ports/runs.ts'
import { calledFor } from './callees.ts'
import { type Due, type Fired, fire } from './fire.ts'

/** Posts what a fire has to say, and calls these Slack ids in its thread. Throws where nobody could be told. */
export type SayFired = (fired: Fired, called: readonly string[]) => Promise<void>

/** Where the end of the last heartbeat is noted: when, and whether it was heard. */
export const heartbeatNote = 'heartbeat'

/**
 * Says the last word of a fire; after a good night that loaded something, the heartbeat goes out. Said first: a night that nobody could
 * be told of shall raise the alarm. A bot that dies between the two leaves the alarm to be raised as well, for a look at a night that
 * went well; the other way round a silent night would count as good.
 */
export async function sayFired(fired: Fired, say: SayFired, deps: Deps): Promise<void> {
  const { run, answer } = fired
  if (answer.run?.state === 'running') return
  await say(fired, run === null ? [] : await calledFor(run, answer, deps))
  if (run !== null && answer.ok && (await hasLoaded(run.id, deps))) await report(run.id, deps)
}

/** Whether this fire loaded something. */
async function hasLoaded(fire: RunId, { ledger, commands }: Deps): Promise<boolean> {
  return (await ledger.runs.list({ fire, commands: commands.load, states: ['complete'], limit: 1 })).length > 0
}

/** A fire that is told twice, because its bot died before it could note that Slack had taken it, is one night all the same. */
async function report(fire: RunId, { ledger, clock, heartbeat }: Deps): Promise<void> {
  if (!(await ledger.claim(`heartbeat:${fire}`, clock.now()))) return
  const beat = await heartbeat.beat()
  if (beat === 'silent') return
  await ledger.notes.set(heartbeatNote, { at: clock.now().toISOString(), ok: beat === 'heard' })
}

/** Fires these side by side, each to its last word. One whose channel is gone does not take the others with it. Never throws. */
export async function sayAll(due: readonly Due[], say: SayFired, session: Session): Promise<void> {
  const { deps } = session
  const fires = due.map(async (one) => {
    try {
      const fired = await fire(one, session)
      if (fired !== null) await sayFired(fired, say, deps)
    } catch (error) {
      const { id } = one.schedule
      deps.log.error({ err: error, schedule: id }, `schedule ${id} was not said to its end: ${messageOf(error)}`)
    }
  })
  await Promise.all(fires)
}
