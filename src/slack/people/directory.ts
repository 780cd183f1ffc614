import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf, OpsError } from '../../core/errors.ts'
import { includesRole, type Role } from '../../core/people.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Directory } from '../../core/ports/directory.ts'
import type { Log } from '../../core/ports/log.ts'
import { dayMs, hourMs } from '../../core/span.ts'
import { call } from '../api-methods.ts'
import { SlackRefused } from '../slack-errors.ts'
import { unknownPerson } from './access.ts'
import { createLookups } from './lookups.ts'
import type { Profile, Profiles } from './profiles.ts'

interface DirectoryOptions {
  readonly client: WebClient
  readonly profiles: Profiles
  /** User ids (`U…`, `W…`) and user-group ids (`S…`). */
  readonly admins: readonly string[]
  readonly operators: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

// A role withdrawn in Slack counts within a minute; usergroups.users.list allows 20 calls a minute.
const groupsKnownMs = 60_000

// Most failures of Slack are over in minutes, and a night's load takes no longer; a role withdrawn meanwhile must not outlast them by much.
const trustedMs = hourMs

// People move seldom, and an answer names its zone.
const zoneTrustedMs = dayMs

const membersSchema = z.object({ users: z.array(z.string()) })

/**
 * Roles by Slack ids. Everybody who is not named is a viewer, and so is every guest. While Slack does not answer, the last known groups and
 * guests count for an hour.
 */
export function createSlackDirectory(options: DirectoryOptions): Directory {
  const { client, profiles, admins, operators, clock, log } = options
  const members = createLookups<ReadonlySet<string>>({
    clock,
    freshMs: groupsKnownMs,
    ask: (group) => membersOf(client, group),
    failed: (error, group) =>
      log.warn({ err: error, group }, `Slack did not return the members of a user group: ${messageOf(error)}`),
  })
  const membersNow = async (group: string): Promise<readonly string[]> => {
    try {
      return [...(await members.of(group, trustedMs))]
    } catch (error) {
      throw unknownGroup(group, error)
    }
  }
  const profileNow = (id: string): Promise<Pick<Profile, 'zone' | 'left'>> =>
    profiles.of(id, zoneTrustedMs).catch(() => ({ zone: 'UTC', left: false }))
  const isGuest = async (id: string): Promise<boolean> => {
    try {
      return (await profiles.of(id, trustedMs)).guest !== 'none'
    } catch (error) {
      throw unknownPerson(error)
    }
  }

  const peopleOf = async (ids: readonly string[]): Promise<readonly string[]> => {
    const people = await Promise.all(ids.map(async (id) => (id.startsWith('S') ? membersNow(id) : [id])))
    return people.flat()
  }
  const isAmong = async (id: string, ids: readonly string[]): Promise<boolean> =>
    ids.includes(id) || (await peopleOf(ids)).includes(id)

  return {
    async roleOf({ kind, id }) {
      if (kind !== 'slack') return 'viewer'
      const named = (await isAmong(id, admins)) ? 'admin' : (await isAmong(id, operators)) ? 'operator' : 'viewer'
      return named !== 'viewer' && (await isGuest(id)) ? 'viewer' : named
    },
    zoneOf: async ({ kind, id }) => (kind === 'slack' ? (await profileNow(id)).zone : 'UTC'),
    hasLeft: async ({ kind, id }) => kind === 'slack' && (await profileNow(id)).left,
    isGuest: async ({ kind, id }) => kind === 'slack' && (await isGuest(id)),
    holders: (role) => holdersOf(role, { admin: admins, operator: operators }),
    peopleOf,
  }
}

/** The people in a group; none where there is no such group. */
async function membersOf(client: WebClient, group: string): Promise<ReadonlySet<string>> {
  try {
    const { users } = await call(client, 'usergroups.users.list', { usergroup: group }, membersSchema)
    return new Set(users)
  } catch (error) {
    if (error instanceof SlackRefused && error.code === 'no_such_subteam') return new Set()
    throw error
  }
}

const needsScope = 'Give the app the scope usergroups:read (it is in manifest.yml), then reinstall it.'

function unknownGroup(group: string, cause: unknown): OpsError {
  const why = cause instanceof SlackRefused ? cause.code : 'Slack cannot be reached'
  return new OpsError(
    'slack',
    `Cannot read user group ${group} from Slack (${why}), so your role is unknown. Nothing was done.`,
    why === 'missing_scope' ? needsScope : 'Try again in a minute.',
    { cause },
  )
}

function holdersOf(role: Role, named: Readonly<Record<'admin' | 'operator', readonly string[]>>): readonly string[] {
  return (['operator', 'admin'] as const).flatMap((held) => (includesRole(held, role) ? named[held] : []))
}
