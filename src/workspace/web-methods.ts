import { z } from 'zod'
import { contentOf, homeViewOf, modalOf, validOr } from './content.ts'
import { ApiError } from './http.ts'
import { homePayload, messagePayload, modalPayload } from './payloads.ts'
import { bot, directChannelOf, team, teamOf } from './personas.ts'
import type { Tokens, Trigger } from './responses.ts'
import type { Uploads } from './uploads.ts'
import { check } from './validate.ts'
import type { WorkspaceChannel, WorkspaceState } from './workspace-state.ts'

/** One Web API method: the scopes it needs and its effect. Throws `ApiError`. */
export interface WebMethod {
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
): WebMethod {
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
const content = { channel: z.string(), text, blocks: z.unknown().optional() }
const postFields = z.object({ ...content, thread_ts: text })
const updateFields = z.object({ ...content, ts: z.string() })
const ephemeralFields = z.object({ ...content, user: z.string(), thread_ts: text })
const publishFields = z.object({ user_id: z.string(), view: z.unknown(), hash: text })
const listFields = z.object({
  types: text,
  user: text,
  limit: z.coerce.number().int().min(1).max(999).optional(),
  cursor: text,
})
const uploadFields = z.object({ filename: z.string().min(1), length: z.coerce.number().int().positive() })
const completeFields = z.object({
  files: z.array(z.object({ id: z.string(), title: text })).min(1),
  channel_id: text,
  thread_ts: text,
})

/** The Web API methods that the bot uses, and no others, by name. `url` makes an address of this workspace of a path. */
export function createWebMethods(deps: {
  readonly state: WorkspaceState
  readonly triggers: Tokens<Trigger>
  readonly uploads: Uploads
  readonly usergroups: Readonly<Record<string, readonly string[]>>
  readonly url: (path: string) => string
}): Readonly<Record<string, WebMethod>> {
  const { state, triggers, uploads, url } = deps

  const channelFor = (id: string): WorkspaceChannel => {
    const channel = state.channel(id) ?? state.channel(directChannelOf(id))
    if (channel === undefined) throw new ApiError('channel_not_found')
    return channel
  }
  const postable = (id: string): WorkspaceChannel => {
    const channel = channelFor(id)
    if (channel.archived) throw new ApiError('is_archived')
    if (!channel.hasBot) throw new ApiError('not_in_channel')
    return channel
  }
  const threadOf = (channel: WorkspaceChannel, ts: string | undefined) => {
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

  const postMessage = ({ channel: id, thread_ts, ...given }: z.infer<typeof postFields>) => {
    // Only posting accepts a name for an id (https://docs.slack.dev/reference/methods/chat.postMessage#channels).
    const named = state.channels().find(({ name }) => id === `#${name}`)
    const channel = postable(named?.id ?? id)
    const thread = threadOf(channel, thread_ts)
    const message = state.add({ channel: channel.id, user: bot.id, ...contentOf(given), ...thread })
    return { channel: channel.id, ts: message.ts, message: messagePayload(message) }
  }

  const update = ({ channel: id, ts, ...given }: z.infer<typeof updateFields>) => {
    const channel = postable(id)
    const before = state.find(channel.id, ts)
    if (before === undefined || before.viewer !== undefined) throw new ApiError('message_not_found')
    if (before.user !== bot.id) throw new ApiError('cant_update_message')
    const { blocks: _, ...rest } = before
    const message = { ...rest, ...contentOf(given) }
    state.replace(message)
    return { channel: channel.id, ts, text: message.text, message: messagePayload(message) }
  }

  const postEphemeral = ({ channel: id, user, thread_ts, ...given }: z.infer<typeof ephemeralFields>) => {
    const channel = postable(id)
    const viewer = state.personas.find((each) => each.id === user)?.id
    if (viewer === undefined || !channel.has(viewer)) throw new ApiError('user_not_in_channel')
    const thread = threadOf(channel, thread_ts)
    return { message_ts: state.add({ channel: channel.id, user: bot.id, viewer, ...contentOf(given), ...thread }).ts }
  }

  const channelInfo = (given: { channel: string }) => {
    const { id, name, archived, kind, shared, hasBot, partner, topic } = channelFor(given.channel)
    if (partner !== undefined) return { channel: { id, is_im: true, is_channel: false, user: partner } }
    // Slack does not reveal private conversations without the bot.
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

  const channelsOf = ({ user, limit = 100, cursor = '' }: z.infer<typeof listFields>) => {
    if (user !== undefined && !state.personas.some(({ id }) => id === user)) throw new ApiError('user_not_found')
    const from = Number(cursor)
    // Of somebody's private channels the bot sees only those it is in.
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
    const isKnown = state.channels().some(({ hasBot, has }) => hasBot && has(id))
    const flags = {
      deleted: false,
      is_bot: false,
      is_restricted: guest !== undefined,
      is_ultra_restricted: guest === 'single-channel',
      ...(from === undefined ? {} : { is_stranger: !isKnown }),
    }
    return { user: { id, team_id: teamOf(person).id, name, real_name, tz, ...flags, profile: { real_name } } }
  }

  const openView = ({ trigger_id, view }: { trigger_id: string; view?: unknown }) => {
    const modal = modalOf(view)
    const redeemed = triggers.redeem(trigger_id)
    if ('error' in redeemed) throw new ApiError(triggerErrors[redeemed.error])
    const { user, channel } = redeemed.value
    return { view: modalPayload(state.openView(user, modal, channel)) }
  }

  const publishView = ({ user_id, view, hash }: z.infer<typeof publishFields>) => {
    const home = homeViewOf(view)
    // Without a pointer (https://docs.slack.dev/reference/methods/views.publish#response).
    if (!state.personas.some(({ id }) => id === user_id)) throw new ApiError('invalid_arguments', ['invalid `user_id`'])
    if (hash !== undefined && hash !== state.homeTab(user_id)?.hash) throw new ApiError('hash_conflict')
    return { view: homePayload(state.publish(user_id, home)) }
  }

  const uploadUrl = ({ filename, length }: { filename: string; length: number }) => {
    const file_id = uploads.announce(filename, length)
    return { upload_url: url(`/upload/${file_id}`), file_id }
  }

  const completeUpload = ({ files: given, channel_id, thread_ts }: z.infer<typeof completeFields>) => {
    const shared = given.map(({ id, title }) => {
      const file = uploads.find(id, title)
      if (file === undefined) throw new ApiError('file_not_found')
      return file
    })
    if (channel_id !== undefined) {
      const channel = postable(channel_id)
      const thread = threadOf(channel, thread_ts)
      state.add({ channel: channel.id, user: bot.id, text: '', files: shared, ...thread })
    }
    return { files: shared.map(({ id, title }) => ({ id, title })) }
  }

  return {
    'auth.test': method([], 600, z.object({}), authTest),
    'chat.postMessage': method(write, 600, postFields, postMessage),
    'chat.update': method(write, 50, updateFields, update),
    'chat.postEphemeral': method(write, 100, ephemeralFields, postEphemeral),
    'conversations.info': method(reading, 50, z.object({ channel: z.string() }), channelInfo),
    'usergroups.users.list': method(['usergroups:read'], 20, z.object({ usergroup: z.string() }), usergroupUsers),
    'users.conversations': method(reading.slice(0, 2), 50, listFields, channelsOf),
    'users.info': method(['users:read'], 100, z.object({ user: z.string() }), userInfo),
    'views.open': method([], 100, z.object({ trigger_id: z.string(), view: z.unknown() }), openView),
    'views.publish': method([], 100, publishFields, publishView),
    'files.getUploadURLExternal': method(['files:write'], 100, uploadFields, uploadUrl),
    'files.completeUploadExternal': method(['files:write'], 100, completeFields, completeUpload),
  }
}
