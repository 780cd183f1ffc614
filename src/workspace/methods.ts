import { z } from 'zod'
import { ApiError, contentOf, homeOf, modalOf, validOr } from './content.ts'
import type { Files } from './files.ts'
import type { Triggers } from './grants.ts'
import { bot, directChannelOf, team, teamOf } from './people.ts'
import type { Channel, State } from './state.ts'
import { check } from './validate.ts'
import { wireHome, wireMessage, wireModal } from './wire.ts'

/** One Web API method: what it needs and what it does with its arguments. Throws `ApiError`. */
export interface Method {
  /** The scopes that allow it, any one of them; none are needed where the list is empty. */
  readonly scopes: readonly string[]
  /** Calls a minute in the whole workspace (https://docs.slack.dev/apis/web-api/rate-limits). */
  readonly perMinute: number
  call(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
}

function method<T>(
  scopes: readonly string[],
  perMinute: number,
  schema: z.ZodType<T>,
  run: (args: T) => Record<string, unknown>,
): Method {
  return { scopes, perMinute, call: (given) => run(validOr(check(schema, given), 'invalid_arguments')) }
}

const triggerErrors = {
  unknown: 'invalid_trigger_id',
  expired: 'expired_trigger_id',
  used: 'exchanged_trigger_id',
} as const

const write = ['chat:write']
/** One scope for each kind of conversation. */
const reading = ['channels:read', 'groups:read', 'im:read', 'mpim:read']

const text = z.string().optional()
const content = { channel: z.string(), text, blocks: z.unknown().optional(), metadata: z.unknown().optional() }
const posting = z.object({ ...content, thread_ts: text })
const updating = z.object({ ...content, ts: z.string() })
const whispering = z.object({ ...content, user: z.string(), thread_ts: text })
const publishing = z.object({ user_id: z.string(), view: z.unknown(), hash: text })
const listing = z.object({
  types: text,
  user: text,
  limit: z.coerce.number().int().min(1).max(999).optional(),
  cursor: text,
})
const uploading = z.object({ filename: z.string().min(1), length: z.coerce.number().int().positive() })
const completing = z.object({
  files: z.array(z.object({ id: z.string(), title: text })).min(1),
  channel_id: text,
  thread_ts: text,
  initial_comment: text,
})

/** The Web API methods that the bot uses, and no others, by name. `url` makes an address of this workspace of a path. */
export function createMethods(deps: {
  readonly state: State
  readonly triggers: Triggers
  readonly files: Files
  readonly usergroups: Readonly<Record<string, readonly string[]>>
  readonly url: (path: string) => string
}): Readonly<Record<string, Method>> {
  const { state, triggers, files, url } = deps

  const channelFor = (id: string): Channel => {
    const channel = state.channel(id) ?? state.channel(directChannelOf(id))
    if (channel === undefined) throw new ApiError('channel_not_found')
    return channel
  }
  const postable = (id: string): Channel => {
    const channel = channelFor(id)
    if (channel.archived) throw new ApiError('is_archived')
    if (!channel.hasBot) throw new ApiError('not_in_channel')
    return channel
  }
  const threadOf = (channel: Channel, ts: string | undefined) => {
    if (ts === undefined) return {}
    const parent = state.find(channel.id, ts)
    if (parent === undefined || parent.viewer !== undefined) throw new ApiError('thread_not_found')
    return { thread_ts: parent.thread_ts ?? ts }
  }

  const authTest = () => ({
    url: url('/'),
    team: team.name,
    user: bot.name,
    team_id: team.id,
    user_id: bot.id,
    bot_id: bot.botId,
    is_enterprise_install: false,
  })

  const postMessage = ({ channel: id, thread_ts, metadata, ...said }: z.infer<typeof posting>) => {
    // Posting alone takes a name for an id (https://docs.slack.dev/reference/methods/chat.postMessage#channels).
    const named = state.channels().find(({ name }) => id === `#${name}`)
    const channel = postable(named?.id ?? id)
    const thread = threadOf(channel, thread_ts)
    const extra = metadata === undefined ? {} : { metadata }
    const message = state.add({ channel: channel.id, user: bot.id, ...contentOf(said), ...thread, ...extra })
    return { channel: channel.id, ts: message.ts, message: wireMessage(message) }
  }

  const update = ({ channel: id, ts, metadata, ...said }: z.infer<typeof updating>) => {
    const channel = postable(id)
    const before = state.find(channel.id, ts)
    if (before === undefined || before.viewer !== undefined) throw new ApiError('message_not_found')
    if (before.user !== bot.id) throw new ApiError('cant_update_message')
    const { blocks: _, ...rest } = before
    const message = { ...rest, ...contentOf(said), ...(metadata === undefined ? {} : { metadata }) }
    state.replace(message)
    return { channel: channel.id, ts, text: message.text, message: wireMessage(message) }
  }

  const postEphemeral = ({ channel: id, user, thread_ts, ...said }: z.infer<typeof whispering>) => {
    const channel = postable(id)
    const viewer = state.personas.find((each) => each.id === user)?.id
    if (viewer === undefined || !channel.has(viewer)) throw new ApiError('user_not_in_channel')
    const thread = threadOf(channel, thread_ts)
    return { message_ts: state.add({ channel: channel.id, user: bot.id, viewer, ...contentOf(said), ...thread }).ts }
  }

  const channelInfo = (given: { channel: string }) => {
    const { id, name, archived, kind, shared, hasBot, partner, topic } = channelFor(given.channel)
    if (partner !== undefined) return { channel: { id, is_im: true, is_channel: false, user: partner } }
    // Of private conversations without the bot Slack does not even say that they exist.
    if (kind !== 'public' && !hasBot) throw new ApiError('channel_not_found')
    const isPending = shared?.pending === true
    const flags = {
      is_channel: kind !== 'group',
      is_im: false,
      is_mpim: kind === 'group',
      is_private: kind !== 'public',
      is_archived: archived,
      is_member: hasBot,
      is_shared: shared !== undefined && !isPending,
      is_org_shared: false,
      is_ext_shared: shared !== undefined && !isPending,
      is_pending_ext_shared: isPending,
      pending_shared: isPending && shared !== undefined ? [shared.with.id] : [],
      shared_team_ids: shared === undefined || isPending ? [team.id] : [team.id, shared.with.id],
    }
    return { channel: { id, name, name_normalized: name, ...flags, topic: { value: topic } } }
  }

  const channelsOf = ({ user, limit = 100, cursor = '' }: z.infer<typeof listing>) => {
    if (user !== undefined && !state.personas.some(({ id }) => id === user)) throw new ApiError('user_not_found')
    const from = Number(cursor)
    // Of somebody's private channels the bot sees those it is in itself.
    const all = state.channels().filter(({ kind, hasBot, has }) => {
      if (kind !== 'public' && kind !== 'private') return false
      return user === undefined ? hasBot : has(user) && (hasBot || kind === 'public')
    })
    const channels = all
      .slice(from, from + limit)
      .map(({ id, name, archived }) => ({ id, name, is_archived: archived }))
    return { channels, response_metadata: { next_cursor: from + limit < all.length ? String(from + limit) : '' } }
  }

  const usergroupUsers = ({ usergroup }: { usergroup: string }) => {
    const users = deps.usergroups[usergroup]
    if (users === undefined) throw new ApiError('no_such_subteam')
    return { users }
  }

  const userInfo = ({ user: id }: { user: string }) => {
    const person = state.personas.find((each) => each.id === id)
    if (person === undefined) throw new ApiError('user_not_found')
    const { name, realName: real_name, tz, guest, from } = person
    const isInSight = state.channels().some(({ hasBot, has }) => hasBot && has(id))
    const flags = {
      deleted: false,
      is_bot: false,
      is_restricted: guest !== undefined,
      is_ultra_restricted: guest === 'single-channel',
      ...(from === undefined ? {} : { is_stranger: !isInSight }),
    }
    return { user: { id, team_id: teamOf(person).id, name, real_name, tz, ...flags, profile: { real_name } } }
  }

  const openView = ({ trigger_id, view }: { trigger_id: string; view?: unknown }) => {
    const modal = modalOf(view)
    const redeemed = triggers.redeem(trigger_id)
    if ('error' in redeemed) throw new ApiError(triggerErrors[redeemed.error])
    const { user, channel } = redeemed.what
    return { view: wireModal(state.openView(user, modal, channel)) }
  }

  const publishView = ({ user_id, view, hash }: z.infer<typeof publishing>) => {
    const home = homeOf(view)
    // Without a pointer (https://docs.slack.dev/reference/methods/views.publish#response).
    if (!state.personas.some(({ id }) => id === user_id)) throw new ApiError('invalid_arguments', ['invalid `user_id`'])
    if (hash !== undefined && hash !== state.homeTab(user_id)?.hash) throw new ApiError('hash_conflict')
    return { view: wireHome(state.publish(user_id, home)) }
  }

  const uploadUrl = ({ filename, length }: { filename: string; length: number }) => {
    const file_id = files.expect(filename, length)
    return { upload_url: url(`/upload/${file_id}`), file_id }
  }

  const completeUpload = ({ files: given, channel_id, thread_ts, initial_comment }: z.infer<typeof completing>) => {
    const shared = given.map(({ id, title }) => {
      const file = files.uploaded(id, title)
      if (file === undefined) throw new ApiError('file_not_found')
      return file
    })
    if (channel_id !== undefined) {
      const channel = postable(channel_id)
      const thread = threadOf(channel, thread_ts)
      state.add({ channel: channel.id, user: bot.id, text: initial_comment ?? '', files: shared, ...thread })
    }
    return { files: shared.map(({ id, title }) => ({ id, title })) }
  }

  return {
    'auth.test': method([], 600, z.object({}), authTest),
    'chat.postMessage': method(write, 600, posting, postMessage),
    'chat.update': method(write, 50, updating, update),
    'chat.postEphemeral': method(write, 100, whispering, postEphemeral),
    'conversations.info': method(reading, 50, z.object({ channel: z.string() }), channelInfo),
    'usergroups.users.list': method(['usergroups:read'], 20, z.object({ usergroup: z.string() }), usergroupUsers),
    'users.conversations': method(reading.slice(0, 2), 50, listing, channelsOf),
    'users.info': method(['users:read'], 100, z.object({ user: z.string() }), userInfo),
    'views.open': method([], 100, z.object({ trigger_id: z.string(), view: z.unknown() }), openView),
    'views.publish': method([], 100, publishing, publishView),
    'files.getUploadURLExternal': method(['files:write'], 100, uploading, uploadUrl),
    'files.completeUploadExternal': method(['files:write'], 100, completing, completeUpload),
  }
}
