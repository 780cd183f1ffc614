import type { Context } from '../command/context.ts'
import { OpsError } from '../errors.ts'
import { meaningOf } from './meaning.ts'
import type { Ask, Session } from './session.ts'

/**
 * What would keep a line from being done if it were said, as far as that is known before; null otherwise. Nothing is done, and nothing
 * entered in the record. Never throws: what is broken is told, and logged, when the line is said.
 */
export async function whyNotSay(
  { request, who, place }: Pick<Ask, 'request' | 'who' | 'place'>,
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): Promise<OpsError | null> {
  if (request.kind === 'fault') return request.fault
  try {
    const context: Context = { who: { ...who, role: await deps.directory.roleOf(who) }, place, deps, catalog }
    const { bound } = await meaningOf(request.bound, context)
    await bound.plan(context)
    return null
  } catch (error) {
    return error instanceof OpsError ? error : null
  }
}
