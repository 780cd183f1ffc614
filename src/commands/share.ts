import { z } from 'zod'
import type { Answer } from '../core/answer.ts'
import { findResult, type StoredResult } from '../core/answers/stored-result.ts'
import type { Channel } from '../core/channel.ts'
import { optionalChannel, optionalId } from '../core/command/args.ts'
import type { Context } from '../core/command/context.ts'
import { defineCommand } from '../core/command/define.ts'
import { inField, OpsError } from '../core/errors.ts'
import { moment } from '../core/format.ts'
import { newMessage, waysTo } from '../core/outbox/messages.ts'
import type { Place } from '../core/place.ts'
import { placeOf, postable } from '../core/posting.ts'
import { text } from '../core/reply.ts'

export default defineCommand({
  name: 'share',
  summary: 'Posts a stored answer in a channel',
  group: 'questions',
  role: 'viewer',
  effect: 'bot',
  audience: 'asker',
  args: z.object({
    id: optionalId({
      label: 'Run',
      about: 'number of the run; your newest if left out',
    }),
    channel: optionalChannel({ label: 'Channel', about: 'the channel to post in' }),
  }),
  examples: ['share 12 in #music'],
  // No confirmation; a form shows an error at the field of the channel.
  async plan({ channel }, context) {
    if (channel !== undefined) await targetOf(channel, context)
    return null
  },
  async run({ id, channel }, context) {
    const result = await findResult(id, context)
    if (channel === undefined) {
      throw new OpsError(
        'bad_argument',
        'In which channel? Nothing was done.',
        `Type share ${result.run.id} in #channel.`,
      )
    }
    const { deps, who } = context
    const place = await targetOf(channel, context)
    deps.outbox.requirePosts()
    if (place.kind === 'slack') {
      const key = `run:${context.runId}:share`
      const content = { kind: 'answer', answer: shared(result, who.name) } as const
      await deps.ledger.messages.put([
        newMessage({ key, content, ways: waysTo(place, who, 'channel', false) }, deps.clock.now()),
      ])
    }
    const where = channel.channelName === undefined ? channel.channel : `#${channel.channelName}`
    return {
      headline: `Result ${result.run.id}, ${result.run.line}, is shared in ${where.startsWith('#') ? where : 'that channel'}.`,
      tone: 'good',
    }
  },
})

/** The place that was named. Throws why the sharer or the bot may not post there. */
function targetOf(channel: Channel, context: Context): Promise<Place> {
  return inField('channel', () => postable(placeOf(channel, context), context.who, context.deps))
}

/** The stored answer under a line with its asker, and buttons that run it again. */
function shared({ run, answer, rowsOf }: StoredResult, by: string): Answer {
  const origin = `${by} shares result ${run.id}: ${run.line}, asked by ${run.who.name}, ${moment(new Date(run.started))}`
  const again = `share ${run.id}`
  const next = answer.next.map((suggestion) =>
    suggestion.line === again ? { label: 'CSV', line: `csv ${run.id}` } : suggestion,
  )
  const { lead, ...rest } = answer
  return {
    ...rest,
    audience: 'channel',
    run: null,
    replies: [text(origin), ...(lead === undefined ? [] : [text(lead)]), ...answer.replies],
    next,
    rowsOf: [...rowsOf],
  }
}
