import type { Answer } from '../../answer.ts'
import type { RunContext } from '../../command/context.ts'
import { codeFrom, OpsError, type OpsErrorCode } from '../../errors.ts'
import { Handover } from '../../run/registry.ts'

/** The code of the first failure in an answer; null where there is none. */
export function codeOf({ replies }: Answer): OpsErrorCode | null {
  const failure = replies.find((reply) => reply.kind === 'failure')
  return failure === undefined ? null : codeFrom(failure.code)
}

/** What a line answered, as an error: the first failure in it with what shows it, or that its checks are red. */
export function failureOf({ replies, headline }: Answer): OpsError {
  const failure = replies.find((reply) => reply.kind === 'failure')
  if (failure === undefined) return new OpsError('checks_red', headline, '', { evidence: replies })
  const evidence = replies.filter((reply) => reply !== failure)
  return new OpsError(codeFrom(failure.code), failure.message, failure.remedy, { evidence, ask: failure.ask ?? [] })
}

/** A line that was not begun, because another run is changing the warehouse. */
export function isBusy(answer: Answer): boolean {
  return answer.run === null && codeOf(answer) === 'busy'
}

/** A line that a leaving process left open, or would not begin. */
export function isUnfinished(answer: Answer): boolean {
  if (answer.run !== null) return answer.run.state === 'running'
  return codeOf(answer) === 'shutting_down' || codeOf(answer) === 'interrupted'
}

/** What ends a fire in a process that leaves it to the next one. */
export function left(): OpsError {
  return new OpsError('interrupted', 'The bot is restarting.', '', { cause: new Handover() })
}

/** Whether the fire is another process's by now, or about to be: nothing more may be done for it here. */
export function isLeft(error: unknown, { signal }: RunContext): boolean {
  const reason: unknown = signal.aborted ? signal.reason : error
  if (!(reason instanceof OpsError)) return false
  return reason.cause instanceof Handover || (signal.aborted && reason.code === 'interrupted')
}
