import type { Context, RunContext } from '../../command/context.ts'
import type { Outcome, ParsedCommand } from '../../command/define.ts'
import { quote } from '../../command/line.ts'
import { OpsError } from '../../errors.ts'
import { plural } from '../../format.ts'
import { askerOf, type Person } from '../../people.ts'
import { directMessagesOf } from '../../place.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { linesGroup, tableOfThings, text } from '../../reply.ts'
import { type Draft, runnableLines } from './draft.ts'
import { isOwner } from './find.ts'
import { linesOf } from './lines.ts'
import { usual } from './options.ts'
import { cutChannel, readPhrase, whereWhenBegins } from './when.ts'
import { linesWords, stateWord, timeWords, upcoming, whenWords } from './words.ts'

/** How many commands one person may follow. */
const mostFollowed = 10

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
async function followedBy({ deps, who }: Pick<Context, 'deps' | 'who'>): Promise<readonly ScheduleRecord[]> {
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

/** When a command is posted, unless a time is said. */
export const usualTime = '09:00'

/** What is to be followed, and when, as it was typed in words or filled in by name. */
interface Said {
  readonly words: readonly string[]
  readonly lines?: string | undefined
  readonly day?: string | undefined
  readonly time?: string | undefined
  readonly tz?: string | undefined
}

/** What was typed in words, or filled in by name. Throws `bad_argument` for what is not understood. */
async function wanted(said: Said, { deps, who }: RunContext): Promise<Following> {
  const { channel, rest } = cutChannel(said.words)
  if (channel !== null) {
    const message = 'What you follow is posted in your direct messages. Nothing was done.'
    throw new OpsError('bad_argument', message, 'Leave out the channel, or use schedule add.')
  }
  const cut = said.lines === undefined ? partedWords(rest) : { lines: said.lines, when: rest }
  const [line = '', another] = linesOf(cut.lines)
  if (another !== undefined) {
    const message = 'One command is followed at a time. Nothing was done.'
    throw new OpsError('bad_argument', message, 'Follow each of them; those of the same time are one message.')
  }
  const typed = [...(said.time === undefined ? [] : ['at', said.time]), ...cut.when]
  const isTimeAlone = typed.length === 0 || (typed.length === 2 && typed[0]?.toLowerCase() === 'at')
  const day = said.day ?? (isTimeAlone ? 'daily' : null)
  const time = typed.length === 0 ? ['at', usualTime] : typed
  const { phrase, days: named, cron } = readPhrase(day === null ? time : [day, ...time])
  return {
    line,
    phrase,
    days: named,
    cron,
    zone: said.tz ?? (await deps.directory.zoneOf(who)),
  }
}

/** A command may be typed without quotation marks; without a time, all words are the command. */
function partedWords(typed: readonly string[]): { readonly lines: string; readonly when: readonly string[] } {
  const begins = whereWhenBegins(typed)
  const at = begins < 0 ? typed.length : begins
  return { lines: typed.slice(0, at).join(' '), when: typed.slice(at) }
}

/** Follows what was said. Throws `bad_argument` for what is not understood. */
export async function followSaid(said: Said, context: RunContext): Promise<Outcome> {
  const { deps } = context
  const { was, followed } = await follow(await wanted(said, context), context)
  const headlines = {
    nothing: `You follow ${followWords(followed)}, in your direct messages.`,
    same: `You follow ${followWords(followed)} already.`,
    suspended: `You follow ${followWords(followed)} again.`,
  }
  const times = upcoming(deps, followed, 3)
  const others = (await followedBy(context)).filter(
    (other) =>
      other.id !== followed.id && times.some((time) => upcoming(deps, other, 1)[0]?.getTime() === time.getTime()),
  )
  return {
    headline: headlines[was],
    tone: 'good',
    replies: [
      text(`Next times\n${times.map((time) => `• ${timeWords(followed.zone, time)}`).join('\n')}`),
      ...(others.length === 0 ? [] : [text(`In one message with ${others.map(linesWords).join(', ')}.`, 'note')]),
    ],
    next: [
      { label: 'Stop', line: `unfollow ${followed.id}` },
      { label: 'All you follow', line: 'follow' },
    ],
  }
}

/** What this person follows, with what can be done with each. */
export async function followedList(context: RunContext): Promise<Outcome> {
  const { deps } = context
  const own = await followedBy(context)
  const suspended = own.flatMap(({ lines, state }) =>
    state.kind === 'parked' ? [text(`${lines.join('; ')} is suspended: ${state.why}`, 'warning')] : [],
  )
  const headline =
    own.length === 0
      ? 'You follow nothing yet.'
      : `You follow ${plural(own.length, 'command')} (at most ${mostFollowed}).`
  const nextOf = (one: ScheduleRecord): string | null =>
    one.state.kind === 'active' ? (upcoming(deps, one, 1)[0]?.toISOString() ?? null) : null
  return {
    headline,
    replies:
      own.length === 0
        ? [text(headline), { kind: 'menu', groups: [linesGroup('Follow one', ['follow top-songs mondays at 9:00'])] }]
        : [
            tableOfThings(own, {
              title: 'What you follow',
              columns: { id: 'id', command: 'text', when: 'text', state: 'text', next: 'time' },
              rowOf: (one) => [one.id, linesWords(one), whenWords(one), stateWord(one.state), nextOf(one)],
              action: (one) =>
                one.state.kind === 'active'
                  ? { label: 'Stop', line: `unfollow ${one.id}` }
                  : { label: 'Resume', line: lineThatFollows(one) },
            }),
            ...suspended,
            text('Posted in your direct messages; those of the same time are one message.', 'note'),
          ],
    next: [{ label: 'Follow another…', line: `follow day=mondays time=${usualTime}`, form: true }],
  }
}
