import { z } from 'zod'
import { changesSchedules, defineCommand } from '../../core/command/define.ts'
import { text } from '../../core/reply.ts'
import { lineToCopy } from '../../core/schedule/make/export.ts'
import { removeSchedule, scheduleNumber } from '../../core/schedule/make/find.ts'
import { scheduleWords } from '../../core/schedule/make/words.ts'

export default defineCommand({
  name: 'schedule-remove',
  summary: 'Removes a schedule and shows the line that creates it again',
  ...changesSchedules,
  args: z.object({ id: scheduleNumber() }),
  examples: ['schedule remove 1'],
  async run({ id }, context) {
    const schedule = await removeSchedule(id, context)
    return {
      headline: `Schedule ${schedule.id} was removed: ${scheduleWords(schedule)}.`,
      tone: 'good',
      replies: [
        text('This line creates it again, with you as its owner:', 'note'),
        text(lineToCopy(schedule, context.place), 'code'),
      ],
      next: [{ label: 'All schedules', line: 'schedule' }],
    }
  },
})
