import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Command, defineCommand } from '../../src/core/command/define.ts'
import { text } from '../../src/core/reply.ts'
import { eventually } from './support/clock.ts'
import { type Desk, openDesk, otto, two } from './support/desk.ts'
import { ada, dataEng, type OfficeOptions, random, vera } from './support/office.ts'

const direct = 'D0ADA0ADMIN'

let desk: Desk
const move = async (options: OfficeOptions): Promise<void> => {
  desk = await openDesk(options)
}
afterEach(() => desk.office.close())

describe('a card', () => {
  it('stands in the channel for everybody, and says who asked for what, why, and who may say yes', async () => {
    await move(two)
    await desk.asked()
    for (const viewer of [ada, vera]) {
      expect(desk.blocks(viewer)).toContain('Wipe it?')
      expect(desk.blocks(viewer)).toContain('⚠ This cannot be undone.')
      expect(desk.blocks(viewer)).toContain(
        'ada asked: wipe. Nothing has been done yet. An approver can approve this once',
      )
    }
    expect(desk.blocks()).toContain(`<@${otto}> Someone other than ada must approve this.`)
    expect(desk.blocks()).not.toContain(`<@${ada}>`)
    expect(await desk.runs()).toEqual([])
  })

  it('is posted in the thread where it was asked for', async () => {
    await move(two)
    await desk.say('@sparkify wipe')
    await desk.shown('must be approved')
    const [question, card] = desk.office.seen()
    expect(question?.thread).toBeUndefined()
    expect(card).toMatchObject({ thread: expect.any(String), onlyMine: false })
  })

  it('is carried out in the name of its asker, once somebody else has typed the word, and says so to everybody', async () => {
    await move(two)
    await desk.asked()
    const dialog = await desk.dialogOf(otto)
    await desk.submit(dialog, otto)
    await eventually(() => desk.office.doors.arrivals('wipe') === 1)
    await desk.shown('✓ Approved by otto: Wipe all', vera)
    expect(() => desk.office.button('Wipe all', dataEng, vera)).toThrow()
    // So long that its end calls somebody.
    await desk.shown('wipe: starting', vera)
    expect(desk.blocks(vera)).toContain('ada: wipe')
    desk.office.clock.advance(61_000)
    desk.office.doors.open('wipe')
    await desk.shown('It is wiped.', vera)
    expect(desk.blocks(vera)).toContain('ada: wipe')
    await desk.shown(`<@${ada}> wipe is done`)
    expect(await desk.office.ledger.runs.get(1)).toMatchObject({
      who: { id: ada },
      approval: { by: { id: otto, name: 'otto' } },
    })
  })

  it('refuses its asker and everybody who is no approver before a word is asked of them, and tells them alone', async () => {
    await move(two)
    await desk.asked()
    await desk.press('Wipe all', ada)
    await desk.shown('so someone else must approve it', ada)
    await desk.press('Wipe all', vera)
    await desk.shown('You are U0VERA0VIEW, who is not one.', vera)
    expect(desk.texts(dataEng, otto)).toHaveLength(1)
    expect(desk.dialogs()).toEqual([])
    expect(desk.office.button('Wipe all', dataEng, otto)).toBeDefined()
  })

  it('can have its dialog before several people, of whom the first one counts', async () => {
    await move({ ...two, admins: [ada, otto, vera] })
    await desk.asked()
    const [first, second] = [await desk.dialogOf(otto), await desk.dialogOf(vera)]
    expect((await desk.submit(second, vera, 'sparkly')).errors).toEqual({ word: expect.stringContaining('sparkify') })
    desk.office.doors.open('wipe')
    await desk.submit(first, otto)
    await desk.submit(second, vera)
    await desk.shown('otto already approved this; it runs once.', vera)
    expect(desk.texts(dataEng, otto).join()).not.toContain('already')
    expect(desk.office.doors.arrivals('wipe')).toBe(1)
  })

  it('rejected says so to everybody, and calls its asker, because an edit calls nobody', async () => {
    await move(two)
    await desk.asked()
    expect(await desk.reject(otto, '')).toMatchObject({ errors: { reason: expect.anything() } })
    expect(await desk.office.ledger.plans.waiting(desk.office.clock.now())).toHaveLength(1)
    await desk.reject(otto, 'Not before Friday.')
    await desk.shown('✗ Rejected by otto: Not before Friday. Nothing was done.', vera)
    await desk.shown(`<@${ada}> otto rejected wipe: Not before Friday. Nothing was done.`)
    expect(JSON.stringify(await desk.office.ledger.audit.list({ limit: 5 }))).toContain('Not before Friday.')
    expect(desk.office.seen().at(-1)?.thread).toBeDefined()
    expect(() => desk.office.button('Wipe all')).toThrow()
    expect(await desk.runs()).toEqual([])
  })

  it('that another approver has approved while the reason was typed is not rejected, and says so', async () => {
    await move({ ...two, admins: [ada, otto, vera] })
    await desk.asked()
    const why = await desk.dialogOf(vera, 'Reject')
    await desk.submit(await desk.dialogOf(otto), otto)
    await desk.shown('✓ Approved by otto: Wipe all', vera)
    const form = [{ block_id: 'reason', action_id: 'given', value: 'Too late?' }]
    await desk.office.workspace.users.submit({ as: vera, view_id: why, form })
    await desk.shown('otto already approved this; it runs once.', vera)
    expect(desk.blocks(ada)).not.toContain('Too late?')
    desk.office.doors.open('wipe')
  })

  it('can have its reason asked of several people, each of whom is answered about their own', async () => {
    await move({ ...two, admins: [ada, otto, vera] })
    await desk.asked()
    const [his, hers] = [await desk.dialogOf(otto, 'Reject'), await desk.dialogOf(vera, 'Reject')]
    const submit = (as: string, view_id: string, value: string) =>
      desk.office.workspace.users.submit({ as, view_id, form: [{ block_id: 'reason', action_id: 'given', value }] })
    await submit(vera, hers, 'Not today.')
    await desk.shown('✗ Rejected by vera: Not today. Nothing was done.', otto)
    await submit(otto, his, 'Not tomorrow.')
    const late = 'vera rejected this: Not today. Nothing was done.'
    await desk.shown(late, otto)
    expect(desk.texts(dataEng, vera).join()).not.toContain(late)
  })

  it('whose message was deleted is settled all the same, and edited no more', async () => {
    await move(two)
    await desk.asked()
    const { front, clock, delivered } = desk.office
    front.inject(({ name }) =>
      name === 'chat.update' ? { body: { ok: false, error: 'message_not_found' } } : undefined,
    )
    await desk.press('Reject', ada)
    await clock.until(() => front.named('chat.update').length > 0)
    await clock.until(delivered)
    expect(front.named('chat.update')).toHaveLength(1)
  })

  it('is withdrawn by its asker, quietly, and by nobody who is no approver', async () => {
    await move(two)
    await desk.asked()
    await desk.press('Reject', vera)
    await desk.shown('You are U0VERA0VIEW, who is not one.', vera)
    await desk.press('Reject', ada)
    await desk.shown('○ Withdrawn by ada. Nothing was done.', vera)
    expect(desk.texts()).toHaveLength(1)
  })

  it('says that it expired, though nobody has pressed it', async () => {
    await move(two)
    await desk.asked()
    desk.office.clock.advance(59 * 60_000)
    expect(desk.office.button('Wipe all', dataEng, otto)).toBeDefined()
    desk.office.clock.advance(90_000)
    await desk.shown('○ Expired: nobody approved it in time. Nothing was done.', vera)
    await desk.shown(`<@${ada}> Nobody approved wipe in time. Nothing was done`)
    expect(() => desk.office.button('Wipe all', dataEng, otto)).toThrow()
    expect(await desk.runs()).toEqual([])
  })

  it('that would be another one by now is replaced by a new one, which says what changed', async () => {
    let usd = 5
    const spend = spending('channel', () => usd)
    const policy = { twoPerson: true, approveAboveUsd: 1 }
    await move({ ...two, policy, bot: { commands: [spend], parts: {} } })
    await desk.asked('spend')
    usd = 6
    await desk.press('Spend $5.00', otto)
    await desk.shown('○ The plan had changed when otto approved it.', vera)
    await desk.office.clock.until(() => desk.blocks(vera).includes('was: $5.00 an hour'))
    expect(desk.blocks(vera)).toContain('now: $6.00 an hour')
    expect(() => desk.office.button('Spend $5.00', dataEng, otto)).toThrow()
    expect(await desk.runs()).toEqual([])
    await desk.press('Spend $6.00', otto)
    await desk.shown('It is spent.', vera)
    expect(await desk.runs()).toEqual(['spend complete'])
  })

  it('answers its asker alone where the command does so, whoever approved it', async () => {
    const policy = { twoPerson: true, approveAboveUsd: 1 }
    await move({ ...two, policy, bot: { commands: [spending('asker', () => 5)], parts: {} } })
    await desk.asked('spend')
    await desk.press('Spend $5.00', otto)
    await desk.shown('It is spent.', ada)
    expect(desk.office.seen().at(-1)).toMatchObject({ onlyMine: true })
    // The card and the answer to its asker are two messages, in no order.
    await desk.shown('✓ Approved by otto: Spend $5.00', otto)
    expect(desk.texts(dataEng, otto)).toHaveLength(1)
  })

  it('with one person is confirmed by its asker', async () => {
    await move({})
    await desk.asked()
    expect(desk.blocks()).toContain('ada or an approver can confirm this once')
    desk.office.doors.open('wipe')
    await desk.submit(await desk.dialogOf(ada), ada)
    await desk.shown('It is wiped.', vera)
    await desk.shown('✓ Confirmed by ada: Wipe all', vera)
  })

  it('is not asked for in direct messages, nor where the bot cannot post', async () => {
    await move(two)
    await desk.say('wipe', direct)
    await desk.office.clock.until(() =>
      desk.texts(direct).some((text) => text.includes('which nobody can do in direct messages')),
    )
    expect(JSON.stringify(desk.office.workspace.messages(direct, ada))).toContain(
      'Run it in a Slack channel that an approver is in.',
    )
    await desk.say('/sparkify wipe', random)
    await desk.office.clock.until(() =>
      JSON.stringify(desk.office.workspace.messages(random, ada)).includes('/invite @sparkify'),
    )
  })
})

/** A command that costs so much an hour. */
function spending(audience: 'asker' | 'channel', usd: () => number): Command {
  return defineCommand({
    name: 'spend',
    summary: 'Costs money, so it asks',
    group: 'bot',
    role: 'viewer',
    effect: 'write',
    audience,
    examples: [],
    args: z.object({}),
    plan: async () => ({
      title: 'Spend it?',
      facts: [`$${usd()}.00 an hour`],
      act: `Spend $${usd()}.00`,
      danger: false,
      mostUsd: usd(),
    }),
    run: async () => ({ headline: 'It is spent.', replies: [text('It is spent.')] }),
  })
}
