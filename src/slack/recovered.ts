import type { Answer } from '../core/answer.ts'
import type { OpsError } from '../core/errors.ts'
import type { RunId, RunRecord } from '../core/ports/ledger.ts'
import type { Watch } from '../core/run/live-run.ts'
import { type DeliveryParts, deliver, lastedLong } from './deliver.ts'
import type { Follow } from './hear.ts'
import type { LivingMessage } from './living-message.ts'

/** Runs that an earlier process began: their messages go on where they stand. */
export interface Recoveries {
  watchOf(run: RunRecord): Watch
  /** As `deliver` does. `mention`: whom to call; the asker of a long run where it is left out. */
  deliver(run: RunRecord, answer: Answer, mention?: readonly string[]): Promise<OpsError | null>
}

const nobody: Watch = { changed: () => undefined }

/** Recoveries of one process. A run without a message is silent until it ends: the clock's runs are posted when they are done. */
export function createRecoveries(follow: Follow, parts: DeliveryParts): Recoveries {
  const messages = new Map<RunId, LivingMessage>()
  return {
    watchOf({ id, place, who, post }) {
      if (place.kind !== 'slack' || post === null) return nobody
      const message = follow(place, who.name, post)
      messages.set(id, message)
      return message
    },
    async deliver({ id, place, who, post }, answer, called) {
      if (place.kind !== 'slack') return null
      const message = messages.get(id)
      messages.delete(id)
      const last = message === undefined ? post : await message.close()
      const audience = last === null ? answer.audience : 'channel'
      const asker = answer.run !== null && lastedLong(answer.run) && who.kind === 'slack' ? [who.id] : []
      const mention = called ?? asker
      return deliver(answer, { who, place, audience, post: last, mention }, parts)
    },
  }
}
