import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import { includesRole, type Role } from '../core/people.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Directory } from '../core/ports/directory.ts'
import type { Log } from '../core/ports/log.ts'
import { call } from './methods.ts'
import { SlackRefused } from './refused.ts'

export interface DirectoryOptions {
  readonly client: WebClient
  /** User ids (`U…`, `W…`) and user-group ids (`S…`). */
  readonly admins: readonly string[]
  readonly operators: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

// A role withdrawn in Slack counts within a minute; usergroups.users.list allows 20 calls a minute.
const groupsKnownMs = 60_000

// People move and leave seldom, and an answer names its zone.
const profileKnownMs = 600_000

const profileSchema = z.object({ user: z.object({ tz: z.string().optional(), deleted: z.boolean().optional() }) })
const membersSchema = z.object({ users: z.array(z.string()) })

/** What Slack's profiles tell that the bot needs. */
interface Profile {
  /** IANA name. */
  readonly zone: string
  readonly left: boolean
}

/**
 * Roles by Slack ids, decided when they are asked for. Everybody who is not named is a viewer; so are the members of a group while
 * Slack cannot say who they are.
 */
export function createSlackDirectory({ client, admins, operators, clock, log }: DirectoryOptions): Directory {
  const known = new Map<string, { readonly at: number; readonly members: ReadonlySet<string> }>()

  const membersOf = async (group: string): Promise<ReadonlySet<string>> => {
    const now = clock.now().getTime()
    const cached = known.get(group)
    if (cached !== undefined && now - cached.at < groupsKnownMs) return cached.members
    try {
      const { users } = await call(client, 'usergroups.users.list', { usergroup: group }, membersSchema)
      const members = new Set(users)
      known.set(group, { at: now, members })
      return members
    } catch (error) {
      log.warn({ err: error, group }, `members of a user group are viewers for now: ${messageOf(error)}`)
      return new Set()
    }
  }

  const profiles = new Map<string, { readonly at: number; readonly profile: Profile }>()
  const profileOf = async (id: string): Promise<Profile> => {
    const now = clock.now().getTime()
    const cached = profiles.get(id)
    if (cached !== undefined && now - cached.at < profileKnownMs) return cached.profile
    try {
      const { user } = await call(client, 'users.info', { user: id }, profileSchema)
      const profile = { zone: user.tz ?? 'UTC', left: user.deleted === true }
      profiles.set(id, { at: now, profile })
      return profile
    } catch (error) {
      log.warn({ err: error, user: id }, `Slack did not say who somebody is: ${messageOf(error)}`)
      return { zone: 'UTC', left: error instanceof SlackRefused && error.code === 'user_not_found' }
    }
  }

  const peopleOf = async (ids: readonly string[]): Promise<readonly string[]> => {
    const people = await Promise.all(ids.map(async (id) => (id.startsWith('S') ? [...(await membersOf(id))] : [id])))
    return people.flat()
  }
  const isAmong = async (id: string, ids: readonly string[]): Promise<boolean> =>
    ids.includes(id) || (await peopleOf(ids)).includes(id)

  return {
    async roleOf({ kind, id }) {
      if (kind !== 'slack') return 'viewer'
      if (await isAmong(id, admins)) return 'admin'
      return (await isAmong(id, operators)) ? 'operator' : 'viewer'
    },
    zoneOf: async ({ kind, id }) => (kind === 'slack' ? (await profileOf(id)).zone : 'UTC'),
    hasLeft: async ({ kind, id }) => kind === 'slack' && (await profileOf(id)).left,
    holders: (role) => holdersOf(role, { admin: admins, operator: operators }),
    peopleOf,
  }
}

function holdersOf(role: Role, named: Readonly<Record<'admin' | 'operator', readonly string[]>>): readonly string[] {
  return (['operator', 'admin'] as const).flatMap((held) => (includesRole(held, role) ? named[held] : []))
}
