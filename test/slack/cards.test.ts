import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineCommand } from '../../src/core/command/define.ts'
import { text } from '../../src/core/reply.ts'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, type OfficeOptions, openOffice, random, vera } from './support/office.ts'
import { postSigned } from './support/signed.ts'

const otto = 'U0OTTO0OPER'
const direct = 'D0ADA0ADMIN'

let office: Office
const move = async (options: OfficeOptions): Promise<void> => {
  office = await openOffice(options)
}
/** Ada and Otto may approve; what destroys needs both. */
const two: OfficeOptions = { admins: [ada, otto], policy: { twoPerson: true } }

afterEach(() => office.close())

const say = (text: string, channel = dataEng, as = ada) => office.workspace.people.say({ as, channel, text })
const texts = (channel = dataEng, viewer = ada) => office.seen(channel, viewer).map(({ text }) => text)
/** Waits until somebody sees these words, while time goes on. */
const shown = (words: string, viewer = ada, channel = dataEng) =>
  office.clock.until(() => texts(channel, viewer).some((text) => text.includes(words)))
const asked = async (line = 'wipe'): Promise<void> => {
  await say(`/sparkify ${line}`)
  await shown('must be approved')
}
const press = (label: string, as: string) => office.workspace.people.press({ as, ...office.button(label, dataEng, as) })
const runs = async () => (await office.ledger.runs.list({ limit: 10 })).map(({ line, state }) => `${line} ${state}`)
const blocks = (viewer = ada) => JSON.stringify(office.workspace.messages(dataEng, viewer))

const viewSchema = z.object({ view: z.object({ id: z.string() }) })
const dialogs = () =>
  office.front.named('views.open').flatMap(({ answer }) => {
    const opened = viewSchema.safeParse(JSON.parse(answer || 'null'))
    return opened.success ? [opened.data.view.id] : []
  })
/** Presses the button of a card that wants a word, and gives the dialog that opens. */
const dialogOf = async (as: string, label = 'Wipe all'): Promise<string> => {
  const before = dialogs().length
  await press(label, as)
  await eventually(() => dialogs().length > before)
  return dialogs().at(-1) ?? ''
}
const submit = (view_id: string, as: string, value = 'sparkify') =>
  office.workspace.people.submit({ as, view_id, entered: [{ block_id: 'word', action_id: 'typed', value }] })

