import type { Way } from '../../src/core/message.ts'
import { newMessage, planKey } from '../../src/core/outbox/messages.ts'
import type { Ledger } from '../../src/core/ports/ledger.ts'
import type { Body, MessageStore, OutboxMessage, Sent } from '../../src/core/ports/outbox.ts'
import type { TestProcess } from './core.ts'

export const accepted: Sent = { kind: 'sent', post: { channel: 'C1', ts: '1' }, level: 0, followers: [], restMs: 0 }

/** A message that was taken: its key, where it went, whom it calls, and what it said. */
export interface Delivered {
  readonly key: string
  readonly to: string
  readonly mention: readonly string[]
  readonly headline: string
  readonly body: Body
}

/** Sends what can be sent now, in the order of conversations, and gives what was taken. `answer` is what comes of each try. */
export async function delivered(
  bot: TestProcess,
  answer: (message: OutboxMessage, way: Exclude<Way, { kind: 'admins' }>) => Sent = () => accepted,
): Promise<readonly Delivered[]> {
  const taken: Delivered[] = []
  const dispatcher = bot.app.deliver({
    async send(message, way, body) {
      const sent = answer(message, way)
      const headline = body.kind === 'answer' ? body.answer.headline : ''
      const { key, mention } = message
      if (sent.kind === 'sent') taken.push({ key, to: way.place.channel, mention, headline, body })
      return sent
    },
  })
  await dispatcher.idle()
  await dispatcher.stop()
  return taken
}

/** The messages that wait to be sent, the oldest of each conversation. */
export async function pendingIn(messages: Pick<MessageStore, 'heads'>): Promise<readonly OutboxMessage[]> {
  return (await messages.heads()).flatMap((head) => (head.kind === 'message' ? [head.message] : []))
}

/** Has the card of a plan stand in its channel. */
export async function postCard({ messages }: Ledger, plan: string): Promise<void> {
  const key = planKey(plan)
  const who = { kind: 'slack', id: 'U0ANNA', name: 'Anna' } as const
  const place = { kind: 'slack', channel: 'C0MUSIC', direct: false } as const
  const ways = [{ kind: 'conversation', place, who }] as const
  await messages.put([newMessage({ key, content: { kind: 'text', text: 'card' }, ways, plan }, new Date(0))])
  const message = await messages.find(key)
  if (message !== null)
    await messages.sent(message, { post: { channel: 'C0MUSIC', ts: '1.1' }, level: 0, followers: [] })
}
