import type { RowsOf } from '../answer.ts'
import { withChannelNames } from '../channel.ts'
import { type Catalog, mayUse } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { Command } from '../command/define.ts'
import { declaredArguments } from '../command/read-arguments.ts'
import { OpsError } from '../errors.ts'
import { includesRole, type Person } from '../people.ts'
import { isDirect } from '../place.ts'
import type { RunId } from '../ports/ledger.ts'
import type { RunFilter, RunRecord, RunStore, RunSummary } from '../ports/runs.ts'
import { dayMs } from '../span.ts'
import { rowsIn } from './answers.ts'

/** How long an answer can be worked with. */
export const keptDays = 7

/** When the answer of a run that ended then expires. */
export function keptUntil(ended: string): Date {
  return new Date(Date.parse(ended) + keptDays * dayMs)
}

/** Who wants to see a run, and what there is to be run. */
export interface RunReader {
  readonly who: Person
  readonly catalog: Catalog
}

/**
 * Whether this person may see what a run, or its entry in the audit log, was about: its line, headline, plan and answer. They may where they
 * may run its command at this moment. Two things are seen by fewer: what a schedule posts in somebody's direct messages, by that person and
 * admins; commands that name a channel, which may be private, by who ran them and by operators, who may list all schedules anyway.
 */
export function mayRead(
  { command: name, who: asker, place, origin }: Pick<RunRecord, 'command' | 'who' | 'place' | 'origin'>,
  { who, catalog }: RunReader,
): boolean {
  const command = catalog.find(name)
  // The file of a query may have been removed, and its role with it.
  if (includesRole(who.role, 'admin')) return true
  if (command === undefined || !mayUse(command, who.role)) return false
  if (asker.kind === who.kind && asker.id === who.id) return true
  if (origin.kind !== 'words' && isDirect(place)) return false
  return includesRole(who.role, 'operator') || !namesChannel(command)
}

function namesChannel({ args }: Command): boolean {
  return declaredArguments(args).some(({ meta }) => meta.kind === 'channel')
}

/** The line of a run as this person may see it: as it was typed, or only the name of its command. */
export function shownLine(run: RunSummary, reader: RunReader): string {
  return mayRead(run, reader) ? withChannelNames(run.line) : run.command
}

/**
 * Why the answer of a run is not shown to this person, in a sentence. Besides `mayRead`, rows are for those who may ask for them now, as long
 * as they are kept, and what the bot showed of itself (`runs`, `help`) is for who asked, because it was made for their role. Null where
 * it is shown.
 */
export async function whyNotRead(run: RunRecord, { catalog, deps, who }: Context): Promise<string | null> {
  if (!mayRead(run, { catalog, who })) return onlyThose
  const rows = await rowsBehind(run, deps.ledger.runs)
  const commands = rows.map(({ command }) => catalog.find(command))
  if (commands.some((command) => command === undefined || !mayUse(command, who.role))) {
    return onlyThose
  }
  if (rows.length === 0 && wasMadeForItsAsker(run, catalog) && !isOwnOrAdmins(run, who)) return onlyItsAsker
  const now = deps.clock.now()
  return rows.every(({ ended }) => keptUntil(ended) >= now) ? null : `Its answer was deleted after ${keptDays} days.`
}

const onlyThose = 'Only people who may run this command can see its answer.'
const onlyItsAsker = 'Only the person who ran it can see its answer.'

/** Whether it only looked at the bot, and found something: an answer that depends on the role of who asked. */
function wasMadeForItsAsker({ command, answer }: RunRecord, catalog: Catalog): boolean {
  return answer?.ok === true && catalog.find(command)?.effect === 'none'
}

function isOwnOrAdmins({ who: asker }: RunRecord, who: Person): boolean {
  return (asker.kind === who.kind && asker.id === who.id) || includesRole(who.role, 'admin')
}

/** The questions whose rows are in the answer of a run, of a schedule's in those of its lines. */
async function rowsBehind(run: RunRecord, runs: RunStore): Promise<readonly RowsOf[]> {
  const children = run.origin.kind === 'fire' ? await runs.list({ parent: run.id, limit: 100 }) : []
  return [run, ...children].flatMap((one) => (one.answer === null ? [] : rowsIn(one.answer, one)))
}

/** The run meant by a number, or the newest of those that `filter` lists for which `wanted` holds. Throws `not_found`. */
export async function findRun(
  store: RunStore,
  id: RunId | undefined,
  wanted: (run: RunRecord) => boolean,
  what: string,
  filter: Omit<RunFilter, 'limit'> = {},
): Promise<RunRecord> {
  const run =
    id === undefined ? (await store.list({ ...filter, limit: 50, listedOnly: true })).find(wanted) : await store.get(id)
  if (run !== undefined && run !== null) return run
  throw id === undefined
    ? new OpsError('not_found', `There is no ${what} run.`, 'Type runs to see the history.', { fixCommand: 'runs' })
    : noRun(id)
}

/** The error `not_found` of a number that no run has. */
export function noRun(id: RunId): OpsError {
  return new OpsError('not_found', `There is no run ${id}.`, 'Type runs to see the history.', { fixCommand: 'runs' })
}

/** Throws `not_allowed` unless this person has asked for the run or had it tried again, or is an admin. */
export function requireOwn(run: RunSummary, who: Person): void {
  if (run.who.id === who.id || run.requester.id === who.id || includesRole(who.role, 'admin')) return
  throw new OpsError(
    'not_allowed',
    `Run ${run.id} is ${run.who.name}'s. You are ${who.id}, ${who.role} here. Nothing was done.`,
    `Ask ${run.who.name} or an admin.`,
  )
}
