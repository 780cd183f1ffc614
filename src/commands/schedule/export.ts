import { z } from 'zod'
import { defineCommand } from '../../core/command/define.ts'
import { plural } from '../../core/format.ts'
import { text } from '../../core/reply.ts'
import { lineToCopy } from '../../core/schedule/make/export.ts'
import { findSchedule, scheduleNumber, visibleSchedules } from '../../core/schedule/make/find.ts'

export default defineCommand({
  name: 'schedule-export',
  summary: 'The command lines that create the schedules again, all or one',
  group: 'schedules',
  role: 'operator',
  effect: 'none',
  schedulable: false,
  audience: 'asker',
  args: z.object({ id: scheduleNumber() }),
  examples: ['schedule export', 'schedule export 1'],
  async run({ id }, context) {
    const schedules = id === undefined ? await visibleSchedules(context) : [await findSchedule(id, context)]
    if (schedules.length === 0) return { headline: 'No schedules yet.' }
    const headline = `${plural(schedules.length, 'line')} to create ${plural(schedules.length, 'schedule')} again.`
    return {
      headline,
      replies: [
        text(schedules.map((schedule) => lineToCopy(schedule, context.place)).join('\n'), 'code'),
        text('Running a line makes you its owner. A suspended schedule starts as an active one.', 'note'),
      ],
    }
  },
})
