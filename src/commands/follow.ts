import { z } from 'zod'
import { described, optionalChoice, optionalTime, optionalZone, words } from '../core/command/args.ts'
import type { RunContext } from '../core/command/context.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import type { ScheduleRecord } from '../core/ports/schedules.ts'
import { linesGroup, tableOfThings, text } from '../core/reply.ts'
import {
  type Following,
  follow,
  followedBy,
  followWords,
  lineThatFollows,
  mostFollowed,
} from '../core/schedule/make/follow.ts'
import { linesOf } from '../core/schedule/make/lines.ts'
import { cutChannel, readPhrase, whereWhenBegins } from '../core/schedule/make/when.ts'
import { linesWords, stateWord, timeWords, upcoming, whenWords } from '../core/schedule/make/words.ts'
import { runFollowed } from '../core/schedule/run/follow.ts'

const days = ['daily', 'weekdays', 'weekends', 'mondays', 'tuesdays', 'wednesdays', 'thursdays', 'fridays'] as const
const usualTime = '09:00'

const args = z.object({
  words: words({
    about: `a query or another read, then when (daily at ${usualTime} if left out); without words, the list`,
    accepts: 'top-songs mondays at 9:00',
  }),
  lines: described(
    z.string().min(1).max(500).optional(),
    { label: 'Command', about: 'a query or another read, as you would type it', bare: false, form: 'required' },
    { accepts: 'a command like top songs 10', kind: 'lines' },
  ),
  day: optionalChoice({ label: 'Days', about: 'on which days', bare: false, values: days, form: 'required' }),
  time: optionalTime({ label: 'Time', about: 'time of day in the time zone below', bare: false, form: 'required' }),
  tz: optionalZone({
    about: 'time zone; that of your profile if left out',
    label: 'Time zone',
    bare: false,
    usual: 'that of your profile',
  }),
})

export default defineCommand({
  name: 'follow',
  aliases: ['following'],
  summary: 'Posts a query to you alone, in your direct messages, on a schedule',
  group: 'schedules',
  role: 'viewer',
  effect: 'bot',
  schedulable: false,
  repeatable: false,
  runsFollowed: true,
  audience: 'asker',
  args,
  examples: ['follow top-songs mondays at 9:00', 'follow "pulse last=7d" weekdays at 8am', 'follow'],
  act: 'Follow',
  async run(said, context): Promise<Outcome> {
    if (context.origin.kind === 'fire') return runFollowed(context.origin.intended, context)
    return said.words.length === 0 && said.lines === undefined
      ? listed(context)
      : begun(await wanted(said, context), context)
  },
})

/** What was typed in words, or filled in by name. Throws `bad_argument` for what is not understood. */
async function wanted(said: z.output<typeof args>, { deps, who }: RunContext): Promise<Following> {
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

async function begun(wantedNow: Following, context: RunContext): Promise<Outcome> {
  const { deps } = context
  const { was, followed } = await follow(wantedNow, context)
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

async function listed(context: RunContext): Promise<Outcome> {
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
