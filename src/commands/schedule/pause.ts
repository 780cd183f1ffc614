import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { changeSchedule, findSchedule, scheduleNumber } from '../../core/schedule/make/find.ts'
import { scheduleWords } from '../../core/schedule/make/words.ts'

export default defineCommand({
  name: 'schedule-pause',
  summary: 'Pauses a schedule until it is resumed',
  ...changesSchedules,
  args: z.object({ id: scheduleNumber() }),
  examples: ['schedule pause 1'],
  async run({ id }, context) {
    const { deps } = context
    const found = await findSchedule(id, context)
    const schedule = await changeSchedule(found.id, { state: { kind: 'paused' } }, deps)
    return {
      headline: `Schedule ${schedule.id} is paused: ${scheduleWords(schedule)}.`,
      tone: 'good',
      next: [
        { label: 'Resume it', line: `schedule-resume ${schedule.id}` },
        { label: 'All schedules', line: 'schedule' },
      ],
    }
  },
})