describe('a card', () => {
  it('stands in the channel for everybody, and says who asked for what, why, and who may say yes', async () => {
    await move(two)
    await asked()
    for (const viewer of [ada, vera]) {
      expect(blocks(viewer)).toContain('Wipe it?')
      expect(blocks(viewer)).toContain('⚠ It destroys.')
      expect(blocks(viewer)).toContain('ada asked: wipe. Nothing is done yet. Can be approved once')
    }
    expect(blocks()).toContain(`<@${otto}> Somebody else than ada must approve this.`)
    expect(blocks()).not.toContain(`<@${ada}>`)
    expect(await runs()).toEqual([])
  })

  it('is posted in the thread where it was asked for', async () => {
    await move(two)
    await say('@sparkify wipe')
    await shown('must be approved')
    const [question, card] = office.seen()
    expect(question?.thread).toBeUndefined()
    expect(card).toMatchObject({ thread: expect.any(String), onlyMine: false })
  })

  it('is carried out in the name of its asker, once somebody else has typed the word, and says so to everybody', async () => {
    await move(two)
    await asked()
    const dialog = await dialogOf(otto)
    await submit(dialog, otto)
    await eventually(() => office.doors.arrivals('wipe') === 1)
    await shown('✓ Approved by otto: Wipe all', vera)
    expect(() => office.button('Wipe all', dataEng, vera)).toThrow()
    office.doors.open('wipe')
    await shown('It is wiped.', vera)
    expect(blocks(vera)).toContain('ada: wipe')
    expect(await office.ledger.runs.get(1)).toMatchObject({
      who: { id: ada },
      approval: { by: { id: otto, name: 'otto' } },
    })
  })

  it('refuses its asker and everybody who is no approver before a word is asked of them, and tells them alone', async () => {
    await move(two)
    await asked()
    await press('Wipe all', ada)
    await shown('somebody else must approve it', ada)
    await press('Wipe all', vera)
    await shown('You are U0VERA0VIEW, and none.', vera)
    expect(texts(dataEng, otto)).toHaveLength(1)
    expect(dialogs()).toEqual([])
    expect(office.button('Wipe all', dataEng, otto)).toBeDefined()
  })

  it('can have its dialog before several people, of whom the first one counts', async () => {
    await move({ ...two, admins: [ada, otto, vera] })
    await asked()
    const [first, second] = [await dialogOf(otto), await dialogOf(vera)]
    expect((await submit(second, vera, 'sparkly')).errors).toEqual({ word: expect.stringContaining('sparkify') })
    office.doors.open('wipe')
    await submit(first, otto)
    await submit(second, vera)
    await shown('otto has approved this already; it is done once.', vera)
    expect(texts(dataEng, otto).join()).not.toContain('already')
    expect(office.doors.arrivals('wipe')).toBe(1)
  })

  it('rejected says so to everybody, and calls its asker, because an edit calls nobody', async () => {
    await move(two)
    await asked()
    await press('Reject', otto)
    await shown('✗ Rejected by otto. Nothing was done.', vera)
    await shown(`<@${ada}> otto rejected wipe. Nothing was done.`)
    expect(office.seen().at(-1)?.thread).toBeDefined()
    expect(() => office.button('Wipe all')).toThrow()
    expect(await runs()).toEqual([])
  })

  it('is withdrawn by its asker, quietly, and by nobody who is no approver', async () => {
    await move(two)
    await asked()
    await press('Reject', vera)
    await shown('You are U0VERA0VIEW, and none.', vera)
    await press('Reject', ada)
    await shown('○ Withdrawn by ada. Nothing was done.', vera)
    expect(texts()).toHaveLength(1)
  })

  it('says that it expired, though nobody has pressed it', async () => {
    await move(two)
    await asked()
    office.clock.advance(59 * 60_000)
    expect(office.button('Wipe all', dataEng, otto)).toBeDefined()
    office.clock.advance(90_000)
    await shown('○ Expired: nobody approved it in time. Nothing was done.', vera)
    expect(() => office.button('Wipe all', dataEng, otto)).toThrow()
  })

  it('that would be another one by now is replaced by a new one, which says what changed', async () => {
    let usd = 5
    const spend = defineCommand({
      name: 'spend',
      summary: 'Costs money, so it asks',
      group: 'bot',
      role: 'viewer',
      effect: 'write',
      audience: 'channel',
      examples: [],
      args: z.object({}),
      plan: async () => ({
        title: 'Spend it?',
        facts: [`$${usd}.00 an hour`],
        act: `Spend $${usd}.00`,
        danger: false,
        mostUsd: usd,
      }),
      run: async () => ({ headline: 'It is spent.', replies: [text('It is spent.')] }),
    })
    const policy = { twoPerson: true, approveAboveUsd: 1 }
    await move({ ...two, policy, bot: { commands: [spend], parts: {} } })
    await asked('spend')
    usd = 6
    await press('Spend $5.00', otto)
    await shown('○ It had changed when otto approved it.', vera)
    await office.clock.until(() => blocks(vera).includes('was: $5.00 an hour'))
    expect(blocks(vera)).toContain('now: $6.00 an hour')
    expect(() => office.button('Spend $5.00', dataEng, otto)).toThrow()
    expect(await runs()).toEqual([])
    await press('Spend $6.00', otto)
    await shown('It is spent.', vera)
    expect(await runs()).toEqual(['spend complete'])
  })

  it('with one person is confirmed by its asker', async () => {
    await move({})
    await asked()
    expect(blocks()).toContain('by ada or an approver.')
    office.doors.open('wipe')
    await submit(await dialogOf(ada), ada)
    await shown('It is wiped.', vera)
    await shown('✓ Confirmed by ada: Wipe all', vera)
  })

  it('is not asked for in direct messages, nor where the bot cannot post', async () => {
    await move(two)
    await say('wipe', direct)
    await office.clock.until(() => texts(direct).some((text) => text.includes('nobody else reads along here')))
    expect(JSON.stringify(office.workspace.messages(direct, ada))).toContain(
      'in a Slack channel in which an approver is',
    )
    await say('/sparkify wipe', random)
    await office.clock.until(() => JSON.stringify(office.workspace.messages(random, ada)).includes('/invite @sparkify'))
  })
})

