import type { Deps } from '../deps.ts'
import { messageOf, OpsError } from '../errors.ts'
import type { Asker } from '../people.ts'

type Parts = Pick<Deps, 'directory' | 'log'>

/** The people who are admins now, but for one and for guests. Those of whom Slack cannot say whether they are guests are left out. */
export async function adminsNow(besides: string | null, { directory, log }: Parts): Promise<readonly Asker[]> {
  const ids = (await holdersNow({ directory, log })).filter((id) => id !== besides)
  const people = await Promise.all(
    ids.map(async (id): Promise<Asker | null> => {
      const admin = { kind: 'slack', id, name: id } as const
      try {
        // A group of admins may hold guests, who are none.
        return (await directory.isGuest(admin)) ? null : admin
      } catch (error) {
        log.warn({ err: error, user: id }, `an admin could not be told: ${messageOf(error)}`)
        return null
      }
    }),
  )
  return people.filter((admin) => admin !== null)
}

/** The ids of the admins; while nobody can say who is in a group, those who are named themselves. */
async function holdersNow({ directory, log }: Parts): Promise<readonly string[]> {
  const holders = directory.holders('admin')
  try {
    return [...new Set(await directory.peopleOf(holders))]
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    log.warn({ err: error }, `only those admins are told who are named: ${error.message}`)
    return holders.filter((id) => !id.startsWith('S'))
  }
}
