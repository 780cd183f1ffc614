import type { Answer } from './answer.ts'
import type { Deps } from './deps.ts'
import { messageOf, OpsError } from './errors.ts'

type Parts = Pick<Deps, 'directory' | 'outbox' | 'log'>

/** Tells each admin directly, but for one. Throws `slack` where not a single one could be told. */
export async function tellAdmins(answer: Answer, deps: Parts, besides?: string): Promise<void> {
  const admins = (await adminsNow(deps)).filter((id) => id !== besides)
  const told = await Promise.all(admins.map((id) => isTold(id, answer, deps)))
  if (!told.includes(true)) throw new OpsError('slack', 'No admin could be told.', 'Name one in SPARKIFY_ADMINS.')
}

async function isTold(id: string, answer: Answer, { directory, outbox, log }: Parts): Promise<boolean> {
  const admin = { kind: 'slack', id, name: id } as const
  try {
    // A group of admins may hold guests, who are none.
    if (await directory.isGuest(admin)) return false
    await outbox.tell(admin, answer)
    return true
  } catch (error) {
    log.warn({ err: error, user: id }, `an admin could not be told: ${messageOf(error)}`)
    return false
  }
}

/** The people who are admins; while nobody can say who is in a group, those who are named themselves. */
async function adminsNow({ directory, log }: Parts): Promise<readonly string[]> {
  const holders = directory.holders('admin')
  try {
    return [...new Set(await directory.peopleOf(holders))]
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    log.warn({ err: error }, `only those admins are told who are named: ${error.message}`)
    return holders.filter((id) => !id.startsWith('S'))
  }
}
