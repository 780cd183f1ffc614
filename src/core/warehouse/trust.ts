import type { Deps } from '../deps.ts'
import type { LoadRecord, RunRecord } from '../ports/ledger.ts'
import { type TextReply, text } from '../reply.ts'
import { dayAndTime, moment, percent, plural } from '../words.ts'

/** What an answer is about besides its load: whether it depends on the catalogue, what of it was cut, and which load failed since. */
export interface About {
  readonly coverage: boolean
  readonly cut: string | null
  readonly failed: RunRecord | null
}

/** The small print below an answer: how fresh it is, and what of that load a careful reader should know. Each fact behind a " · ". */
export function trustLine(load: LoadRecord, { coverage, cut, failed }: About): TextReply {
  const { dataUntil, anchor, ahead, checks, plays, matched } = load.facts
  const facts = [
    typeof dataUntil === 'string' ? `Data until ${moment(new Date(anchor ?? dataUntil))}` : 'No plays loaded',
    anchor === undefined || ahead === undefined || typeof dataUntil !== 'string'
      ? null
      : `${plural(ahead, 'play')} dated later, up to ${moment(new Date(dataUntil))}`,
    failed === null ? null : staleness(load, failed),
    ...(checks?.warnings ?? []).map((title) => `Not met: ${title}`),
    coverage && plays !== undefined && matched !== undefined
      ? `${percent(matched, plays)} of plays match the catalogue`
      : null,
    cut,
  ]
  return text(facts.filter((fact) => fact !== null).join(' · '), 'note')
}

function staleness({ id, published }: LoadRecord, { started }: RunRecord): string {
  const served = published === null ? `load ${id}` : moment(new Date(published))
  return `The load of ${dayAndTime(new Date(started))} failed; these are of ${served}`
}

/** The newest attempt to load, where it failed after this load was published, so that readers expect newer data; null otherwise. */
export async function failedSince({ published }: LoadRecord, { ledger, commands }: Deps): Promise<RunRecord | null> {
  const [newest] = await ledger.runs.list({ commands: commands.load, states: ['complete', 'error'], limit: 1 })
  if (newest?.state !== 'error' || published === null) return null
  return newest.started > published ? newest : null
}
