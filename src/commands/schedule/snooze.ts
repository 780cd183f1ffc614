import { z } from 'zod'
import { optionalChoice, optionalHours } from '../../core/command/args.ts'
import { changesSchedules, defineCommand, type Outcome } from '../../core/command/define.ts'
import type { ScheduleRecord } from '../../core/ports/schedules.ts'
import { changeSchedule, findSchedule, scheduleNumber } from '../../core/schedule/make/find.ts'
import { linesWords, timeWords } from '../../core/schedule/make/words.ts'
import { hourMs } from '../../core/span.ts'

const usualHours = 8

export default defineCommand({
  name: 'schedule-snooze',
  summary: 'Mutes the mentions of a failing schedule for a while; it still runs and posts',
  ...changesSchedules,
  args: z.object({
    id: scheduleNumber(),
    for: optionalHours({ about: `for how long; ${usualHours}h if left out`, max: 14 * 24 }),
    until: optionalChoice({ about: 'off: mention people again', values: ['off'] }),
  }),
  examples: ['schedule snooze 1 8h', 'schedule snooze 1 off'],
  async run({ id, for: span = usualHours, until }, context) {
    const { deps } = context
    const found = await findSchedule(id, context)
    const end = new Date(deps.clock.now().getTime() + span * hourMs)
    const snoozedUntil = until === 'off' ? null : end.toISOString()
    return snoozed(await changeSchedule(found.id, { snoozedUntil }, deps))
  },
})

function snoozed(schedule: ScheduleRecord): Outcome {
  const { id, zone, snoozedUntil } = schedule
  const what = `Schedule ${id} (${linesWords(schedule)})`
  const headline =
    snoozedUntil === null
      ? `${what} mentions people again when it fails.`
      : `${what} mentions nobody until ${timeWords(zone, new Date(snoozedUntil))} when it fails. It still runs and posts.`
  const off = { label: 'Unmute', line: `schedule-snooze ${id} off` }
  return {
    headline,
    tone: 'good',
    next: [...(snoozedUntil === null ? [] : [off]), { label: 'All schedules', line: 'schedule' }],
  }
}
