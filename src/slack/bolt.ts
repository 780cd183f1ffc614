import type { RequestListener } from 'node:http'
import { App as BoltApp, HTTPReceiver, type SocketModeReceiver } from '@slack/bolt'
import { messageOf } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'
import { createBoltLogger } from './bolt-logger.ts'
import { type ClientOptions, quickOptions } from './clients.ts'
import type { Identity } from './identity.ts'

/** Where Slack sends commands and presses in HTTP mode; the manifest's request URLs end in it. */
export const eventsPath = '/slack/events'

/**
 * Bolt's app behind one receiver. It is told who it is, so it asks Slack nothing before an acknowledgement, and nothing in its
 * constructor, where a bad token would end in an unhandled rejection.
 */
export function createBolt(
  options: ClientOptions,
  identity: Identity,
  receiver: HTTPReceiver | SocketModeReceiver,
): BoltApp {
  const { botToken, log } = options
  const bolt = new BoltApp({
    token: botToken,
    botId: identity.botId,
    botUserId: identity.userId,
    tokenVerificationEnabled: false,
    receiver,
    clientOptions: quickOptions(options),
    logger: createBoltLogger(log),
    convoStore: false,
  })
  bolt.error(async (error) => log.error({ err: error }, `what Slack delivered was not answered: ${messageOf(error)}`))
  return bolt
}

/** Checks signatures and reads bodies of `POST /slack/events`; the program's own server does the listening. */
export function createHttpReceiver(signingSecret: string, log: Log): HTTPReceiver {
  return new HTTPReceiver({ signingSecret, endpoints: eventsPath, logger: createBoltLogger(log) })
}

/** The receiver as a listener: 404 for all but `POST /slack/events`, for which Bolt's own would throw, and 503 before `open()`. */
export function listenerOf(receiver: HTTPReceiver, open: () => boolean): RequestListener {
  return (request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (request.method !== 'POST' || path !== eventsPath) response.writeHead(404).end()
    else if (!open()) response.writeHead(503).end()
    else receiver.requestListener(request, response)
  }
}
