import type { Answer } from '../answer.ts'
import { type AskedCommand, authorise, type Catalog } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { Command, ParsedCommand } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { DiskFull, messageOf, OpsError } from '../errors.ts'
import { type Asker, askerOf } from '../people.ts'
import type { Denial } from '../ports/audit.ts'
import type { PlanDraft, PlanRecord } from '../ports/plans.ts'
import type { RunRecord } from '../ports/runs.ts'
import { failureAnswer } from '../runner/answers.ts'
import { start } from '../runner/execute.ts'
import { settleOrphans } from '../runner/orphans.ts'
import { type Ask, contextOf, type Session } from '../runner/session.ts'
import { askFor, needsSecond } from './ask.ts'
import { reasonsFor } from './reasons.ts'

/** Authorise, confirm, run: the one way from a request to an answer. Null for a delivery that was delivered before. */
export async function dispatch(ask: Ask, session: Session): Promise<Answer | null> {
  const { deps, registry } = session
  try {
    if (!(await isFirstDelivery(ask.delivery, deps))) return null
    registry.admit()
    await settleOrphans(deps)
    if (ask.request.kind === 'fault') throw ask.request.fault
    const context = await contextOf(ask, session)
    const meaning = await resolveRequest(ask.request.parsed, context)
    const draft = await meaning.parsed.plan(context)
    const reasons = draft === null ? [] : await reasonsFor(draft, deps)
    if (draft !== null && (needsSecond(reasons, deps) || !isConfirmed(draft, ask))) {
      const { who: asker, place } = ask
      return await askFor({ asked: meaning.asked, asker, place, draft, reasons, changes: [], replaces: null }, deps)
    }
    const approval = draft === null ? null : { plan: draft, by: ask.who }
    const key = ask.delivery === undefined ? null : `delivery:${ask.delivery}`
    const { onProgress, report } = ask
    return await start({ ...meaning, origin: { kind: 'words' }, approval, key, onProgress, report }, context, session)
  } catch (error) {
    return answerInPlace(error, ask, session)
  }
}

/** What was thrown before there was a run, as its answer; somebody who asked for what they may not is entered in the audit log. Never throws. */
export async function answerInPlace(
  thrown: unknown,
  { request, who, place }: Wanted,
  session: Pick<Session, 'deps'>,
): Promise<Answer> {
  if (request.kind === 'understood') {
    const { command, line } = request.parsed
    await recordRefusal(thrown, { command: command.name, line, who, place }, session)
  }
  return failureAnswer(thrown, null, session.deps.log)
}

/** A request, by whom and where. */
type Wanted = Pick<Ask, 'request' | 'who' | 'place'>

function isConfirmed(plan: PlanDraft, ask: Ask): boolean {
  return plan.typed === undefined ? ask.confirmed === true : ask.typed?.trim() === plan.typed
}

/** What a request comes to, and what is asked if it has to be confirmed first. */
export interface ResolvedRequest {
  readonly parsed: ParsedCommand
  /** The run that is to be tried again. */
  readonly earlier: RunRecord | null
  readonly asked: AskedCommand
}

/** Checks that its asker may run it, and resolves what it stands for. Throws what is wrong with either. */
export async function resolveRequest(parsed: ParsedCommand, context: Context): Promise<ResolvedRequest> {
  const { catalog, who, deps } = context
  authorise(parsed.command, who, deps.directory)
  const earlier = await parsed.instead(context)
  if (earlier === null) return { asked: askedBy(parsed), parsed, earlier }
  const again =
    earlier.origin.kind === 'fire' ? fireAgain(earlier.origin.schedule, earlier, catalog) : catalog.understood(earlier)
  authorise(again.command, who, deps.directory)
  if (earlier.origin.kind === 'fire' || earlier.state === 'complete') {
    return { asked: askedBy(again), parsed: again, earlier: null }
  }
  // Asked with its number: the newest failed run may be another one when the plan is confirmed.
  const { name } = parsed.command
  const asked = { command: name, args: { id: String(earlier.id) }, line: `${name} ${earlier.id}` }
  return { asked, parsed: again, earlier }
}

function askedBy({ command, given, line }: ParsedCommand): AskedCommand {
  return { command: command.name, args: given, line }
}

/** An occurrence is run again by the bot, in its schedule's channel. */
function fireAgain(schedule: number, { id, state }: RunRecord, catalog: Catalog): ParsedCommand {
  const from = state === 'complete' ? {} : { from: String(id) }
  return catalog.that('runsSchedule').with({ id: String(schedule), ...from })
}

/** Why this person may not use a command; null where they may, or where Slack does not return their role. Never throws. */
export async function whyNotUse(
  command: Command,
  asker: Asker,
  { directory }: Pick<Deps, 'directory'>,
): Promise<OpsError | null> {
  try {
    authorise(command, { ...asker, role: await directory.roleOf(asker) }, directory)
    return null
  } catch (error) {
    return error instanceof OpsError && error.code === 'not_allowed' ? error : null
  }
}

/**
 * What would keep a line from being run, as far as that is known before; null otherwise. Nothing is done, and nothing
 * entered in the audit log. Never throws: a bug shows, and is logged, when the line is run.
 */
export async function whyNotRun(
  wanted: Wanted,
  session: Pick<Session, 'deps' | 'catalog' | 'registry'>,
): Promise<OpsError | null> {
  const { request } = wanted
  if (request.kind === 'fault') return request.fault
  try {
    const context = await contextOf(wanted, session)
    const { parsed } = await resolveRequest(request.parsed, context)
    await parsed.plan(context)
    return null
  } catch (error) {
    return error instanceof OpsError ? error : null
  }
}

/**
 * Enters in the audit log that somebody asked for what they may not. Anything else that was thrown is no refusal. Never throws:
 * the refusal itself must reach its reader.
 */
export async function recordRefusal(thrown: unknown, asked: Refused, { deps }: Pick<Session, 'deps'>): Promise<void> {
  if (!(thrown instanceof OpsError) || thrown.code !== 'not_allowed') return
  try {
    await deps.ledger.audit.add(refusalOf(thrown, asked, deps.clock.now()))
  } catch (error) {
    deps.log.error({ err: error, user: asked.who.id }, `a refusal is missing in the audit log: ${messageOf(error)}`)
  }
}

type Refused = Pick<PlanRecord, 'command' | 'line' | 'place'> & Pick<Ask, 'who'>

/** The entry for the audit log of somebody who asked for what they may not. */
export function refusalOf(why: OpsError, { command, line, who, place }: Refused, now: Date): Denial {
  return {
    at: now.toISOString(),
    what: 'refused',
    who: askerOf(who),
    command,
    line,
    place,
    plan: null,
    why: why.message,
  }
}

/**
 * Whether a delivery counts for the first time, by whichever process. What comes in none cannot come twice. On a full disk every
 * delivery counts as the first: a question may be answered twice then, and a change is refused.
 */
export async function isFirstDelivery(
  delivery: string | undefined,
  { ledger, clock, log }: Pick<Deps, 'ledger' | 'clock' | 'log'>,
): Promise<boolean> {
  if (delivery === undefined) return true
  try {
    return await ledger.claim(`delivery:${delivery}`, clock.now())
  } catch (error) {
    if (!(error instanceof DiskFull)) throw error
    log.warn({ err: error }, 'a delivery could not be noted; it may be answered twice')
    return true
  }
}
