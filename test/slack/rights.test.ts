import { createClient } from '@libsql/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCommands } from '../../src/commands.ts'
import { includesRole } from '../../src/core/people.ts'
import { formModal, runAction } from '../../src/slack/action-ids.ts'
import { team } from '../../src/workspace/personas.ts'
import type { Call } from './support/front.ts'
import { dataEng, type Office, vera } from './support/office.ts'
import { postSigned, postSignedJson } from './support/signed.ts'
import { openLoadedOffice } from './support/warehouse.ts'

/*
 * Every command above somebody's role, with all of its examples, at every door: a refusal that names the role, and a ledger in which nothing
 * but the refusal was entered.
 */

const otto = 'U0OTTO0OPER'
let office: Office
beforeAll(async () => {
  office = await openLoadedOffice(undefined, [otto])
  // The triggers were not issued, and the threads are not there.
  office.front.inject(({ name }) =>
    name === 'views.open' || name === 'chat.postEphemeral' ? { body: { ok: true } } : undefined,
  )
})
afterAll(() => office.close())

const commands = await readCommands()
const people = [
  { role: 'viewer', id: vera },
  { role: 'operator', id: otto },
] as const

/** A line that is sent by one person; `at` is a number of its own. */
interface Sent {
  readonly line: string
  readonly command: string
  readonly id: string
  readonly at: number
}

const origin = () => office.front.origin
const event = ({ id, at }: Sent, fields: Readonly<Record<string, unknown>>): Promise<Response> => {
  const of = { user: id, ts: `1700000000.${String(at).padStart(6, '0')}`, user_team: team.id }
  return postSignedJson(origin(), { type: 'event_callback', event_id: `Ev${at}`, event: { ...of, ...fields } })
}
const interaction = ({ id, at }: Sent, fields: Readonly<Record<string, unknown>>): Promise<Response> => {
  const of = { trigger_id: `trigger ${at}`, user: { id, username: id, name: id, team_id: team.id } }
  const channel = { id: dataEng, name: 'data-eng' }
  return postSigned(origin(), { payload: JSON.stringify({ ...of, channel, ...fields }) })
}
const press = (action_id: string) => (sent: Sent) =>
  interaction(sent, { type: 'block_actions', actions: [{ type: 'button', action_id, value: sent.line }] })

const doors: Readonly<Record<string, (sent: Sent) => Promise<Response>>> = {
  'a slash command': ({ line, id, at }) => {
    const where = { channel_id: dataEng, channel_name: 'data-eng', team_id: team.id }
    return postSigned(origin(), {
      command: '/sparkify',
      text: line,
      user_id: id,
      trigger_id: `trigger ${at}`,
      ...where,
    })
  },
  'a mention': (sent) => event(sent, { type: 'app_mention', channel: dataEng, text: `<@U0SPARKIFY0> ${sent.line}` }),
  'a direct message': (sent) =>
    event(sent, { type: 'message', channel_type: 'im', channel: `D${sent.id.slice(1)}`, text: sent.line }),
  'a button': press(runAction),
  'a form': (sent) => {
    const private_metadata = JSON.stringify({ command: sent.command, channel: dataEng })
    const state = { values: { [`${formModal.blockPrefix}none`]: { [formModal.actionId]: { value: '' } } } }
    const view = { type: 'modal', callback_id: formModal.callbackId, private_metadata, state }
    return interaction(sent, { type: 'view_submission', view })
  },
}

const textOf = ({ name, body }: Call): string => (name.startsWith('chat.') ? (body.get('text') ?? '') : '')

// Names of deliveries, signs of life, and the record, in which each refusal is entered.
const noted = ['claims', 'processes', 'audit', 'messages', 'sqlite_sequence']

/** Everything else in the ledger. */
async function ledgerNow(): Promise<Readonly<Record<string, unknown>>> {
  const client = createClient({ url: office.ledgerUrl })
  const tables = await client.execute("select name from sqlite_master where type = 'table' order by name")
  const rows: Record<string, unknown> = {}
  for (const { name } of tables.rows)
    if (!noted.includes(String(name))) rows[String(name)] = (await client.execute(`select * from "${name}"`)).rows
  client.close()
  return rows
}

let at = 0
const cells = people.flatMap((person) => Object.entries(doors).map(([door, send]) => ({ ...person, door, send })))

/** How many entries the record has. */
const recorded = async (): Promise<number> => (await office.ledger.audit.list({ limit: 1 })).total

it.each(cells)('$door of a person who is $role', async ({ id, role, send }) => {
  const before = { ledger: await ledgerNow(), recorded: await recorded(), calls: office.front.calls.length }
  const lines = commands
    .filter((command) => !includesRole(role, command.role))
    .flatMap(({ name, role: needs, examples }) => [name, ...examples].map((line) => ({ line, name, needs })))
  const sent = await Promise.all(
    lines.map(async (line) => ({
      ...line,
      answer: await (await send({ line: line.line, command: line.name, id, at: ++at })).text(),
    })),
  )
  // Also a form that lacks a field, which somebody who may fill it in is asked for.
  expect(sent.map(({ answer }) => answer)).toEqual(sent.map(() => ''))
  expect(sent.length).toBeGreaterThan(10)
  await office.clock.until(async () => (await recorded()) === before.recorded + sent.length)
  const expected = sent.map(
    ({ name, needs }) => `${name} needs an ${needs}. You are ${id}, ${role} here. Nothing was done.`,
  )
  const { entries } = await office.ledger.audit.list({ limit: sent.length })
  const refusals = entries.map(({ what, headline }) => (what === 'refused' ? headline : what))
  expect(refusals.toSorted()).toEqual(expected.toSorted())
  expect(await ledgerNow()).toEqual(before.ledger)
  await office.clock.until(() => {
    const said = new Set(office.front.calls.slice(before.calls).map(textOf))
    return expected.every((refusal) => said.has(refusal))
  })
})
