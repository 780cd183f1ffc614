import { afterEach, describe, expect, it } from 'vitest'
import { createSlackClients } from '../../src/slack/clients.ts'
import { createSlackDirectory } from '../../src/slack/people/directory.ts'
import { createProfiles } from '../../src/slack/people/profiles.ts'
import { type Office, openOffice } from './support/office.ts'

let office: Office
afterEach(() => office.close())

const person = (id: string) => ({ kind: 'slack', id, name: id }) as const
async function directoryOf(admins: readonly string[], operators: readonly string[]) {
  office = await openOffice({ usergroups: { S0DATA: ['U0OTTO0OPER', 'U0GRACE000'] } })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const { quick: client } = createSlackClients({
    botToken: 'xoxb-1',
    apiUrl: `${office.front.origin}/api/`,
    log,
    retryPauseMs: 5,
  })
  const profiles = createProfiles(client, office.clock, log)
  return createSlackDirectory({ client, profiles, admins, operators, clock: office.clock, log })
}
/** Slack answers this way until the returned function is called. */
function refuse(error: string, method = 'usergroups.users.list'): () => void {
  let away = true
  office.front.inject(({ name }) => (away && name === method ? { body: { ok: false, error } } : undefined))
  return () => {
    away = false
  }
}
const lookups = () => office.front.named('usergroups.users.list').length

describe('roles by Slack ids', () => {
  it('are those of the people who are named', async () => {
    const directory = await directoryOf(['U0ADA0ADMIN'], ['W0ENTERPRISE'])
    expect(await directory.roleOf(person('U0ADA0ADMIN'))).toBe('admin')
    expect(await directory.roleOf(person('W0ENTERPRISE'))).toBe('operator')
    expect(lookups()).toBe(0)
  })

  it('are viewer for everybody else, and for people who are not Slack’s', async () => {
    const directory = await directoryOf(['U0ADA0ADMIN'], [])
    expect(await directory.roleOf(person('U0NOBODY000'))).toBe('viewer')
    expect(await directory.roleOf({ kind: 'local', id: 'U0ADA0ADMIN', name: 'ada' })).toBe('viewer')
  })

  it('are those of the groups somebody is in', async () => {
    const directory = await directoryOf([], ['S0DATA'])
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('operator')
    expect(await directory.roleOf(person('U0NOBODY000'))).toBe('viewer')
  })

  it('are the highest of several', async () => {
    const directory = await directoryOf(['S0DATA'], ['U0GRACE000'])
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('admin')
  })

  it('are asked of Slack once a minute', async () => {
    const directory = await directoryOf([], ['S0DATA'])
    for (let i = 0; i < 5; i++) await directory.roleOf(person('U0GRACE000'))
    expect(lookups()).toBe(1)
    office.clock.advance(60_000)
    await directory.roleOf(person('U0GRACE000'))
    expect(lookups()).toBe(2)
  })

  it('are asked of Slack once, however many ask at the same moment', async () => {
    const directory = await directoryOf([], ['S0DATA'])
    const asked = Array.from({ length: 12 }, () => directory.roleOf(person('U0GRACE000')))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['operator']))
    expect(lookups()).toBe(1)
  })

  it('are those that Slack named last while it fails, for an hour', async () => {
    const directory = await directoryOf([], ['S0DATA'])
    await directory.roleOf(person('U0GRACE000'))
    refuse('internal_error')
    office.clock.advance(3_600_000 - 1)
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('operator')
    office.clock.advance(1)
    await expect(directory.roleOf(person('U0GRACE000'))).rejects.toMatchObject({ code: 'slack' })
  })

  it('are not known while Slack never said who is in a group, and come back when it does; who is named is not asked about', async () => {
    const directory = await directoryOf(['U0ADA0ADMIN', 'S0DATA'], [])
    const back = refuse('missing_scope')
    await expect(directory.roleOf(person('U0GRACE000'))).rejects.toMatchObject({
      code: 'slack',
      message: expect.stringContaining('S0DATA from Slack (missing_scope), so your role is unknown. Nothing was done.'),
    })
    expect(await directory.roleOf(person('U0ADA0ADMIN'))).toBe('admin')
    back()
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('admin')
  })

  it('are not asked for again before the time that Slack asks to wait', async () => {
    const directory = await directoryOf([], ['S0DATA'])
    let busy = true
    office.front.inject(({ name }) =>
      busy && name === 'usergroups.users.list'
        ? { status: 429, headers: { 'retry-after': '30' }, body: { ok: false, error: 'ratelimited' } }
        : undefined,
    )
    for (let i = 0; i < 5; i++) await expect(directory.roleOf(person('U0GRACE000'))).rejects.toThrow('S0DATA')
    expect(lookups()).toBe(1)
    busy = false
    office.clock.advance(30_000)
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('operator')
  })

  it('are nobody’s by a group that there is not', async () => {
    const directory = await directoryOf(['S0GONE'], [])
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('viewer')
  })

  it('name their holders: those of the role itself and of higher ones', async () => {
    const directory = await directoryOf(['U1'], ['U2', 'S0DATA'])
    expect(directory.holders('operator')).toEqual(['U2', 'S0DATA', 'U1'])
    expect(directory.holders('admin')).toEqual(['U1'])
  })
})

describe('the people that ids stand for', () => {
  it('are those named, and the members of groups; they are not known while Slack does not say who these are', async () => {
    const directory = await directoryOf([], [])
    expect(await directory.peopleOf(['U1', 'S0DATA'])).toEqual(expect.arrayContaining(['U1', 'U0GRACE000']))
    refuse('internal_error')
    office.clock.advance(60_000)
    expect(await directory.peopleOf(['U1', 'S0DATA'])).toEqual(expect.arrayContaining(['U1', 'U0GRACE000']))
    office.clock.advance(3_600_000)
    await expect(directory.peopleOf(['U1', 'S0DATA'])).rejects.toMatchObject({ code: 'slack' })
  })
})

describe('who has left', () => {
  it('is nobody while Slack cannot say, and whoever Slack does not know any more', async () => {
    const directory = await directoryOf([], [])
    expect(await directory.hasLeft(person('U0NOBODY000'))).toBe(true)
    refuse('internal_error', 'users.info')
    expect(await directory.hasLeft(person('U0ADA0ADMIN'))).toBe(false)
  })
})

describe('time zones of people', () => {
  it('are those of their profiles, asked of Slack once in ten minutes', async () => {
    const directory = await directoryOf([], [])
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    for (let i = 0; i < 3; i++) expect(await directory.zoneOf(person('U0ADA0ADMIN'))).toBe(zone)
    expect(office.front.named('users.info')).toHaveLength(1)
    office.clock.advance(600_000)
    await directory.zoneOf(person('U0ADA0ADMIN'))
    expect(office.front.named('users.info')).toHaveLength(2)
  })

  it('are UTC where a profile has none, and nothing else of it is lost', async () => {
    const directory = await directoryOf([], [])
    office.front.inject(({ name }) =>
      name === 'users.info' ? { body: { ok: true, user: { id: 'U0NOZONE000', tz: null, deleted: true } } } : undefined,
    )
    expect(await directory.zoneOf(person('U0NOZONE000'))).toBe('UTC')
    expect(await directory.hasLeft(person('U0NOZONE000'))).toBe(true)
  })

  it('are UTC where Slack cannot say, and for people who are not Slack’s', async () => {
    const directory = await directoryOf([], [])
    expect(await directory.zoneOf(person('U0NOBODY000'))).toBe('UTC')
    expect(await directory.zoneOf({ kind: 'local', id: 'ada', name: 'ada' })).toBe('UTC')
  })
})
