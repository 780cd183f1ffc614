import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import { postable } from '../core/posting.ts'
import { sayable } from '../core/schedule/make/draft.ts'
import { changeSchedule, findSchedule, requirePoster, scheduleNumber } from '../core/schedule/make/find.ts'
import { told } from '../core/schedule/make/make.ts'
import { scheduleWords } from '../core/schedule/make/words.ts'

export default defineCommand({
  name: 'schedule-resume',
  summary: 'Lets a schedule that was paused or parked go on',
  group: 'schedules',
  role: 'operator',
  effect: 'bot',
  schedulable: false,
  audience: 'asker',
  args: z.object({ id: scheduleNumber() }),
  examples: ['schedule resume 1'],
  async run({ id }, context) {
    const { deps } = context
    const found = await findSchedule(id, context)
    if (found.state.kind === 'active') return told(found, `Schedule ${found.id} is not paused.`, deps)
    // Waking what one may not say oneself would be a way around the role that it needs.
    sayable(found, context)
    await requirePoster(found, context)
    // Also in a terminal, where nobody is in a channel: it was perhaps parked because the bot was not.
    const place = await postable(found.place, null, deps)
    // What fell due meanwhile is not said any more.
    const since = deps.clock.now().toISOString()
    const schedule = await changeSchedule(found.id, { state: { kind: 'active' }, place, since }, deps)
    return told(schedule, `Schedule ${schedule.id} is active again: ${scheduleWords(schedule)}.`, deps)
  },
})
