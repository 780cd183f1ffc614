import type { LoadRecord } from '../ports/ledger.ts'
import { type TextReply, text } from '../reply.ts'
import { moment, percent } from '../words.ts'

/** The small print below an answer: how fresh it is, and what of that load a careful reader should know. */
export function trustLine(
  load: LoadRecord,
  about: { readonly coverage: boolean; readonly cut: string | null },
): TextReply {
  const { dataUntil, checks, plays, matched } = load.facts
  const facts = [
    typeof dataUntil === 'string' ? `Data until ${moment(new Date(dataUntil))}` : 'No plays loaded',
    checks !== undefined && checks.warnings.length > 0 ? `Not met: ${checks.warnings.join('; ')}` : null,
    about.coverage && plays !== undefined && matched !== undefined
      ? `${percent(matched, plays)} of plays match the catalogue`
      : null,
    about.cut,
  ]
  return text(facts.filter((fact) => fact !== null).join(' · '), 'note')
}
