import { describe, expect, it } from 'vitest'
import type { Way } from '../../../src/core/message.ts'
import type { MessageStore, OutboxMessage } from '../../../src/core/ports/outbox.ts'
import { said } from '../../core/outbox/support.ts'
import { pendingIn } from '../../support/delivered.ts'
import { anna, later, newProcess, type OpenLedger, openLedgers } from './world.ts'

const conversation = (channel: string): Way => ({
  kind: 'conversation',
  place: { kind: 'slack', channel, direct: false },
  who: anna,
})
const post = { channel: 'C1', ts: '1.1' }
const taken = { post, level: 1, followers: [] }

async function found(messages: MessageStore, key: string): Promise<OutboxMessage> {
  const message = await messages.find(key)
  if (message === null) throw new Error(`${key} is not there`)
  return message
}

/** What every ledger does with messages. */
export function describeMessages(open: OpenLedger): void {
  const { pair, single } = openLedgers(open)
  const keys = async (messages: MessageStore) => (await pendingIn(messages)).map(({ key }) => key)

  describe('messages', () => {
    it('are inserted once under their key; one that is open gives its place and its post to its next state', async () => {
      const [{ messages }, other] = await pair()
      const first = said('run:1', 'C1', { open: true, mention: ['U1'], after: 'night', schedule: 7, plan: 'p1' })
      await messages.put([first, said('closed')])
      const fresh = await found(other.messages, 'run:1')
      expect(fresh).toEqual({
        ...first,
        id: fresh.id,
        version: 1,
        state: 'pending',
        way: 0,
        refusal: null,
        tries: 0,
        unclear: 0,
        begun: false,
        available: first.created,
        post: null,
        level: null,
      })
      await messages.later(fresh, later(5), true)
      await messages.sent(fresh, taken)
      const next = said('run:1', 'C2', {
        content: { kind: 'text', text: 'over' },
        mention: ['U2'],
        created: later(60).toISOString(),
        expires: later(900).toISOString(),
      })
      await other.messages.put([next, said('closed', 'C1', { mention: ['U9'] })])
      const { open: _, ...same } = await found(messages, 'run:1')
      expect(same).toEqual({
        ...fresh,
        open: undefined,
        content: next.content,
        mention: ['U2'],
        expires: next.expires,
        available: next.created,
        version: 2,
        post,
        level: 1,
      })
      // The last state was closed, and so is what came after it.
      await messages.put([said('run:1', 'C1', { mention: ['U3'] })])
      expect(await messages.find('run:1')).toMatchObject({ version: 2, mention: ['U2'] })
      expect(await messages.find('closed')).toMatchObject({ version: 1, mention: [] })
      expect(await messages.find('another')).toBeNull()
    })

    it('begin their ways anew with a next state where all had refused, and stay with one that had not', async () => {
      const { messages } = await single()
      const ways = [conversation('C1'), conversation('C2')] as const
      await messages.put([said('a', 'C1', { ways, open: true })])
      await messages.redirect(await found(messages, 'a'), 'is_archived', later(1))
      await messages.put([said('a', 'C1', { ways, open: true })])
      expect(await messages.find('a')).toMatchObject({ version: 2, way: 1, refusal: 'is_archived' })
      await messages.redirect(await found(messages, 'a'), 'not_in_channel', later(2))
      expect(await messages.find('a')).toMatchObject({ way: 2 })
      await messages.put([said('a', 'C1', { ways, open: true })])
      expect(await messages.find('a')).toMatchObject({ version: 3, way: 0 })
    })

    it('are tried by one process at a time that is at work, and note each try', async () => {
      const [{ messages, processes }, other] = await pair()
      await messages.put([said('a')])
      const message = await found(messages, 'a')
      expect(await messages.take(message, 'one')).toBe(false)
      await processes.enter(newProcess())
      const takers = await Promise.all([messages, other.messages].map((store) => store.take(message, 'one')))
      expect(takers.toSorted()).toEqual([false, true])
      await messages.begin(message)
      expect(await messages.find('a')).toMatchObject({ tries: 1, unclear: 0, begun: true })
      await messages.later(message, later(30), true)
      await messages.later(message, later(40), false)
      expect(await messages.find('a')).toMatchObject({
        tries: 1,
        unclear: 1,
        begun: false,
        available: later(40).toISOString(),
      })
      await messages.take(await found(messages, 'a'), 'one')
      await messages.begin(message)
      await messages.redirect(message, 'is_archived', later(50))
      expect(await messages.find('a')).toMatchObject({
        way: 1,
        refusal: 'is_archived',
        tries: 0,
        unclear: 0,
        begun: false,
        post: null,
        available: later(50).toISOString(),
      })
      await messages.restart(message)
      expect(await messages.find('a')).toMatchObject({ way: 0 })
      await messages.drop(message)
      expect(await messages.find('a')).toMatchObject({ state: 'dropped' })
      await messages.restart(message)
      expect(await messages.take({ ...message, tries: 0 }, 'one')).toBe(false)
    })

    it('of a state that another has replaced change nothing but where it stands', async () => {
      const { messages } = await single()
      await messages.put([said('a', 'C1', { open: true })])
      const old = await found(messages, 'a')
      await messages.put([said('a', 'C1', { open: true })])
      const now = await found(messages, 'a')
      await messages.later(old, later(5), true)
      await messages.redirect(old, 'is_archived', later(5))
      await messages.drop(old)
      expect(await messages.find('a')).toEqual(now)
      await messages.sent(old, taken)
      expect(await messages.find('a')).toEqual({ ...now, post })
      // An edit has no post of its own.
      await messages.sent(now, { post: null, level: 2, followers: [said('behind')] })
      expect(await messages.find('a')).toMatchObject({ state: 'sent', post, level: 2 })
      expect(await keys(messages)).toEqual(['behind'])
      // One that has lost its post, because its way is another now, begins without it.
      await messages.put([said('a', 'C1', { open: true })])
      await messages.redirect(await found(messages, 'a'), 'edit_window_closed', later(5))
      expect(await messages.find('a')).toMatchObject({ post: null, way: 1 })
    })

    it('that were posted a second time, because the first post is gone, stand there from then on', async () => {
      const { messages } = await single()
      await messages.put([said('a', 'C1', { open: true })])
      await messages.sent(await found(messages, 'a'), taken)
      await messages.put([said('a', 'C1', { open: true })])
      const anew = { channel: 'C1', ts: '2.2' }
      await messages.sent(await found(messages, 'a'), { ...taken, post: anew })
      await messages.put([said('a', 'C1', { open: true })])
      expect(await messages.find('a')).toMatchObject({ version: 3, post: anew })
    })

    it('wait in order, one queue for each conversation, behind what they come after until that is over', async () => {
      const { messages } = await single()
      const after = (key: string, channel: string) => said(key, channel, { after: 'one' })
      await messages.put([said('one', 'C1'), said('two', 'C1'), after('three', 'C2'), said('four', 'C3')])
      const heads = async () =>
        (await messages.heads()).map((head) =>
          head.kind === 'message' ? [head.queue, head.message.key, head.isBlocked] : head,
        )
      expect(await heads()).toEqual([
        ['C1', 'one', false],
        ['C2', 'three', true],
        ['C3', 'four', false],
      ])
      expect(await messages.backlog()).toEqual({ count: 4, oldest: said('one').created })
      await messages.drop(await found(messages, 'one'))
      await messages.sent(await found(messages, 'four'), taken)
      // One whose every way is closed holds nobody back.
      await messages.redirect(await found(messages, 'two'), 'is_archived', later(1))
      await messages.put([said('five', 'C1')])
      const { id } = await found(messages, 'two')
      expect(await heads()).toEqual([
        [`message ${id}`, 'two', false],
        ['C2', 'three', false],
        ['C1', 'five', false],
      ])
      expect((await messages.backlog()).count).toBe(3)
    })
  })
}
