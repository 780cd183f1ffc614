import { z } from 'zod'
import { described, optionalChoice, optionalTime, optionalZone, words } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { followedList, followSaid, usualTime } from '../core/schedule/make/follow.ts'
import { runFollowed } from '../core/schedule/run/follow.ts'

const days = ['daily', 'weekdays', 'weekends', 'mondays', 'tuesdays', 'wednesdays', 'thursdays', 'fridays'] as const

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
    return said.words.length === 0 && said.lines === undefined ? followedList(context) : followSaid(said, context)
  },
})
