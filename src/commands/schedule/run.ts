import { z } from 'zod'
import { optionalId, optionalInteger } from '../../core/command/args.ts'
import { defineCommand } from '../../core/command/define.ts'
import { placeWords } from '../../core/place.ts'
import { text } from '../../core/reply.ts'
import { insert } from '../../core/runner/execute.ts'
import { planOfLines } from '../../core/schedule/make/draft.ts'
import { findSchedule, requirePoster, scheduleNumber } from '../../core/schedule/make/find.ts'
import { understood } from '../../core/schedule/make/lines.ts'
import { linesWords, scheduleWords } from '../../core/schedule/make/words.ts'
import { hasSameLines } from '../../core/schedule/report/occurrence-steps.ts'
import { requireNotRunning, runSchedule } from '../../core/schedule/run/workflow.ts'

export default defineCommand({
  name: 'schedule-run',
  summary: 'Runs a schedule now and posts in its channel',
  group: 'schedules',
  role: 'operator',
  effect: 'bot',
  schedulable: false,
  runsSchedule: true,
  audience: 'asker',
  args: z.object({
    id: scheduleNumber(),
    from: optionalId({ about: 'the failed run to continue', form: 'left-out', bare: false }),
    'max-errors': optionalInteger({
      about: 'how many unreadable rows its load may skip this time',
      bare: false,
      min: 0,
      max: 100_000,
    }),
  }),
  examples: ['schedule run 1'],
  // Lines of an occurrence that were posted are not posted twice; a failed occurrence continues at its failed line.
  async canContinue(run, { ledger }) {
    if (run.origin.kind !== 'fire' || run.state === 'complete') return false
    const schedule = await ledger.schedules.get(run.origin.schedule)
    return schedule !== null && hasSameLines(schedule, run)
  },
  // It is confirmed as it was when it was made: that held for the clock's times, not for as often as somebody likes.
  async plan({ id }, context) {
    const schedule = await findSchedule(id, context)
    await requirePoster(schedule, context)
    return planOfLines('now', scheduleWords(schedule), understood(schedule, context), context)
  },
  async run({ id, from, 'max-errors': maxErrors }, context, asGiven) {
    const { deps, catalog, origin, approval } = context
    const schedule = await findSchedule(id, context)
    if (origin.kind === 'fire') return runSchedule(schedule, maxErrors ?? null, context)
    const place = await requirePoster(schedule, context)
    const earlier = await requireNotRunning(schedule, from ?? null, deps)
    // It waits for the bot, whichever process was asked.
    const intended = deps.clock.now().toISOString()
    const { from: _, ...given } = asGiven
    const parsed = catalog.that('runsSchedule').with(given)
    const asked = { kind: 'fire', schedule: schedule.id, intended, cause: 'asked' } as const
    const key = `ask:${schedule.id}:${intended}`
    const work = { parsed, earlier, origin: asked, approval, key, worker: null }
    const { run } = await insert(work, { ...context, place })
    const words = from === undefined ? linesWords(schedule) : `continues where run ${from} failed`
    return {
      headline: `Schedule ${schedule.id} is running; it will post in ${placeWords(schedule.place)}: ${words}.`,
      tone: 'plain',
      replies: [...(context.place.kind === 'terminal' ? [text('The bot runs it within seconds.', 'note')] : [])],
      next: [{ label: 'Show run', line: `runs ${run.id}` }],
    }
  },
})
