import { messageOf, OpsError } from '../errors.ts'
import type { PlanRecord } from '../ports/plans.ts'
import type { Ask, Session } from './session.ts'

/**
 * Enters in the record that somebody said what they may not. Whatever else was thrown is no refusal, and is left alone. Never throws:
 * the refusal itself must reach its reader.
 */
export async function recordRefusal(
  thrown: unknown,
  { command, line, who, place }: Pick<PlanRecord, 'command' | 'line' | 'place'> & Pick<Ask, 'who'>,
  { deps }: Pick<Session, 'deps'>,
): Promise<void> {
  if (!(thrown instanceof OpsError) || thrown.code !== 'not_allowed') return
  try {
    await deps.ledger.audit.add({
      at: deps.clock.now().toISOString(),
      what: 'refused',
      who: { kind: who.kind, id: who.id, name: who.name },
      command,
      line,
      place,
      plan: null,
      why: thrown.message,
    })
  } catch (error) {
    deps.log.error({ err: error, user: who.id }, `a refusal is missing in the record: ${messageOf(error)}`)
  }
}
