import { z } from 'zod'
import { optionalChannel } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { isDirect } from '../core/place.ts'
import { placeOf } from '../core/posting.ts'
import { ownerOf, sayable } from '../core/schedule/make/draft.ts'
import { changeSchedule, findSchedule, requirePoster, scheduleNumber, woken } from '../core/schedule/make/find.ts'
import { told } from '../core/schedule/make/make.ts'
import { scheduleWords } from '../core/schedule/make/words.ts'

export default defineCommand({
  name: 'schedule-move',
  summary: 'Posts a schedule in another channel from now on',
  group: 'schedules',
  role: 'operator',
  effect: 'bot',
  schedulable: false,
  audience: 'asker',
  args: z.object({
    id: scheduleNumber(),
    channel: optionalChannel({ about: 'where it is to be posted; here if left out' }),
  }),
  examples: ['schedule move 1 to #music'],
  async run({ id, channel }, context) {
    const { deps } = context
    const found = await findSchedule(id, context)
    sayable(found, context)
    const place = await requirePoster(found, context, placeOf(channel, context))
    // What is said to one person is said in their name: it ends with their right to ask it.
    const owner = isDirect(place) ? { owner: ownerOf(context.who) } : {}
    const schedule = await changeSchedule(found.id, { place, ...owner, ...woken(found, deps) }, deps)
    return told(schedule, `Schedule ${schedule.id} is moved: ${scheduleWords(schedule)}.`, deps)
  },
})
