import type { Answer } from '../../answer.ts'
import type { Deps } from '../../deps.ts'
import { messageOf, type OpsError } from '../../errors.ts'
import type { Asker } from '../../people.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { text } from '../../reply.ts'

/**
 * Parks a schedule whose channel is gone, archived or without the bot, and tells its owner directly, with the cure; where the owner
 * cannot be told, the admins. True when it is parked. Nothing is said for it until somebody resumes it.
 */
export async function parkIfUnreachable(schedule: ScheduleRecord, deps: Deps): Promise<boolean> {
  const obstacle = await deps.outbox.obstacle(schedule.place)
  if (obstacle === null) return false
  await park(schedule, obstacle, deps)
  return true
}

/** Parks a schedule, and tells why. Told before it is written, so that a bot killed in between tells it twice rather than never. */
export async function park(schedule: ScheduleRecord, why: OpsError, deps: Deps): Promise<void> {
  const { id } = schedule
  deps.log.warn({ schedule: id, why: why.message }, `schedule ${id} is parked`)
  await tellSomebody(schedule.owner, news(schedule, why), deps)
  await deps.ledger.schedules.change(id, {
    state: { kind: 'parked', why: `${why.message} ${why.remedy}` },
    asked: null,
  })
}

async function tellSomebody(owner: Asker, answer: Answer, deps: Deps): Promise<void> {
  const admins = deps.directory
    .holders('admin')
    .filter((holder) => holder !== owner.id && !holder.startsWith('S'))
    .map((holder): Asker => ({ kind: 'slack', id: holder, name: holder }))
  for (const person of owner.kind === 'slack' ? [owner, ...admins] : admins) {
    try {
      return await deps.outbox.tell(person, answer)
    } catch (error) {
      deps.log.warn({ err: error, user: person.id }, `somebody could not be told: ${messageOf(error)}`)
    }
  }
}

function news({ id, lines, phrase, zone }: ScheduleRecord, why: OpsError): Answer {
  const headline = `Schedule ${id} (${lines.join('; ')}, ${phrase}, ${zone}) is parked: ${why.message}`
  return {
    ok: false,
    exit: 1,
    headline,
    audience: 'asker',
    run: null,
    replies: [
      text(headline, 'warning'),
      text(`${why.remedy} Then resume it, move it to another channel, or remove it.`),
    ],
    next: [
      { label: 'Resume it', line: `schedule-resume ${id}` },
      { label: 'Remove it', line: `schedule-remove ${id}` },
    ],
  }
}
