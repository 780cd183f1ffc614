import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import { codeIn, NotSent, SlackBusy, SlackRefused } from './slack-errors.ts'

/**
 * Every Web API method the bot calls, with the scopes it needs (https://docs.slack.dev/reference/methods). `manifest.yml` asks
 * for exactly these, those of the events, and `commands`.
 */
export const scopesOf = {
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  // One scope for each kind of conversation in which a slash command can be used.
  'conversations.info': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.conversations': ['channels:read', 'groups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Method = keyof typeof scopesOf

/** Every event that the bot handles, with the scope it needs (https://docs.slack.dev/reference/events). */
export const scopesOfEvents = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  'message.im': ['im:history'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** All scopes of the bot's token: those of its methods and events, and the one that brings slash commands. */
export const neededScopes: readonly string[] = [
  ...new Set(['commands', ...Object.values(scopesOf).flat(), ...Object.values(scopesOfEvents).flat()]),
].sort()

/**
 * Calls one method and reads its answer with `schema`. Throws `SlackRefused` when Slack refuses, `SlackBusy` when it asks to
 * wait, and the client's own errors when it cannot be reached.
 */
export async function call<S extends z.ZodType>(
  client: WebClient,
  method: Method,
  args: Readonly<Record<string, unknown>>,
  schema: S,
): Promise<z.output<S>> {
  return schema.parse(await inOurWords(method, () => client.apiCall(method, { ...args })))
}

const promised = z.object({ upload_url: z.string(), file_id: z.string() })
const uploadMs = 30_000

/**
 * Uploads a text file into a thread. The file is nowhere until the last call, before which `begin` is called: a second one would attach it
 * twice. Throws as `call`, and `fetch`'s errors.
 */
export async function upload(
  client: WebClient,
  to: { readonly channel: string; readonly thread: string },
  file: { readonly filename: string; readonly title: string; readonly content: string },
  begin: () => Promise<void>,
): Promise<void> {
  const file_id = await sendBytes(client, file.filename, Buffer.from(file.content))
  await begin()
  const shared = { files: [{ id: file_id, title: file.title }], channel_id: to.channel, thread_ts: to.thread }
  await call(client, 'files.completeUploadExternal', shared, z.object({}))
}

/** Uploads a picture that messages may show, and returns the id of its file. Nobody sees it before. Throws as `upload`. */
export async function uploadPicture(
  client: WebClient,
  picture: { readonly filename: string; readonly title: string; readonly png: Uint8Array },
): Promise<string> {
  const id = await sendBytes(client, picture.filename, Buffer.from(picture.png))
  await call(client, 'files.completeUploadExternal', { files: [{ id, title: picture.title }] }, z.object({}))
  return id
}

/** Sends the bytes of a file, which is nowhere yet, and returns its id. */
async function sendBytes(client: WebClient, filename: string, bytes: Buffer<ArrayBuffer>): Promise<string> {
  const of = { filename, length: bytes.length }
  const { upload_url, file_id } = await call(client, 'files.getUploadURLExternal', of, promised)
  const sending = fetch(upload_url, { method: 'POST', body: bytes, signal: AbortSignal.timeout(uploadMs) })
  const taken = await sending.catch((error: unknown) => {
    throw new NotSent(`the bytes of a file did not reach Slack: ${messageOf(error)}`, { cause: error })
  })
  if (!taken.ok) throw new NotSent(`Slack did not take the bytes of a file (HTTP ${taken.status})`)
  return file_id
}

async function inOurWords<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    if (error instanceof WebAPIPlatformError) {
      throw new SlackRefused(what, error.data.error, error.data.response_metadata?.messages)
    }
    // A transient refusal, after all retries.
    const code = error instanceof WebAPIHTTPError ? codeIn(error.body) : null
    if (code !== null) throw new SlackRefused(what, code)
    if (error instanceof WebAPIRateLimitedError) throw new SlackBusy(what, error.retryAfter * 1000)
    throw error
  }
}
