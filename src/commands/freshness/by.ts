import { z } from 'zod'
import { optionalChannel, optionalTime, optionalZone } from '../../core/command/args.ts'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { inField, OpsError } from '../../core/errors.ts'
import { askerOf } from '../../core/people.ts'
import { isSameChannel } from '../../core/place.ts'
import { placeOf, postable } from '../../core/posting.ts'
import { freshnessOutcome } from '../../core/watch/freshness/outcome.ts'
import { freshnessWords } from '../../core/watch/freshness/words.ts'

export default defineCommand({
  name: 'freshness-by',
  summary: 'Posts when a day is not live by a time of the next day; one deadline for each channel',
  ...changesSchedules,
  args: z.object({
    time: optionalTime({ label: 'Due by', about: 'by when the day before must be live', form: 'required' }),
    channel: optionalChannel({ label: 'Channel', about: 'where a missed deadline is posted; here if left out' }),
    tz: optionalZone({
      label: 'Time zone',
      about: 'time zone of the deadline and of the days; that of your profile if left out',
      bare: false,
      usual: 'that of your profile',
    }),
  }),
  examples: ['freshness by 06:00 in #data-eng', 'freshness by 06:00 tz=Europe/London in #data-eng'],
  act: 'Set deadline',
  async run({ time, channel, tz }, context) {
    const { deps, who } = context
    if (time === undefined) throw notATime('By what time? Nothing was done.')
    // The day has only just ended then, so no load can hold it.
    if (time === '00:00') throw notATime('At 00:00 the day has only just ended. Nothing was done.')
    const place = await inField('channel', () => postable(placeOf(channel, context), who, deps))
    const zone = tz ?? (await deps.directory.zoneOf(who))
    const before = (await deps.ledger.freshness.list()).find((one) => isSameChannel(one.place, place))
    const since = deps.clock.now().toISOString()
    const set = await deps.ledger.freshness.set({ time, zone, place, owner: askerOf(who), since })
    const change = before === undefined ? '' : ` It was ${freshnessWords(before)}.`
    return freshnessOutcome(set, `Freshness ${set.id}: each day ${freshnessWords(set)}.${change}`, deps)
  },
})

function notATime(message: string): OpsError {
  return new OpsError('bad_argument', message, 'For example: freshness by 06:00 in #data-eng.', { field: 'time' })
}
