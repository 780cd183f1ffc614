import { afterEach, describe, expect, it } from 'vitest'
import { createSlackClients } from '../../src/slack/clients.ts'
import { createSlackDirectory } from '../../src/slack/directory.ts'
import { type Office, openOffice } from './support/office.ts'

let office: Office
afterEach(() => office.close())

const person = (id: string) => ({ kind: 'slack', id, name: id }) as const
async function directoryOf(admins: readonly string[], operators: readonly string[]) {
  office = await openOffice({ usergroups: { S0DATA: ['U0OTTO0OPER', 'U0GRACE000'] } })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const { quick: client } = createSlackClients({ botToken: 'xoxb-1', apiUrl: `${office.front.origin}/api/`, log })
  return createSlackDirectory({ client, admins, operators, clock: office.clock, log })
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

  it('fail closed while Slack cannot say who is in a group, and come back when it can', async () => {
    const directory = await directoryOf(['S0DATA'], [])
    let away = true
    office.front.inject(({ name }) =>
      away && name === 'usergroups.users.list' ? { body: { ok: false, error: 'missing_scope' } } : undefined,
    )
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('viewer')
    away = false
    expect(await directory.roleOf(person('U0GRACE000'))).toBe('admin')
  })

  it('name their holders: those of the role itself and of higher ones', async () => {
    const directory = await directoryOf(['U1'], ['U2', 'S0DATA'])
    expect(directory.holders('operator')).toEqual(['U2', 'S0DATA', 'U1'])
    expect(directory.holders('admin')).toEqual(['U1'])
  })
})

describe('the people that ids stand for', () => {
  it('are those named, and the members of groups while Slack says who they are', async () => {
    const directory = await directoryOf([], [])
    expect(await directory.peopleOf(['U1', 'S0DATA'])).toEqual(expect.arrayContaining(['U1', 'U0GRACE000']))
    office.front.inject(({ name }) =>
      name === 'usergroups.users.list' ? { body: { ok: false, error: 'missing_scope' } } : undefined,
    )
    office.clock.advance(60_000)
    expect(await directory.peopleOf(['U1', 'S0DATA'])).toEqual(['U1'])
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

  it('are UTC where Slack cannot say, and for people who are not Slack’s', async () => {
    const directory = await directoryOf([], [])
    expect(await directory.zoneOf(person('U0NOBODY000'))).toBe('UTC')
    expect(await directory.zoneOf({ kind: 'local', id: 'ada', name: 'ada' })).toBe('UTC')
  })
})
