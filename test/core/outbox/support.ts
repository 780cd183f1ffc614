import { startDispatcher } from '../../../src/core/outbox/dispatcher.ts'
import type { Carrier, MessageStore, NewMessage, OutboxMessage, Sent } from '../../../src/core/ports/outbox.ts'
import { anna, createWorld, type TestProcess, today, type World } from '../../support/core.ts'
import { pendingIn } from '../../support/delivered.ts'

/** A message to a channel; a day is what it lives. */
export function said(key: string, channel = 'C1', more: Partial<NewMessage> = {}): NewMessage {
  return {
    key,
    content: { kind: 'text', text: key },
    ways: [{ kind: 'conversation', place: { kind: 'slack', channel, direct: false }, who: anna }],
    mention: [],
    created: today,
    expires: '2026-11-24T12:00:00.000Z',
    ...more,
  }
}

/** Every pending message is sent or dropped by now. */
export async function empty(store: MessageStore): Promise<boolean> {
  return (await pendingIn(store)).length === 0
}

/** Lets time pass until something holds, `stepMs` at a time. Throws when it does not come to that. */
export async function until(world: World, condition: () => boolean | Promise<boolean>, stepMs = 500): Promise<void> {
  for (let looks = 0; looks < 2000; looks++) {
    if (await condition()) return
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve))
    world.clock.advance(stepMs)
  }
  throw new Error(`it never came to this: ${condition}`)
}

/** One process that sends what is in a ledger by `send`. */
export async function openOutbox(
  send: (
    message: OutboxMessage,
    way: Parameters<Carrier['send']>[1],
    body: Parameters<Carrier['send']>[2],
  ) => Promise<Sent> | Sent,
  {
    world,
    id = 'bot',
    store = (same) => same,
  }: { world?: World; id?: string; store?: (same: MessageStore) => MessageStore } = {},
) {
  const here = world ?? (await createWorld())
  const bot: TestProcess = await here.start(id, [])
  const refused: number[] = []
  const dispatcher = startDispatcher({
    ...bot.deps,
    ledger: { ...bot.ledger, messages: store(bot.ledger.messages) },
    carrier: { send: async (message, way, body) => send(message, way, body) },
    refused: async (schedule) => void refused.push(schedule),
  })
  return { world: here, bot, dispatcher, refused, store: bot.ledger.messages }
}
