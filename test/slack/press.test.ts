import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { tableOfThings } from '../../src/core/reply.ts'
import { formModal, typedModal } from '../../src/slack/action-ids.ts'
import { team } from '../../src/workspace/personas.ts'
import { eventually } from './support/clock.ts'
import type { Front } from './support/front.ts'
import { ada, dataEng, type Office, openOffice, random, vera } from './support/office.ts'
import { postSigned } from './support/signed.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const say = (text: string, channel = dataEng, as = ada) => office.workspace.users.send({ as, channel, text })
const press = (label: string, { as = ada, channel = dataEng, copies = 1 } = {}) =>
  office.workspace.users.press({ as, copies, ...office.button(label, channel, as) })
const texts = (channel = dataEng) => office.seen(channel).map(({ text }) => text)
const shown = (words: string, channel = dataEng) =>
  eventually(() => texts(channel).some((text) => text.includes(words)))
const planned = async (line: string, channel = dataEng): Promise<void> => {
  await say(`/sparkify ${line}`, channel)
  await eventually(() => office.seen(channel).length > 0)
}
const runs = async () => (await office.ledger.runs.list({ limit: 10 })).map(({ line, state }) => `${line} ${state}`)

const viewSchema = z.object({ view: z.object({ id: z.string(), private_metadata: z.string() }) })
const dialogs = () =>
  office.front.named('views.open').flatMap(({ answer }) => {
    const opened = viewSchema.safeParse(JSON.parse(answer || 'null'))
    return opened.success ? [opened.data.view] : []
  })
const submit = (view_id: string, value: string, as = ada) =>
  office.workspace.users.submit({ as, view_id, form: [{ block_id: 'word', action_id: 'typed', value }] })

describe('a button that says a line', () => {
  it('says it for whoever pressed it', async () => {
    office.doors.open('songs')
    await say('/sparkify help')
    await shown('This is the help.')
    await press('Songs')
    await shown('Three songs.')
    expect(await runs()).toContain('songs complete')
  })

  it('pressed once but delivered twice says it once', async () => {
    office.doors.open('songs')
    await say('/sparkify help')
    await shown('This is the help.')
    await press('Songs', { copies: 2 })
    await shown('Three songs.')
    expect(office.doors.arrivals('songs')).toBe(1)
  })
})

describe('a button in a row of a table', () => {
  const rows = () => [
    tableOfThings(['Undo', 'Yellow'], {
      title: 'Songs',
      columns: { song: 'text' },
      rowOf: (song) => [song],
      action: (song) => (song === 'Undo' ? null : { label: 'Show it', line: 'help' }),
    }),
  ]
  const another = async (arrange: (front: Front) => void = () => undefined): Promise<void> => {
    await office.close()
    office = await openOffice({ songs: rows, arrange })
    office.doors.open('songs')
    await say('/sparkify songs')
    await shown('Three songs.')
  }

  it('runs its line for whoever clicked it', async () => {
    await another()
    await press('Show it', { as: vera })
    await eventually(() => office.seen(dataEng, vera).some(({ text }) => text === 'This is the help.'))
    expect(office.seen(dataEng, ada).some(({ text }) => text === 'This is the help.')).toBe(false)
  })

  it('is a menu below the table where Slack does not take it', async () => {
    await another((front) =>
      front.inject(({ body }) =>
        body.get('blocks')?.includes('action_cell') ? { body: { ok: false, error: 'invalid_blocks' } } : undefined,
      ),
    )
    await press('Show it: Yellow')
    await shown('This is the help.')
  })
})

