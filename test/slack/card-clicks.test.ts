import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messagesOfPlan } from '../../src/core/outbox/messages.ts'
import { eventually } from './support/clock.ts'
import { type Desk, openDesk, otto, two } from './support/desk.ts'
import { ada, dataEng, type OfficeOptions, vera } from './support/office.ts'
import { postSigned } from './support/signed.ts'

let desk: Desk
const move = async (options: OfficeOptions): Promise<void> => {
  desk = await openDesk(options)
}
afterEach(() => desk.office.close())

describe('of a card, one act or none comes in Slack:', () => {
  const costly: OfficeOptions = { ...two, policy: { twoPerson: true, approveAboveUsd: 0 } }
  const label = 'Spend $0.54'
  beforeEach(async () => {
    await move(costly)
    await desk.asked('spend')
  })

  it('a double click runs once, and the second one says so', async () => {
    const button = desk.office.button(label, dataEng, otto)
    await Promise.all([1, 2].map(() => desk.office.workspace.users.press({ as: otto, ...button })))
    await desk.shown('otto already approved this', otto)
    desk.office.doors.open('spend')
    await desk.shown('It is spent.')
    expect(desk.office.doors.arrivals('spend')).toBe(1)
  })

  it('two people clicking at once run it once, and the later one is told', async () => {
    await desk.office.close()
    await move({ ...costly, admins: [ada, otto, vera] })
    await desk.asked('spend')
    const button = desk.office.button(label, dataEng, otto)
    await Promise.all([otto, vera].map((as) => desk.office.workspace.users.press({ as, ...button })))
    await desk.office.clock.until(() =>
      [otto, vera].some((who) => desk.texts(dataEng, who).join().includes('already approved this')),
    )
    desk.office.doors.open('spend')
    await desk.shown('It is spent.')
    expect(desk.office.doors.arrivals('spend')).toBe(1)
    expect(await desk.runs()).toEqual(['spend complete'])
  })

  it('a signed request that is sent again does nothing, and nothing is said of it', async () => {
    const { ts, action_id } = desk.office.button(label, dataEng, otto)
    const [plan] = await idsOfPlans()
    const body = {
      type: 'block_actions',
      trigger_id: 'the same',
      user: { id: otto, username: 'otto' },
      channel: { id: dataEng, name: 'data-eng' },
      container: { type: 'message', message_ts: ts, channel_id: dataEng },
      response_url: `${desk.office.front.origin}/response/none`,
      actions: [{ type: 'button', action_id, block_id: 'b', value: plan }],
    }
    const at = Math.floor(Date.now() / 1000)
    const send = () => postSigned(desk.office.front.origin, { payload: JSON.stringify(body) }, { at })
    expect((await send()).status).toBe(200)
    desk.office.doors.open('spend')
    await desk.shown('It is spent.')
    const before = desk.texts(dataEng, otto)
    const looks = () => desk.office.front.named('conversations.info').length
    const looked = looks()
    expect((await send()).status).toBe(200)
    await eventually(() => looks() > looked)
    // A bot that leaves says first what it has to say.
    desk = await desk.restart()
    expect(desk.texts(dataEng, otto)).toEqual(before)
    expect(await desk.runs()).toEqual(['spend complete'])
    expect(
      (await postSigned(desk.office.front.origin, { payload: JSON.stringify(body) }, { at: at - 600 })).status,
    ).toBe(401)
  })

  it('a button in a message so old that nobody knows its plan says so, and goes away', async () => {
    desk.office.front.inject(({ name }) => (name === 'response' ? { body: 'ok' } : undefined))
    const { ts, action_id } = desk.office.button(label, dataEng, otto)
    const body = {
      type: 'block_actions',
      trigger_id: 'one',
      user: { id: otto, username: 'otto' },
      channel: { id: dataEng, name: 'data-eng' },
      container: { type: 'message', message_ts: ts, channel_id: dataEng },
      response_url: `${desk.office.front.origin}/response/old`,
      actions: [{ type: 'button', action_id, block_id: 'b', value: 'forgotten' }],
    }
    await postSigned(desk.office.front.origin, { payload: JSON.stringify(body) })
    await eventually(() => desk.office.front.named('response').length === 2)
    const [replaced, told] = desk.office.front
      .named('response')
      .map(({ body: sent }): unknown => JSON.parse(sent.get('raw') ?? ''))
    expect(replaced).toMatchObject({ replace_original: true, text: '○ Expired. Nothing was done.' })
    expect(told).toMatchObject({ replace_original: false, text: 'This plan has expired. Nothing was done.' })
    expect(await desk.runs()).toEqual([])
  })

  it('an approval that comes too late is refused, and the card says that it expired', async () => {
    const button = desk.office.button(label, dataEng, otto)
    // The bot was away when its time came.
    desk = await desk.restart()
    desk.office.clock.advance(61 * 60_000)
    await desk.office.workspace.users.press({ as: otto, ...button })
    await desk.shown('○ Expired: nobody approved it in time.', vera)
    expect(await desk.runs()).toEqual([])
  })

  it('an approval from whoever is no approver any more is refused to them alone', async () => {
    await desk.office.close()
    await move({ ...costly, admins: ['S0ADMINS', ada], usergroups: { S0ADMINS: [otto] } })
    await desk.asked('spend')
    desk.office.front.inject(({ name }) =>
      name === 'usergroups.users.list' ? { body: { ok: true, users: [ada] } } : undefined,
    )
    // A role withdrawn in Slack counts within a minute.
    desk.office.clock.advance(61_000)
    await desk.press(label, otto)
    await desk.shown(`You are ${otto}, who is not one.`, otto)
    expect(await desk.runs()).toEqual([])
    expect(desk.office.button(label, dataEng, otto)).toBeDefined()
  })

  it('a card that was approved and not done says so, and calls its asker in its thread', async () => {
    const [plan = ''] = await idsOfPlans()
    const by = { kind: 'slack', id: otto, name: 'otto' } as const
    const { ledger, clock } = desk.office
    const card = await ledger.plans.get(plan)
    const now = clock.now()
    const messages = card === null ? [] : messagesOfPlan(card, true, now)
    const end = { kind: 'failed', by, at: now.toISOString(), why: 'Anna is loading.' } as const
    await ledger.plans.settle({ plan, end, messages }, null)
    desk = await desk.restart()
    await desk.shown('✗ Approved by otto, but not done: Anna is loading.', vera)
    await desk.shown(`<@${ada}> spend: Anna is loading.`)
    expect(desk.office.seen().at(-1)?.thread).toBe(desk.office.workspace.messages(dataEng, vera)[0]?.ts)
  })

  it('a card whose bot died right after the yes says at the next click that it was approved', async () => {
    const [plan = ''] = await idsOfPlans()
    const by = { kind: 'slack', id: otto, name: 'otto' } as const
    const { plans } = desk.office.ledger
    const card = await plans.get(plan)
    const now = desk.office.clock.now()
    const told = card === null ? [] : messagesOfPlan(card, false, now)
    await plans.settle({ plan: plan, end: { kind: 'approved', by, at: now.toISOString() }, messages: told }, null)
    desk = await desk.restart()
    await desk.press(label, otto)
    await desk.shown('otto already approved this', otto)
    await desk.shown('✓ Approved by otto: Spend $0.54', vera)
    expect(() => desk.office.button(label, dataEng, otto)).toThrow()
    expect(await desk.runs()).toEqual([])
  })
})

/** The plans that buttons of the channel carry. */
async function idsOfPlans(): Promise<readonly string[]> {
  const values = desk.office.workspace
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
