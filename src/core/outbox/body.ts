import type { Answer } from '../answer.ts'
import type { Content } from '../message.ts'
import type { Ledger, ScheduleRecord } from '../ports/ledger.ts'
import type { Body, OutboxMessage } from '../ports/outbox.ts'
import { newsOf } from './messages.ts'

/** The content of a message as it is now; null where there is none any more: its schedule was removed, or its answer has expired. */
export async function bodyOf(message: OutboxMessage, ledger: Ledger): Promise<Body | null> {
  const { content } = message
  switch (content.kind) {
    case 'answer':
      return { kind: 'answer', answer: content.answer, part: null, root: message }
    case 'text':
      return content
    case 'heartbeat':
      return null
    case 'run': {
      const run = await ledger.runs.get(content.run)
      if (run === null) return null
      const isNewest = run.attempt === content.attempt
      const attempts = isNewest ? [run] : await ledger.runs.attempts(run.id)
      const answer = attempts.find(({ attempt }) => attempt === content.attempt)?.answer ?? null
      if (answer !== null) return { kind: 'answer', answer, part: null, root: message }
      return run.state === 'running' ? { kind: 'progress', run } : null
    }
    case 'plan': {
      const plan = await ledger.plans.get(content.plan)
      return plan === null ? null : { kind: 'plan', plan, to: content.to }
    }
    case 'schedule': {
      const schedule = await ledger.schedules.get(content.schedule)
      return schedule === null
        ? null
        : { kind: 'answer', answer: newsOfSchedule(schedule, content), part: null, root: message }
    }
    case 'part': {
      const root = await ledger.messages.find(content.of)
      const body = root === null ? null : await bodyOf(root, ledger)
      return body?.kind === 'answer' ? { ...body, part: content.part } : null
    }
  }
}

function newsOfSchedule(
  { id, lines, phrase, zone, personal }: ScheduleRecord,
  { change, why, remedy }: Extract<Content, { kind: 'schedule' }>,
): Answer {
  if (change === 'inherited') {
    return newsOf(
      `${why} Schedule ${id} (${lines.join('; ')}) now belongs to the admins.`,
      [remedy],
      [
        { label: 'Pause it', line: `schedule-pause ${id}` },
        { label: 'Remove it', line: `schedule-remove ${id}` },
      ],
    )
  }
  if (personal) {
    return {
      ...newsOf(
        `${lines.join('; ')} (${phrase}, ${zone}), which you follow, is suspended: ${why}`,
        [remedy],
        [
          { label: 'What you follow', line: 'follow' },
          { label: 'Stop', line: `unfollow ${id}` },
        ],
      ),
      audience: 'asker',
    }
  }
  const news = newsOf(
    `Schedule ${id} (${lines.join('; ')}, ${phrase}, ${zone}) is suspended: ${why}`,
    [`${remedy} Then resume it, move it to another channel, or remove it.`],
    [
      { label: 'Resume it', line: `schedule-resume ${id}` },
      { label: 'Remove it', line: `schedule-remove ${id}` },
    ],
  )
  return { ...news, ok: false, exit: 1, audience: 'asker' }
}