describe('a plan', () => {
  it('goes to the asker alone, and nothing happens until it is confirmed', async () => {
    await planned('spend')
    expect(office.seen(dataEng, vera)).toEqual([])
    expect(await runs()).toEqual([])
  })

  it('is carried out by its button, which goes away first', async () => {
    await planned('spend')
    await press('Spend $0.54')
    await eventually(() => office.doors.arrivals('spend') === 1)
    await shown('Confirmed: Spend $0.54')
    expect(() => office.button('Spend $0.54')).toThrow()
    office.doors.open('spend')
    await shown('It is spent.')
    expect(office.seen(dataEng, vera)[0]?.text).toContain('It is spent.')
  })

  it('clicked twice runs once, and the second click says so', async () => {
    await planned('spend')
    const button = office.button('Spend $0.54')
    await Promise.all([
      office.workspace.users.press({ as: ada, ...button }),
      office.workspace.users.press({ as: ada, ...button }),
    ])
    await shown('already confirmed')
    office.doors.open('spend')
    await shown('It is spent.')
    expect(office.doors.arrivals('spend')).toBe(1)
    expect(await runs()).toEqual(['spend complete'])
  })

  it('delivered twice runs once, and nothing is said of it', async () => {
    await planned('spend')
    office.doors.open('spend')
    await press('Spend $0.54', { copies: 2 })
    await shown('It is spent.')
    expect(office.doors.arrivals('spend')).toBe(1)
    expect(texts().join()).not.toContain('already')
  })

  it('is put away by "Not now"', async () => {
    await planned('spend')
    const spend = office.button('Spend $0.54')
    await press('Not now')
    await shown('Cancelled.')
    expect(() => office.button('Spend $0.54')).toThrow()
    expect(await office.workspace.users.press({ as: ada, ...spend })).toMatchObject({ notice: expect.any(String) })
    expect(await runs()).toEqual([])
  })

  it('expires after ten minutes', async () => {
    await planned('spend')
    office.clock.advance(11 * 60_000)
    await press('Spend $0.54')
    await shown('This plan has expired. Nothing was done.')
    expect(() => office.button('Spend $0.54')).toThrow()
    expect(await runs()).toEqual([])
  })

  it('is not even shown where its run could not be followed', async () => {
    await planned('spend', random)
    expect(JSON.stringify(office.workspace.messages(random, ada))).toContain('/invite @sparkify')
    expect(() => office.button('Spend $0.54', random)).toThrow()
  })

  it('waits for the invitation when the bot was thrown out meanwhile', async () => {
    await planned('spend')
    let out = true
    office.front.inject(({ name }) =>
      out && name === 'conversations.info' ? { body: { ok: false, error: 'channel_not_found' } } : undefined,
    )
    await press('Spend $0.54')
    await eventually(() => JSON.stringify(office.workspace.messages(dataEng, ada)).includes('/invite @sparkify'))
    expect(await runs()).toEqual([])
    out = false
    office.doors.open('spend')
    await press('Spend $0.54')
    await shown('It is spent.')
  })
})

