import type { AccessPolicy } from '../../core/deps.ts'
import { green, probe } from '../../core/doctor/run-probes.ts'
import { messageOf, OpsError } from '../../core/errors.ts'
import type { Probe } from '../../core/ports/probe.ts'
import { hourMs } from '../../core/span.ts'
import type { Installation } from '../bot-identity.ts'
import { SlackRefused } from '../slack-errors.ts'
import type { Profile, Profiles } from './profiles.ts'

/** How a person belongs to the organization in which the app is installed. */
type MemberStanding = 'member' | 'guest' | 'outsider' | 'deactivated' | 'app'

/** Decides who may use the bot. */
export interface Access {
  /**
   * Whether this person may use the bot. `team` is the workspace or organization that Slack's payload names as theirs. A refusal is
   * an error to be shown: `not_allowed`, or `slack` where Slack does not answer who they are. Never throws.
   */
  admit(person: string, team: string | null): Promise<Admission>
}

export type Admission =
  | { readonly kind: 'admitted'; readonly name: string }
  | { readonly kind: 'refused'; readonly why: OpsError }

// Most failures of Slack are over in minutes; an account that is closed meanwhile must not outlast them by much.
const trustedMs = hourMs

export function createAccess(parts: {
  readonly profiles: Profiles
  readonly installation: Installation
  readonly policy: AccessPolicy
}): Access {
  const { profiles, installation, policy } = parts
  return {
    async admit(person, team) {
      if (team !== null && isForeign(team, installation)) return { kind: 'refused', why: refusals.outsider }
      try {
        const profile = await profiles.of(person, trustedMs)
        const standing = standingOf(profile, installation)
        if (standing === 'member' || (standing === 'guest' && policy.guests === 'viewer'))
          return { kind: 'admitted', name: profile.name }
        return { kind: 'refused', why: refusals[standing] }
      } catch (error) {
        return { kind: 'refused', why: unknownPerson(error) }
      }
    },
  }
}

/**
 * Members are of the bot's own workspace, or of its organization where the app is installed for all of that. Slack Connect brings people of
 * other organizations into channels (https://docs.slack.dev/apis/slack-connect).
 */
export function standingOf(profile: Profile, { team, enterprise, orgWide }: Installation): MemberStanding {
  const isColleague = orgWide && enterprise !== null && profile.enterprise === enterprise
  const isOwn = isColleague || (profile.teams.includes(team) && !profile.stranger)
  if (!isOwn) return 'outsider'
  if (profile.left) return 'deactivated'
  if (profile.bot) return 'app'
  return profile.guest === 'none' ? 'member' : 'guest'
}

/**
 * Whether a payload by itself shows that somebody belongs to another organization. It names a workspace (`T…`) or an organization (`E…`); an
 * organization has many workspaces, so there the profile decides.
 */
function isForeign(id: string, { team, enterprise }: Installation): boolean {
  return id.startsWith('E') ? id !== enterprise : id !== team && enterprise === null
}

const refused = (message: string, remedy = ''): OpsError =>
  new OpsError('not_allowed', `${message} Nothing was done.`, remedy)

const refusals = {
  outsider: refused('I only answer members of the organization that runs me.', 'Ask someone there to run it for you.'),
  guest: refused(
    'I do not answer guests.',
    'Ask a member to run it, or an admin of the bot to set SPARKIFY_GUESTS=viewer.',
  ),
  deactivated: refused('This account is deactivated.'),
  app: refused('I do not answer other apps.'),
} as const

/** The refusal while Slack does not return a profile. */
export function unknownPerson(error: unknown): OpsError {
  const why = error instanceof SlackRefused ? error.code : messageOf(error)
  const remedy =
    why === 'missing_scope'
      ? 'Give the app the scope users:read (it is in manifest.yml), then reinstall it.'
      : 'Try again in a minute.'
  return new OpsError('slack', `Cannot read your Slack profile (${why}). Nothing was done.`, remedy, {
    cause: error,
  })
}

const guestWords = { refuse: 'refused', viewer: 'admitted as viewers' } as const
const channelWords = { refuse: 'answers to the asker alone, no posts', allow: 'posts allowed' } as const

/** Both settings, for `doctor`. */
export function accessProbe({ guests, sharedChannels }: AccessPolicy): Probe {
  return probe({ id: 'access', title: 'Access' }, async () =>
    green(
      `people of other organizations refused; guests ${guestWords[guests]} (SPARKIFY_GUESTS=${guests}); in channels shared with other organizations ${channelWords[sharedChannels]} (SPARKIFY_SHARED_CHANNELS=${sharedChannels})`,
    ),
  )
}
