import type { Context } from '../../command/context.ts'
import type { ParsedCommand } from '../../command/define.ts'
import { quote } from '../../command/line.ts'
import { OpsError } from '../../errors.ts'
import { askerOf, type Person } from '../../people.ts'
import { directMessagesOf } from '../../place.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Draft } from './draft.ts'
import { runnableLines } from './draft.ts'
import { isOwner } from './find.ts'
import { usual } from './options.ts'
import { linesWords, whenWords } from './words.ts'

/** How many commands one person may follow. */
export const mostFollowed = 10

/** What somebody wants to follow: one command line, and when. */
export type Following = Pick<Draft, 'phrase' | 'days' | 'cron' | 'zone'> & { readonly line: string }

/** "top-songs n=20, mondays at 09:00 (Europe/London)". */
export function followWords(followed: Pick<ScheduleRecord, 'lines' | 'phrase' | 'zone'>): string {
  return `${linesWords(followed)}, ${whenWords(followed)}`
}

/** The line with which its owner follows this again. */
export function lineThatFollows({ lines, phrase, days, cron, zone }: ScheduleRecord): string {
  return `follow ${quote(lines.join('; '))} ${days === null ? quote(cron) : phrase} tz=${quote(zone)}`
}

/** What this person follows, in the order in which they began. */
export async function followedBy({ deps, who }: Pick<Context, 'deps' | 'who'>): Promise<readonly ScheduleRecord[]> {
  return (await deps.ledger.schedules.followed()).filter((one) => isOwner(one, who))
}

/** Finds what this person follows under that number. Throws `not_found`. */
export async function findFollowed(id: number | undefined, context: Context): Promise<ScheduleRecord> {
  const own = await followedBy(context)
  const [only, another] = own
  const found = id === undefined && another === undefined ? only : own.find((one) => one.id === id)
  if (found !== undefined) return found
  const message = id === undefined ? 'Which one?' : `You follow nothing with the number ${id}.`
  throw new OpsError('not_found', `${message} Nothing was done.`, 'Type follow to list what you follow.', {
    fixCommand: 'follow',
  })
}

/**
 * Has a command posted to the person who asks, in their direct messages. `was` is what was there before: nothing, the same, or the same but
 * suspended, which goes on. Throws `bad_argument` for what cannot be followed or where there are too many, `not_allowed` for what they may not
 * ask.
 */
export async function follow(
  { line, ...when }: Following,
  context: Context,
): Promise<{ readonly was: 'nothing' | 'same' | 'suspended'; readonly followed: ScheduleRecord }> {
  const { deps, who } = context
  if (who.kind !== 'slack') throw notInSlack(who)
  const draft = { ...when, ...usual, lines: [line], place: directMessagesOf(who.id) }
  const [parsed] = runnableLines(draft, context)
  if (parsed === undefined) throw new Error('a line was read as no command')
  requireRead(parsed)
  const now = deps.clock.now().toISOString()
  const { schedules } = deps.ledger
  const wanted = {
    ...draft,
    lines: [parsed.line],
    // Answers that are kept can be posted while the warehouse is paused.
    whenPaused: parsed.command.keeps === true ? ('last' as const) : usual.whenPaused,
    owner: askerOf(who),
    state: { kind: 'active' as const },
    approval: null,
    created: now,
    since: now,
    snoozedUntil: null,
    personal: true,
  }
  const made = await schedules.follow(wanted, mostFollowed)
  if (made !== null) return { was: 'nothing', followed: made }
  const own = await followedBy(context)
  const same = own.find(({ lines, cron, zone }) => lines[0] === parsed.line && cron === when.cron && zone === when.zone)
  if (same === undefined) throw tooMany(own.length)
  if (same.state.kind === 'active') return { was: 'same', followed: same }
  const active = await schedules.change(same.id, { state: { kind: 'active' }, since: now })
  return { was: 'suspended', followed: active ?? same }
}

/** Nothing that somebody follows changes anything, costs money or is confirmed. */
function requireRead({ command }: ParsedCommand): void {
  if ((command.effect === 'read' || command.effect === 'none') && !command.plans && command.wakes === undefined) return
  throw new OpsError(
    'bad_argument',
    `${command.name} changes something, and only queries and other reads can be followed. Nothing was done.`,
    'Follow a query, for example: follow top-songs mondays at 9:00.',
    { field: 'lines' },
  )
}

function notInSlack({ kind }: Person): OpsError {
  return new OpsError(
    'bad_argument',
    `What is followed is posted in direct messages, which ${kind === 'agent' ? 'an agent' : 'a terminal'} does not have. Nothing was done.`,
    'Type it in Slack, or use schedule add in #channel.',
  )
}

function tooMany(count: number): OpsError {
  return new OpsError(
    'bad_argument',
    `You follow ${count} commands already; the limit is ${mostFollowed}. Nothing was done.`,
    'Stop one of them first: type follow to list them.',
    { fixCommand: 'follow' },
  )
}
