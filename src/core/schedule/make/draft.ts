import type { Channel } from '../../channel.ts'
import type { Context } from '../../command/context.ts'
import type { Bound } from '../../command/define.ts'
import type { PlanDraft } from '../../command/plan.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import type { Asker, Person } from '../../people.ts'
import type { Place } from '../../place.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { understood } from './lines.ts'
import { planOfLines } from './plan.ts'
import { upcoming } from './upcoming.ts'
import { scheduleWords } from './words.ts'

/** What somebody wants a schedule to be. */
export type Draft = Pick<
  ScheduleRecord,
  'lines' | 'phrase' | 'cron' | 'zone' | 'place' | 'condition' | 'whenPaused' | 'catchUpHours'
>

/**
 * All that a schedule will say, in its maker's name. Throws what is wrong with a line, `not_allowed` for one that its maker may not say, and
 * `bad_argument` for times that there are not.
 */
export function sayable(draft: Draft, context: Context): readonly Bound[] {
  const bound = understood(draft, context)
  context.deps.timetable.check(draft.cron, draft.zone)
  if (upcoming(context.deps, draft, 1).length > 0) return bound
  throw new OpsError('bad_argument', `"${draft.phrase}" never comes. Nothing was done.`, 'Say daily at 03:00.', {
    field: 'day',
  })
}

/**
 * A place that the bot can post in, by the id of its channel. Throws why it cannot, with the cure; a schedule is told so when it is made,
 * not at night. In a terminal nobody can say: the name is looked for when the bot comes to say the schedule.
 */
export async function postable(given: Place, { outbox }: Deps): Promise<Place> {
  const place = await outbox.resolve(given)
  const obstacle = await outbox.obstacle(place)
  if (obstacle !== null) throw obstacle
  return place
}

/** What must be confirmed before a schedule is as it is wanted; null where nothing must. Throws as `sayable` does. */
export async function planOfDraft(draft: Draft, context: Context): Promise<PlanDraft | null> {
  return planOfLines('byTheClock', scheduleWords(draft), sayable(draft, context), context)
}

/**
 * Where a schedule is posted: in the channel that was named, otherwise where it was asked for. Throws `bad_argument` in a terminal, and
 * `not_allowed` for somebody else's direct messages.
 */
export function placeOf(
  channel: Channel | null | undefined,
  { place: here, who }: Pick<Context, 'place' | 'who'>,
): Place {
  if (channel) {
    // Ids of direct messages begin with D, and a person's own id stands for theirs.
    const direct = /^[DUW]/.test(channel.channel)
    if (direct && !isOwn(channel, here, who)) throw notOwn(channel, who)
    return { kind: 'slack', direct, ...channel }
  }
  // A thread is where it was asked for; what comes every day belongs in its channel.
  if (here.kind === 'slack') {
    const { thread: _, ...whole } = here
    return whole
  }
  throw new OpsError('bad_argument', 'Where should it be posted? Nothing was done.', 'Add in #channel.')
}

/** Whose direct messages an id beginning with D names is known only to whoever speaks there. */
function isOwn({ channel }: Channel, here: Place, { kind, id }: Person): boolean {
  return kind === 'slack' && (channel === id || (here.kind === 'slack' && here.direct && channel === here.channel))
}

function notOwn({ channel }: Channel, { id }: Person): OpsError {
  return new OpsError(
    'not_allowed',
    `${channel} is not known to be your own direct messages, and a schedule is said in nobody else's. Nothing was done.`,
    `Say it in your direct messages with me, or in ${id}.`,
    { field: 'channel' },
  )
}

/** A person as a schedule keeps its owner: a role is looked up at the moment of the act. */
export function ownerOf({ kind, id, name }: Person): Asker {
  return { kind, id, name }
}
