import type { Channel } from './channel.ts'
import type { Deps } from './deps.ts'
import { OpsError } from './errors.ts'
import type { Asker, Person } from './people.ts'
import { isDirectChannel, type Place } from './place.ts'

/**
 * Where something is to be posted: in the channel that was named, otherwise where it was asked for. Throws `bad_argument` in a terminal,
 * and `not_allowed` for somebody else's direct messages.
 */
export function placeOf(
  channel: Channel | null | undefined,
  { place: here, who }: { readonly place: Place; readonly who: Person },
): Place {
  if (channel) {
    const direct = isDirectChannel(channel.channel)
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

/**
 * The place with the id of its channel, once it is known that the bot can post there and `by`, where given, is a member. Throws why not, with the
 * remedy. A terminal cannot check that: there the name is resolved when the bot posts.
 */
export async function postable(given: Place, by: Asker | null, { outbox }: Pick<Deps, 'outbox'>): Promise<Place> {
  // As it was given: the error must not reveal a channel's name or id.
  const refusal = await outbox.postingError(given, by)
  if (refusal !== null) throw refusal
  return outbox.resolve(given)
}

/** The owner of an id beginning with D is known only inside that conversation. */
function isOwn({ channel }: Channel, here: Place, { kind, id }: Person): boolean {
  return kind === 'slack' && (channel === id || (here.kind === 'slack' && here.direct && channel === here.channel))
}

function notOwn({ channel }: Channel, { id }: Person): OpsError {
  return new OpsError(
    'not_allowed',
    `${channel} is not your direct message with me, and I post for you only in channels and in your own direct messages. Nothing was done.`,
    `Type it in your direct messages with me, or use in ${id}.`,
    { field: 'channel' },
  )
}
