import { z } from 'zod'
import { optionalChannel } from '../../core/command/args.ts'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { askerOf } from '../../core/people.ts'
import { isDirect } from '../../core/place.ts'
import { placeOf } from '../../core/posting.ts'
import { runnableLines } from '../../core/schedule/make/draft.ts'
import {
  changeSchedule,
  findSchedule,
  requirePoster,
  resumedBy,
  scheduleNumber,
} from '../../core/schedule/make/find.ts'
import { scheduleOutcome } from '../../core/schedule/make/make.ts'
import { scheduleWords } from '../../core/schedule/make/words.ts'

export default defineCommand({
  name: 'schedule-move',
  summary: 'Moves a schedule to another channel',
  ...changesSchedules,
  args: z.object({
    id: scheduleNumber(),
    channel: optionalChannel({ about: 'where it should post; here if left out' }),
  }),
  examples: ['schedule move 1 to #music'],
  async run({ id, channel }, context) {
    const { deps } = context
    const found = await findSchedule(id, context)
    runnableLines(found, context)
    const place = await requirePoster(found, context, placeOf(channel, context))
    // What is run to one person is run in their name: it ends with their right to ask it.
    const owner = isDirect(place) ? { owner: askerOf(context.who) } : {}
    const schedule = await changeSchedule(found.id, { place, ...owner, ...resumedBy(found, deps) }, deps)
    return scheduleOutcome(schedule, `Schedule ${schedule.id} was moved: ${scheduleWords(schedule)}.`, deps)
  },
})
