import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { postable } from '../../core/posting.ts'
import { runnableLines } from '../../core/schedule/make/draft.ts'
import { changeSchedule, findSchedule, requirePoster, scheduleNumber } from '../../core/schedule/make/find.ts'
import { scheduleOutcome } from '../../core/schedule/make/make.ts'
import { scheduleWords } from '../../core/schedule/make/words.ts'

export default defineCommand({
  name: 'schedule-resume',
  summary: 'Resumes a paused or suspended schedule',
  ...changesSchedules,
  args: z.object({ id: scheduleNumber() }),
  examples: ['schedule resume 1'],
  async run({ id }, context) {
    const { deps } = context
    const found = await findSchedule(id, context)
    if (found.state.kind === 'active') return scheduleOutcome(found, `Schedule ${found.id} is not paused.`, deps)
    // The person who resumes it must have the role that its lines need.
    runnableLines(found, context)
    await requirePoster(found, context)
    // Also in a terminal, where nobody is in a channel: it was perhaps suspended because the bot was not.
    const place = await postable(found.place, null, deps)
    // Occurrences that were due meanwhile are not run.
    const since = deps.clock.now().toISOString()
    const schedule = await changeSchedule(found.id, { state: { kind: 'active' }, place, since }, deps)
    return scheduleOutcome(schedule, `Schedule ${schedule.id} is active again: ${scheduleWords(schedule)}.`, deps)
  },
})
