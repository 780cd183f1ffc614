import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { App as BoltApp, HTTPModuleFunctions, HTTPReceiver, isRawBodyError, type SocketModeReceiver } from '@slack/bolt'
import { z } from 'zod'
import { inBackground } from '../../core/background.ts'
import { messageOf } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { minuteMs } from '../../core/span.ts'
import type { BotIdentity } from '../bot-identity.ts'
import { type ClientOptions, createBoltLogger, quickOptions } from '../clients.ts'
import { type Payload, readPayload } from './payload.ts'

/** Where Slack sends commands and presses in HTTP mode; the manifest's request URLs end in it. */
export const eventsPath = '/slack/events'

/** Bolt's app, and the request in each payload that it passes on. */
export interface Bolt {
  readonly app: BoltApp
  /** What was read of this payload before Bolt got it. Throws for any other: a bug of the caller. */
  payloadOf(body: object): Payload
}

/**
 * Bolt's app behind one receiver. It is given the bot's identity, so it calls Slack neither before an acknowledgement nor in its
 * constructor, where a bad token would end in an unhandled rejection. It gets only payloads with a
 * request: the others are acknowledged here, because Bolt answers 500 to a payload without the fields it expects, and does not acknowledge
 * unknown kinds.
 */
export function createBolt(
  options: ClientOptions,
  identity: BotIdentity,
  receiver: HTTPReceiver | SocketModeReceiver,
): Bolt {
  const { botToken, apiUrl, log } = options
  const app = new BoltApp({
    token: botToken,
    botId: identity.botId,
    botUserId: identity.userId,
    tokenVerificationEnabled: false,
    receiver,
    clientOptions: quickOptions(options),
    logger: createBoltLogger(log),
    convoStore: false,
  })
  app.error(async (error) => log.error({ err: error }, `what Slack delivered was not answered: ${messageOf(error)}`))

  const read = new WeakMap<object, Payload>()
  const processEvent = app.processEvent.bind(app)
  app.processEvent = async (event) => {
    const payload = readPayload(event.body, { botUserId: identity.userId, apiUrl, log })
    if (payload === null) return event.ack()
    read.set(event.body, payload)
    return processEvent(event)
  }
  return {
    app,
    payloadOf(body) {
      const payload = read.get(body)
      if (payload === undefined) throw new Error('a payload reached Bolt unread')
      return payload
    },
  }
}

// Slack's are below 1 MB. Larger bodies are not read to the end.
const bodyLimit = 4 * 1024 * 1024

// As far as the clocks may differ (https://docs.slack.dev/authentication/verifying-requests-from-slack).
const skewMs = 5 * minuteMs

/** What Slack delivers by HTTP: the receiver for Bolt, and the listener for the program's own server. */
interface Http {
  readonly receiver: HTTPReceiver
  /**
   * Answers 404 for all but `POST /slack/events`, for which Bolt's own would throw, 503 before the bot is open, 401 without Slack's
   * signature, 413 for more than 4 MB, and 400 for a body that is no object, which would end the process in Bolt's own.
   */
  readonly listener: RequestListener
}

/** `open` is whether the bot takes deliveries yet. */
export function createHttp(
  signingSecret: string,
  open: () => boolean,
  { clock, log }: { readonly clock: Pick<Clock, 'now'>; readonly log: Log },
): Http {
  // The listener has checked the signature when Bolt gets a request.
  const checked = { signingSecret, signatureVerification: false }
  const receiver = new HTTPReceiver({ ...checked, endpoints: eventsPath, logger: createBoltLogger(log) })

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (status: number, why: string): void => {
      log.warn({ status }, `a delivery was refused: ${why}`)
      response.writeHead(status).end()
    }
    // Bolt knows a form by this header alone, and proxies add a charset to it.
    request.headers['content-type'] = request.headers['content-type']?.split(';', 1)[0]?.trim()
    try {
      const signed = await HTTPModuleFunctions.parseAndVerifyHTTPRequest({ signingSecret, bodyLimit }, request)
      // Bolt refuses old timestamps only, so a request dated ahead could be sent again until then.
      if (Number(request.headers['x-slack-request-timestamp']) * 1000 > clock.now().getTime() + skewMs)
        refuse(401, 'it is dated ahead')
      else if (isObject(signed)) receiver.requestListener(signed, response)
      else refuse(400, 'its body is not as Slack writes it')
    } catch (error) {
      refuse(isRawBodyError(error) ? error.statusCode : 401, messageOf(error))
    }
  }

  return {
    receiver,
    listener(request, response) {
      const path = request.url?.split('?', 1)[0]
      if (request.method !== 'POST' || path !== eventsPath) response.writeHead(404).end()
      else if (!open()) response.writeHead(503).end()
      else void inBackground({ log }, 'HTTP request', () => receive(request, response))
    },
  }
}

/** Whether the body is an object, which all of Slack's are. */
function isObject(request: Parameters<typeof HTTPModuleFunctions.parseHTTPRequestBody>[0]): boolean {
  try {
    return z.looseObject({}).safeParse(HTTPModuleFunctions.parseHTTPRequestBody(request)).success
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
