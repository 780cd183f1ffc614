import type { Answer, RunView, Suggestion } from '../answer.ts'
import { labelOf } from '../command/line.ts'
import { exitStatusOf, messageOf, OpsError } from '../errors.ts'
import type { Log } from '../ports/log.ts'
import { noted } from './rows-in.ts'

/**
 * Anything thrown, as an answer. An `OpsError` says itself; anything else is a bug, whose stack goes to the log and whose
 * reader is told only that it happened and where to look. What ended in exit status 2 or 3 did nothing, and is for the asker alone.
 */
export function failureAnswer(
  thrown: unknown,
  run: RunView | null,
  log: Log,
  { audience = 'asker', next = [] }: { audience?: Answer['audience']; next?: readonly Suggestion[] } = {},
): Answer {
  const error = thrown instanceof OpsError ? thrown : asBug(thrown, run, log)
  const cure = error.cure === undefined ? [] : [{ label: labelOf(error.cure), line: error.cure }]
  const { telling, code, message, remedy, ask } = error
  const failure = { kind: 'failure' as const, code, message, remedy, ...(ask.length === 0 ? {} : { ask: [...ask] }) }
  return {
    ok: false,
    exit: exitStatusOf(error.code),
    headline: telling?.headline ?? error.message,
    ...(telling === undefined ? {} : { title: telling.title, details: [...telling.details], ...noted(telling.rowsOf) }),
    // What a schedule could not say is news to those who wait for it, whatever stood in its way.
    audience: exitStatusOf(error.code) > 1 && telling === undefined ? 'asker' : audience,
    run,
    replies: [failure, ...error.evidence],
    next: telling === undefined ? [...cure, ...next] : [...next, ...telling.next],
  }
}

function asBug(thrown: unknown, run: RunView | null, log: Log): OpsError {
  log.error({ err: thrown, run: run?.id }, `bug: ${messageOf(thrown)}`)
  return new OpsError(
    'bug',
    'Something in the bot broke that should not have.',
    'The log has the details. Please report it.',
  )
}