describe('a plan that wants a word typed', () => {
  const opened = async (): Promise<string> => {
    await planned('wipe')
    await press('Wipe all')
    await eventually(() => dialogs().length === 1)
    return dialogs()[0]?.id ?? ''
  }

  it('opens a dialog that belongs to it', async () => {
    await opened()
    expect(await office.ledger.plans.get(dialogs()[0]?.private_metadata ?? '')).toMatchObject({ line: 'wipe' })
    expect(await runs()).toEqual([])
  })

  it('opens it once for a press that is delivered twice, and says nothing of it', async () => {
    await planned('wipe')
    await press('Wipe all', { copies: 2 })
    await eventually(() => office.front.named('views.open').length === 2)
    await say('/sparkify help')
    await shown('This is the help.')
    expect(office.seen()).toHaveLength(2)
  })

  it('refuses another word inside the dialog', async () => {
    const id = await opened()
    expect((await submit(id, 'sparklify')).errors).toEqual({ word: 'Type sparkify, exactly. Nothing was done.' })
    expect(await runs()).toEqual([])
  })

  it('is carried out by the right word, and its button goes away', async () => {
    const id = await opened()
    office.doors.open('wipe')
    expect(await submit(id, ' sparkify ')).toEqual({})
    await office.clock.until(() => texts().some((text) => text.includes('It is wiped.')))
    await shown('Confirmed by ada: Wipe all')
    expect(() => office.button('Wipe all')).toThrow()
    expect(await runs()).toEqual(['wipe complete'])
  })

  it('is carried out once by a dialog whose submission is delivered twice, and says nothing of the second', async () => {
    const id = await opened()
    const { private_metadata } = dialogs()[0] ?? { private_metadata: '' }
    const submission = {
      type: 'view_submission',
      trigger_id: 'one',
      team: { id: team.id, domain: team.domain },
      user: { id: ada, username: 'ada' },
      view: {
        id,
        callback_id: typedModal.callbackId,
        private_metadata,
        hash: 'one',
        state: {
          values: { [typedModal.blockId]: { [typedModal.actionId]: { type: 'plain_text_input', value: 'sparkify' } } },
        },
      },
    }
    office.doors.open('wipe')
    const deliver = () => postSigned(office.front.origin, { payload: JSON.stringify(submission) })
    const answers = await Promise.all([deliver(), deliver()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await office.clock.until(() => texts().some((text) => text.includes('It is wiped.')))
    await shown('Confirmed by ada: Wipe all')
    expect(await runs()).toEqual(['wipe complete'])
    expect(texts().filter((text) => /settled|expired|Nothing was done/.test(text))).toEqual([])
  })

  it('is carried out by a dialog that was opened before a restart, only by the right word', async () => {
    const id = await opened()
    office = await office.restart()
    office.doors.open('wipe')
    expect(await submit(id, 'sparklify')).toEqual({})
    await eventually(() => office.seen().some(({ text }) => text.includes('does not match')))
    expect(await runs()).toEqual([])
  })

  it('says so when Slack did not open the dialog', async () => {
    await planned('wipe')
    office.front.inject(({ name }) =>
      name === 'views.open' ? { body: { ok: false, error: 'expired_trigger_id' } } : undefined,
    )
    await press('Wipe all')
    await shown('Slack did not open the dialog in time. Nothing was done.')
    expect(await runs()).toEqual([])
  })
})

describe('a button that this version does not know', () => {
  it('is acknowledged and answered', async () => {
    await say('/sparkify help')
    await shown('This is the help.')
    const { ts } = office.button('Songs')
    const body = {
      type: 'block_actions',
      trigger_id: 'one',
      user: { id: ada, username: 'ada' },
      channel: { id: dataEng, name: 'data-eng' },
      container: { type: 'message', message_ts: ts, channel_id: dataEng },
      response_url: `${office.front.origin}/response/none`,
      actions: [{ type: 'button', action_id: 'sing', block_id: 'b', value: 'x' }],
    }
    const answer = await postSigned(office.front.origin, { payload: JSON.stringify(body) })
    expect(answer.status).toBe(200)
    await shown('This button belongs to another version of the bot. Nothing was done.')
    expect(JSON.stringify(office.workspace.messages(dataEng, ada))).toContain(
      'Type the command again to get new buttons.',
    )
  })
})

describe('a form that this version does not know', () => {
  it('closes, and is answered', async () => {
    const body = {
      type: 'view_submission',
      trigger_id: 'one',
      user: { id: ada, username: 'ada' },
      view: { callback_id: formModal.callbackId, private_metadata: '{"line":"songs"}', state: { values: {} } },
    }
    const answer = await postSigned(office.front.origin, { payload: JSON.stringify(body) })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    const direct = `D${ada.slice(1)}`
    await shown('This form belongs to another version of the bot. Nothing was done.', direct)
    expect(JSON.stringify(office.workspace.messages(direct, ada))).toContain(
      'Type the command again to get a new form.',
    )
    expect(await runs()).toEqual([])
  })
})