describe('of a card, one act or none comes in Slack:', () => {
  const spending: OfficeOptions = { ...two, policy: { twoPerson: true, approveAboveUsd: 0 } }
  const label = 'Spend $0.54'
  beforeEach(async () => {
    await move(spending)
    await asked('spend')
  })

  it('a double click runs once, and the second one says so', async () => {
    const button = office.button(label, dataEng, otto)
    await Promise.all([1, 2].map(() => office.workspace.people.press({ as: otto, ...button })))
    await shown('otto has approved this already', otto)
    office.doors.open('spend')
    await shown('It is spent.')
    expect(office.doors.arrivals('spend')).toBe(1)
  })

  it('two people clicking at once run it once, and the later one is told', async () => {
    await office.close()
    await move({ ...spending, admins: [ada, otto, vera] })
    await asked('spend')
    const button = office.button(label, dataEng, otto)
    await Promise.all([otto, vera].map((as) => office.workspace.people.press({ as, ...button })))
    await office.clock.until(() =>
      [otto, vera].some((who) => texts(dataEng, who).join().includes('approved this already')),
    )
    office.doors.open('spend')
    await shown('It is spent.')
    expect(office.doors.arrivals('spend')).toBe(1)
    expect(await runs()).toEqual(['spend complete'])
  })

  it('a signed request that is sent again does nothing, and nothing is said of it', async () => {
    const { ts, action_id } = office.button(label, dataEng, otto)
    const [plan] = await idsOfPlans()
    const body = {
      type: 'block_actions',
      trigger_id: 'the same',
      user: { id: otto, username: 'otto' },
      channel: { id: dataEng, name: 'data-eng' },
      container: { type: 'message', message_ts: ts, channel_id: dataEng },
      response_url: `${office.front.origin}/response/none`,
      actions: [{ type: 'button', action_id, block_id: 'b', value: plan }],
    }
    const at = Math.floor(Date.now() / 1000)
    const send = () => postSigned(office.front.origin, { payload: JSON.stringify(body) }, { at })
    expect((await send()).status).toBe(200)
    office.doors.open('spend')
    await shown('It is spent.')
    const before = texts(dataEng, otto)
    expect((await send()).status).toBe(200)
    // What it would have said comes before the answer to what is said behind it.
    await say('/sparkify help', dataEng, otto)
    await shown('This is the help.', otto)
    expect(texts(dataEng, otto)).toHaveLength(before.length + 1)
    expect(office.doors.arrivals('spend')).toBe(1)
    expect((await postSigned(office.front.origin, { payload: JSON.stringify(body) }, { at: at - 600 })).status).toBe(
      401,
    )
  })

  it('a button in a message so old that nobody knows its plan says so, and goes away', async () => {
    office.front.inject(({ name }) => (name === 'response' ? { body: 'ok' } : undefined))
    const { ts, action_id } = office.button(label, dataEng, otto)
    const body = {
      type: 'block_actions',
      trigger_id: 'one',
      user: { id: otto, username: 'otto' },
      channel: { id: dataEng, name: 'data-eng' },
      container: { type: 'message', message_ts: ts, channel_id: dataEng },
      response_url: `${office.front.origin}/response/old`,
      actions: [{ type: 'button', action_id, block_id: 'b', value: 'forgotten' }],
    }
    await postSigned(office.front.origin, { payload: JSON.stringify(body) })
    await eventually(() => office.front.named('response').length === 2)
    const [replaced, told] = office.front
      .named('response')
      .map(({ body: sent }): unknown => JSON.parse(sent.get('raw') ?? ''))
    expect(replaced).toMatchObject({ replace_original: true, text: '○ Expired. Nothing was done.' })
    expect(told).toMatchObject({ replace_original: false, text: 'This plan has expired. Nothing was done.' })
    expect(await runs()).toEqual([])
  })

  it('an approval that comes too late is refused, and the card says that it expired', async () => {
    const button = office.button(label, dataEng, otto)
    // The bot was away when its time came.
    office = await office.restart()
    office.clock.advance(61 * 60_000)
    await office.workspace.people.press({ as: otto, ...button })
    await shown('○ Expired: nobody approved it in time.', vera)
    expect(await runs()).toEqual([])
  })

  it('an approval from whoever is no approver any more is refused to them alone', async () => {
    await office.close()
    await move({ ...spending, admins: ['S0ADMINS', ada], usergroups: { S0ADMINS: [otto] } })
    await asked('spend')
    office.front.inject(({ name }) =>
      name === 'usergroups.users.list' ? { body: { ok: true, users: [ada] } } : undefined,
    )
    // A role withdrawn in Slack counts within a minute.
    office.clock.advance(61_000)
    await press(label, otto)
    await shown(`You are ${otto}, and none.`, otto)
    expect(await runs()).toEqual([])
    expect(office.button(label, dataEng, otto)).toBeDefined()
  })

  it('a card whose bot died right after the yes says at the next click that it was approved', async () => {
    const [plan = ''] = await idsOfPlans()
    const by = { kind: 'slack', id: otto, name: 'otto' } as const
    await office.ledger.plans.settle(plan, { kind: 'approved', by, at: office.clock.now().toISOString() })
    office = await office.restart()
    await press(label, otto)
    await shown('otto has approved this already', otto)
    await shown('✓ Approved by otto: Spend $0.54', vera)
    expect(() => office.button(label, dataEng, otto)).toThrow()
    expect(await runs()).toEqual([])
  })
})

/** The plans that buttons of the channel carry. */
async function idsOfPlans(): Promise<readonly string[]> {
  const values = office.workspace
    .messages(dataEng, otto)
    .flatMap(({ blocks: all = [] }) =>
      all.flatMap((block) =>
        block.type !== 'actions'
          ? []
          : block.elements.flatMap((element) => (element.type === 'button' ? [element.value ?? ''] : [])),
      ),
    )
  return [...new Set(values)]
}
