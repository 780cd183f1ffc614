import { afterEach, describe, expect, it } from 'vitest'
import type { AccessPolicy } from '../../src/core/deps.ts'
import { createSlackClients } from '../../src/slack/clients.ts'
import { createAccess, standingOf } from '../../src/slack/people/access.ts'
import { createSlackDirectory } from '../../src/slack/people/directory.ts'
import { createProfiles, type Profile } from '../../src/slack/people/profiles.ts'
import { partner, team } from '../../src/workspace/personas.ts'
import { type Office, openOffice, vera } from './support/office.ts'

let office: Office
afterEach(() => office.close())

const gus = 'U0GUS00GUES'
const workspace = { team: team.id, enterprise: null, orgWide: false }
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

async function profilesOf() {
  office = await openOffice()
  const { quick: client } = createSlackClients({
    botToken: 'xoxb-1',
    apiUrl: `${office.front.origin}/api/`,
    log,
    retryPauseMs: 5,
  })
  return { client, profiles: createProfiles(client, office.clock, log) }
}
async function accessOf(policy: Partial<AccessPolicy> = {}) {
  const { profiles } = await profilesOf()
  return createAccess({
    profiles,
    installation: workspace,
    policy: { guests: 'refuse', sharedChannels: 'refuse', ...policy },
  })
}
const asked = () => office.front.named('users.info').length
const answer = (user: object) =>
  office.front.inject(({ name }) => (name === 'users.info' ? { body: { ok: true, user } } : undefined))
const fail = (error: string) =>
  office.front.inject(({ name }) => (name === 'users.info' ? { body: { ok: false, error } } : undefined))

describe('who is admitted', () => {
  it('is a member, by the name in their profile', async () => {
    const access = await accessOf()
    expect(await access.admit(vera, team.id)).toEqual({ kind: 'admitted', name: 'vera' })
  })

  it('is a guest where guests are viewers', async () => {
    const access = await accessOf({ guests: 'viewer' })
    expect(await access.admit(gus, null)).toEqual({ kind: 'admitted', name: 'gus' })
  })

  it('is known for an hour while Slack does not answer, and no longer', async () => {
    const access = await accessOf()
    await access.admit(vera, null)
    fail('internal_error')
    office.clock.advance(3_600_000 - 1)
    expect(await access.admit(vera, null)).toMatchObject({ kind: 'admitted' })
    office.clock.advance(1)
    expect(await access.admit(vera, null)).toMatchObject({
      kind: 'refused',
      why: { code: 'slack', message: expect.stringContaining('internal_error'), remedy: 'Try again in a minute.' },
    })
  })

  it('is looked up once in ten minutes, however much they ask', async () => {
    const access = await accessOf()
    await Promise.all(Array.from({ length: 50 }, () => access.admit(vera, null)))
    office.clock.advance(599_999)
    await access.admit(vera, null)
    expect(asked()).toBe(1)
    office.clock.advance(1)
    await access.admit(vera, null)
    expect(asked()).toBe(2)
  })

  it('is nobody whom the payload places in another workspace, without a look-up', async () => {
    const access = await accessOf()
    expect(await access.admit(vera, partner.id)).toMatchObject({ kind: 'refused', why: { code: 'not_allowed' } })
    expect(asked()).toBe(0)
  })

  it.each([
    ['is of another workspace', { team_id: 'T0OTHER' }, 'I only answer members of'],
    ['is of no workspace that Slack names', {}, 'I only answer members of'],
    ['is a stranger in Slack’s own word', { team_id: team.id, is_stranger: true }, 'I only answer members of'],
    ['has left', { team_id: team.id, deleted: true }, 'This account is deactivated.'],
    ['is an app', { team_id: team.id, is_bot: true }, 'I do not answer other apps.'],
    ['is a guest', { team_id: team.id, is_restricted: true }, 'I do not answer guests.'],
    [
      'is a single-channel guest',
      { team_id: team.id, is_restricted: true, is_ultra_restricted: true },
      'I do not answer guests.',
    ],
  ])('is nobody who %s, and reads why', async (_, user, words) => {
    const access = await accessOf()
    answer({ id: 'U1', name: 'one', tz: null, ...user })
    const message = expect.stringContaining(words)
    expect(await access.admit('U1', null)).toMatchObject({ kind: 'refused', why: { code: 'not_allowed', message } })
  })

  it.each(['user_not_found', 'user_not_visible'])('is nobody of whom Slack answers %s', async (error) => {
    const access = await accessOf()
    fail(error)
    expect(await access.admit(vera, null)).toMatchObject({ kind: 'refused', why: { code: 'not_allowed' } })
  })

  it('is nobody whom Slack does not know', async () => {
    const access = await accessOf()
    expect(await access.admit('U0NOBODY000', null)).toMatchObject({ kind: 'refused', why: { code: 'not_allowed' } })
  })

  it('is nobody while the token may not ask, and the cure is named', async () => {
    const access = await accessOf()
    fail('missing_scope')
    expect(await access.admit(vera, null)).toMatchObject({
      why: { code: 'slack', remedy: expect.stringContaining('users:read') },
    })
  })
})

