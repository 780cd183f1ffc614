import { z } from 'zod'
import { choice, described, optionalChannel, optionalChoice, optionalTime, words } from '../../core/command/args.ts'
import type { Context } from '../../core/command/context.ts'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { placeOf } from '../../core/posting.ts'
import { linesOf, maxLinesLength } from '../../core/schedule/make/lines.ts'
import { makeSchedule, type NewSchedule, planOfNew } from '../../core/schedule/make/make.ts'
import { optionArgs, optionsOf } from '../../core/schedule/make/options.ts'
import { cutLines, readPhrase } from '../../core/schedule/make/when.ts'

const days = ['daily', 'weekdays', 'weekends', 'mondays', 'tuesdays', 'wednesdays', 'thursdays'] as const
const otherDays = ['fridays', 'saturdays', 'sundays', 'every 6h', 'hourly'] as const

const args = z.object({
  words: words({
    about: 'the commands in quotation marks, then when, then in #channel (here if left out)',
    accepts: '"commands" daily at 07:00 in #channel',
  }),
  lines: described(
    z.string().min(1).max(maxLinesLength).optional(),
    { label: 'Commands', about: 'commands, separated by semicolons', bare: false, form: 'required' },
    { accepts: 'commands like top songs; qa checks', kind: 'lines' },
  ),
  day: optionalChoice({
    label: 'Days',
    about: 'on which days',
    bare: false,
    values: [...days, ...otherDays],
    form: 'required',
  }),
  time: optionalTime({
    label: 'Time',
    about: 'time of day in the time zone below; with 07:30, hourly and every 6h run at half past',
    bare: false,
    form: 'required',
  }),
  channel: optionalChannel({ label: 'Channel', about: 'where it posts; here if left out', bare: false }),
  ...optionArgs,
  state: choice({
    about: 'active: starts at once; paused: waits until it is resumed',
    bare: false,
    values: ['active', 'paused'],
    fallback: 'active',
    form: 'left-out',
  }),
})

export default defineCommand({
  name: 'schedule-add',
  summary: 'Runs commands on a schedule and posts the answers in a channel',
  ...changesSchedules,
  args,
  examples: [
    'schedule add "top songs 10" daily at 07:00 in #music',
    'schedule add "etl; qa checks" weekdays at 3am tz=Europe/London paused=resume',
    'schedule add "pulse last=7d" every 6h if=changed>10%',
    'schedule add "unmatched songs" "0 8 * * mon" if=not-empty catch-up=0',
  ],
  act: 'Schedule',
  plan: async (said, context) => planOfNew(await wanted(said, context), context),
  run: async (said, context) => makeSchedule(await wanted(said, context), context),
})

/** What was run in words, or filled in by name. Throws `bad_argument` for what is missing or not understood. */
async function wanted(said: z.output<typeof args>, context: Context): Promise<NewSchedule> {
  const cut = said.lines === undefined ? cutLines(said.words) : { lines: said.lines, when: said.words }
  const lines = linesOf(cut.lines)
  const named = said.day === undefined ? [] : said.day.split(' ')
  const at = said.time === undefined ? [] : ['at', said.time]
  const { channel, ...when } = readPhrase([...named, ...at, ...cut.when])
  return {
    lines,
    ...when,
    place: placeOf(channel ?? said.channel, context),
    ...(await optionsOf(said, context)),
    state: { kind: said.state },
  }
}
