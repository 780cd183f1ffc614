import type { Deps } from '../deps.ts'
import type { WatchChanges, WatchRecord } from '../ports/watches.ts'
import { advance, type LifeEvent } from './life.ts'
import { messagesOfLife } from './message.ts'

/**
 * Lets an event happen to a watched condition: its life, the other changes and the message of its firing, in one atomic batch. Null where
 * somebody has changed or removed it since it was read: then nothing is done.
 */
export async function moveWatch(
  watch: WatchRecord,
  event: LifeEvent,
  changes: WatchChanges,
  deps: Pick<Deps, 'ledger' | 'clock' | 'directory'>,
): Promise<WatchRecord | null> {
  const life = advance(watch.life, event, deps.clock.now().toISOString())
  const messages = messagesOfLife({ ...watch, ...changes, life }, watch.life, deps)
  return deps.ledger.watches.change(watch, { ...changes, life }, messages)
}
