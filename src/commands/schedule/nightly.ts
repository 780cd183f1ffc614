import { z } from 'zod'
import type { Suggestion } from '../../core/answer.ts'
import { words } from '../../core/command/args.ts'
import type { Context } from '../../core/command/context.ts'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { isSameChannel } from '../../core/place.ts'
import { placeOf } from '../../core/posting.ts'
import { makeSchedule, type NewSchedule, planOfNew } from '../../core/schedule/make/make.ts'
import { optionArgs, optionsOf } from '../../core/schedule/make/options.ts'
import { cutChannel, readWhen } from '../../core/schedule/make/when.ts'
import { timeOfDayWords } from '../../core/time-of-day.ts'

/** A whole night: load, check, and the figures of the last complete day. */
const lines = ['etl', 'qa checks', 'pulse', 'top-songs last=whole-day']
const usualTime = ['at', '03:00']
const hoursToLoad = 3

const args = z.object({
  words: words({ about: 'when and in which channel; 03:00 and here if left out', accepts: 'at 03:00 in #channel' }),
  ...optionArgs,
})

export default defineCommand({
  name: 'schedule-nightly',
  summary: 'Adds a nightly schedule: load, checks, figures and top songs in one post',
  ...changesSchedules,
  args,
  examples: ['schedule nightly', 'schedule nightly at 04:30 in #music tz=Europe/London paused=resume'],
  plan: async (said, context) => planOfNew(await wanted(said, context), context),
  async run(said, context) {
    const schedule = await wanted(said, context)
    const made = await makeSchedule(schedule, context)
    return { ...made, next: [...(made.next ?? []), ...(await deadlineFor(schedule, context))] }
  },
})

/** A deadline by which the load of the night should be live, where its channel has none. */
async function deadlineFor({ cron, place }: NewSchedule, { deps }: Context): Promise<readonly Suggestion[]> {
  const all = await deps.ledger.freshness.list()
  if (place.kind !== 'slack' || all.some((one) => isSameChannel(one.place, place))) return []
  const hour = Number(cron.split(' ')[1])
  const time = timeOfDayWords({ hour: hour < 21 ? hour + hoursToLoad : hoursToLoad, minute: 0 })
  const channel = place.direct ? '' : ` channel=${place.channel}`
  return [{ label: 'Set a deadline…', line: `freshness-by time=${time}${channel}`, form: true }]
}

async function wanted(said: z.output<typeof args>, context: Context): Promise<NewSchedule> {
  const { channel, rest } = cutChannel(said.words)
  const when = readWhen(['nightly', ...(rest.length === 0 ? usualTime : rest)])
  return {
    lines,
    ...when,
    place: placeOf(channel, context),
    ...(await optionsOf(said, context)),
    state: { kind: 'active' },
  }
}
