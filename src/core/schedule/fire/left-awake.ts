import type { Deps } from '../../deps.ts'
import { dispatch } from '../../dispatch/dispatch.ts'
import type { Session } from '../../dispatch/session.ts'
import type { Posted } from '../../money/news.ts'
import type { Asker } from '../../people.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import { noteTold, tellOnce } from '../../tell-once.ts'
import { wokenBy } from './woken.ts'

// Whoever said the last line may be somebody who may not pause.
const theClock: Asker = { kind: 'local', id: 'clock', name: 'the clock' }

const tryEveryMs = 3_600_000

// By then the lease has ended, or somebody has looked after it.
const longestHours = 24

/**
 * Pauses what a schedule has woken and could not put back to sleep: others used it, AWS was away, or the fire was closed because its
 * schedule is gone or its bot died too often. Not where somebody has extended its lease. Asked every minute: waits while anything is at
 * work; a pause that fails is tried again, and said once.
 */
export async function pauseLeftAwake(session: Session, posted: Posted): Promise<void> {
  const { deps } = session
  const woken = await leftAwake(session)
  if (woken === null || (await userOf(null, deps)) !== null) return
  if ((await deps.cluster.describe()).state !== 'available') return
  const { place } = woken
  const bound = session.catalog.that(({ sleeps }) => sleeps === true).with({})
  const watch = { changed: () => undefined }
  const request = { kind: 'understood', bound } as const
  const answer = await dispatch({ request, who: theClock, place, confirmed: true, watch }, session)
  if (answer === null || answer.run?.state === 'running') return
  const tell = (): Promise<void> => posted({ place, owner: woken.who, answer })
  if (answer.ok) return tell()
  await noteTold(answer, deps)
  await tellOnce({ key: `left-awake:${woken.id}`, tryEveryMs }, tell, deps)
}

/** The run by which a fire that is over has woken the warehouse, where nobody has woken, paused or extended it since. */
async function leftAwake(session: Session): Promise<RunRecord | null> {
  const { deps } = session
  const { runs } = deps.ledger
  const newest = async (commands: readonly string[]) => runs.list({ commands, states: ['complete'], limit: 1 })
  const [woke] = await newest(deps.commands.wake)
  if (woke?.origin.kind !== 'line') return null
  const fire = await runs.get(woke.origin.fire)
  const since = new Date(deps.clock.now().getTime() - longestHours * 3_600_000).toISOString()
  if (fire === null || fire.ended === null || fire.ended < since) return null
  const woken = wokenBy(fire, await runs.list({ fire: fire.id, limit: 100 }), fire.state !== 'complete', session)
  if (woken === null) return null
  const paused = await newest(deps.commands.sleep)
  if (paused.some(({ id }) => id > woken.id) || (await extensionsOf(woken, deps)).length > 0) return null
  return woken
}

/** By which runs the lease was extended after that one. */
export function extensionsOf({ started }: RunRecord, { ledger, commands }: Deps): Promise<readonly RunRecord[]> {
  return ledger.runs.list({ commands: commands.extend, states: ['complete'], since: started, limit: 1 })
}

/** Who uses the warehouse now besides this fire, as in "is left on for schedule 2"; null where nobody does. */
export async function userOf(fire: RunId | null, { ledger }: Deps): Promise<string | null> {
  const running = await ledger.runs.list({ states: ['running'], listedOnly: true, limit: 50 })
  // A line is at work as long as its fire.
  const user = running.find(({ id, origin }) => id !== fire && origin.kind !== 'line')
  if (user === undefined) return null
  return user.origin.kind === 'fire' ? `schedule ${user.origin.schedule}` : `${user.who.name}'s ${user.command}`
}
