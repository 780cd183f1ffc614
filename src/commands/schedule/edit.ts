import { z } from 'zod'
import { words } from '../../core/command/args.ts'
import type { Context } from '../../core/command/context.ts'
import { changesSchedules, defineCommand, type Outcome } from '../../core/command/define.ts'
import { OpsError } from '../../core/errors.ts'
import { askerOf } from '../../core/people.ts'
import { isDirect } from '../../core/place.ts'
import type { ScheduleRecord } from '../../core/ports/schedules.ts'
import { placeOf } from '../../core/posting.ts'
import { planOfDraft, runnableLines } from '../../core/schedule/make/draft.ts'
import {
  changeSchedule,
  findSchedule,
  requirePoster,
  resumedBy,
  scheduleNumber,
} from '../../core/schedule/make/find.ts'
import { linesOf } from '../../core/schedule/make/lines.ts'
import { scheduleOutcome } from '../../core/schedule/make/make.ts'
import { changeArgs } from '../../core/schedule/make/options.ts'
import { cutChannel, cutLines, readWhen } from '../../core/schedule/make/when.ts'
import { scheduleWords } from '../../core/schedule/make/words.ts'

const args = z.object({
  id: scheduleNumber(),
  words: words({ about: 'new commands in quotation marks, a new time, or both', accepts: '"commands" daily at 07:00' }),
  ...changeArgs,
})

export default defineCommand({
  name: 'schedule-edit',
  summary: 'Changes what a schedule runs, when, or how; changing its commands makes you its owner',
  ...changesSchedules,
  args,
  examples: [
    'schedule edit 1 weekdays at 08:00',
    'schedule edit 1 "etl; qa checks; pulse"',
    'schedule edit 1 if=changed>10% tz=Europe/London',
  ],
  async plan(said, context) {
    const { before, after } = await wanted(said, context)
    const plan = await planOfDraft(after, context)
    await requirePoster(before, context, after.place)
    return isAsked(before, after) ? plan : null
  },
  async run(said, context): Promise<Outcome> {
    const { deps } = context
    const { before, after, changes } = await wanted(said, context)
    runnableLines(after, context)
    const place = await requirePoster(before, context, after.place)
    const placed = changes.place === undefined ? changes : { ...changes, place }
    // What was confirmed before stands where this changes nothing of it.
    const approval = isAsked(before, after) ? { approval: context.approval } : {}
    const schedule = await changeSchedule(before.id, { ...placed, ...approval }, deps)
    return scheduleOutcome(schedule, `Schedule ${schedule.id} is changed: ${scheduleWords(schedule)}.`, deps)
  },
})

/** Whether what was confirmed when it was made is another thing now: other lines, other times, or a warehouse that it wakes. */
function isAsked(before: ScheduleRecord, after: ScheduleRecord): boolean {
  const asked = ({ lines, cron, zone, whenPaused }: ScheduleRecord) => JSON.stringify([lines, cron, zone, whenPaused])
  return asked(before) !== asked(after)
}

/** The schedule as it is and as it is wanted. Throws `bad_argument` where nothing is to be changed. */
async function wanted({ id, ...said }: z.output<typeof args>, context: Context) {
  const { deps, who } = context
  const before = await findSchedule(id, context)
  const { channel, rest } = cutChannel(said.words)
  const cut = cutLines(rest)
  // `at 04:00` alone leaves the days as they are.
  const isTimeAlone = cut.when[0]?.toLowerCase() === 'at' && cut.when.length <= 2
  const days = isTimeAlone && before.days !== null ? [before.days] : []
  const when = cut.when.length === 0 ? {} : readWhen([...days, ...cut.when])
  const isWaker = said.paused === 'resume' && before.whenPaused !== 'resume'
  const changes = {
    ...(cut.lines === '' ? {} : { lines: linesOf(cut.lines) }),
    ...when,
    ...(said.tz === undefined ? {} : { zone: said.tz }),
    ...(said.if === undefined ? {} : { condition: said.if }),
    ...(said.paused === undefined ? {} : { whenPaused: said.paused }),
    ...(said['catch-up'] === undefined ? {} : { catchUpHours: said['catch-up'] }),
    ...(channel === null ? {} : { place: placeOf(channel, context), ...resumedBy(before, deps) }),
  }
  if (Object.keys(changes).length === 0) {
    const remedy = 'For example: schedule edit 1 weekdays at 08:00, or if=changed>10%.'
    throw new OpsError('bad_argument', 'What should change? Nothing was done.', remedy)
  }
  // Its lines run in the owner's name, so who changes them becomes the owner, and its only reader in direct messages.
  const decides = cut.lines !== '' || isWaker
  const owner = decides || (changes.place !== undefined && isDirect(changes.place)) ? { owner: askerOf(who) } : {}
  // A new time begins now: one that has passed today already is not caught up with.
  const since = cut.when.length > 0 || said.tz !== undefined ? { since: deps.clock.now().toISOString() } : {}
  const all = { ...changes, ...owner, ...since }
  return { before, after: { ...before, ...all }, changes: all }
}
