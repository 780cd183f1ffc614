import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { dispatch } from '../dispatch/dispatch.ts'
import type { Session } from '../dispatch/session.ts'
import type { Asker } from '../people.ts'
import type { RunRecord } from '../ports/runs.ts'
import { tellOnce } from '../tell-once.ts'
import { askedFor } from './asked-for.ts'
import type { Posted } from './news.ts'

const note = 'left-awake'
const noteSchema = z.object({ woken: z.number() }).nullable()

// A schedule that ends last may be one that may not pause.
const theClock: Asker = { kind: 'local', id: 'clock', name: 'the clock' }

/** Notes that what this run of a schedule woke is to be paused once the other schedules, which are at work on it, are done. */
export async function leaveAwake({ id }: RunRecord, { ledger }: Deps): Promise<void> {
  await ledger.notes.set(note, { woken: id } satisfies z.infer<typeof noteSchema>)
}

const tryEveryMs = 3_600_000

/**
 * Pauses what a schedule has left on for others, once nothing is at work on it; not where somebody has asked for it to run, or to
 * be paused, since. Asked every minute; a pause that fails is tried again, and said once.
 */
export async function pauseLeftAwake(session: Session, posted: Posted): Promise<void> {
  const { deps } = session
  const { ledger } = deps
  const left = noteSchema.parse(await ledger.notes.get(note))
  if (left === null) return
  const woken = await ledger.runs.get(left.woken)
  if (woken === null || (await isOver(woken, deps))) return ledger.notes.set(note, null)
  if ((await ledger.runs.list({ states: ['running'], listedOnly: true, limit: 1 })).length > 0) return
  const { place } = woken
  const watch = { changed: () => undefined }
  const answer = await dispatch({ line: 'pause', who: theClock, place, confirmed: true, watch }, session)
  if (answer === null || answer.run?.state === 'running') return
  if (answer.ok) await ledger.notes.set(note, null)
  const tell = (): Promise<void> => posted({ place, owner: woken.who, answer })
  await (answer.ok ? tell() : tellOnce({ key: `${note}:${woken.id}`, tryEveryMs }, tell, deps))
}

/** Whether what was woken then is somebody else's by now, or sleeps. */
async function isOver({ id, started }: RunRecord, { cluster, ledger }: Deps): Promise<boolean> {
  const since = { since: started, states: ['complete'], limit: 1 } as const
  const newer = [...(await askedFor(ledger.runs, since)), ...(await ledger.runs.list({ ...since, command: 'pause' }))]
  return newer.some((run) => run.id > id) || (await cluster.describe()).state !== 'available'
}