describe('of an Enterprise organization', () => {
  const colleague: Profile = {
    name: 'one',
    zone: 'UTC',
    left: false,
    bot: false,
    guest: 'none',
    teams: ['T2'],
    enterprise: 'E1',
    stranger: false,
  }

  it('people of its other workspaces are members where the app is installed for all of it, and only there', async () => {
    await profilesOf()
    expect(standingOf(colleague, { team: 'T1', enterprise: 'E1', orgWide: true })).toBe('member')
    expect(standingOf({ ...colleague, enterprise: 'E2' }, { team: 'T1', enterprise: 'E1', orgWide: true })).toBe(
      'outsider',
    )
    expect(standingOf(colleague, { team: 'T1', enterprise: 'E1', orgWide: false })).toBe('outsider')
    expect(standingOf({ ...colleague, teams: ['T2', 'T1'] }, { team: 'T1', enterprise: 'E1', orgWide: false })).toBe(
      'member',
    )
    expect(standingOf({ ...colleague, guest: 'multi-channel' }, { team: 'T1', enterprise: 'E1', orgWide: true })).toBe(
      'guest',
    )
  })

  it('a payload that names the organization is no stranger’s; one that names another is', async () => {
    const { profiles } = await profilesOf()
    answer({ id: 'U1', name: 'one', team_id: 'T2', enterprise_user: { enterprise_id: 'E1', teams: ['T2'] } })
    const access = createAccess({
      profiles,
      installation: { team: 'T1', enterprise: 'E1', orgWide: true },
      policy: { guests: 'refuse', sharedChannels: 'refuse' },
    })
    for (const named of ['E1', 'T2']) expect(await access.admit('U1', named)).toMatchObject({ kind: 'admitted' })
    expect(await access.admit('U1', 'E2')).toMatchObject({ kind: 'refused' })
  })

  it.each([
    ['T2', 'admitted'],
    ['T1', 'admitted'],
    ['T3', 'refused'],
  ])('of the workspace %s somebody of T1 and T2 is %s', async (installed, kind) => {
    const { profiles } = await profilesOf()
    answer({ id: 'U1', name: 'one', team_id: 'T1', enterprise_user: { enterprise_id: 'E1', teams: ['T1', 'T2'] } })
    const access = createAccess({
      profiles,
      installation: { team: installed, enterprise: 'E1', orgWide: false },
      policy: { guests: 'refuse', sharedChannels: 'refuse' },
    })
    expect(await access.admit('U1', null)).toMatchObject({ kind })
  })
})

describe('a guest', () => {
  it('is never more than a viewer, whatever they are named; and is not known while Slack does not say', async () => {
    const { client, profiles } = await profilesOf()
    const directory = createSlackDirectory({
      client,
      profiles,
      admins: [gus],
      operators: [vera],
      clock: office.clock,
      log,
    })
    expect(await directory.roleOf({ kind: 'slack', id: gus, name: 'gus' })).toBe('viewer')
    fail('internal_error')
    await expect(directory.roleOf({ kind: 'slack', id: vera, name: 'vera' })).rejects.toMatchObject({ code: 'slack' })
  })
})
