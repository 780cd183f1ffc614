import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'
import { call } from './methods.ts'

const found = z.object({ channel: z.object({ name: z.string().optional() }) })

/** A channel that was chosen by its id, as it would be typed: `<#C…|music>`; the id alone where Slack does not say its name. */
export async function typedChannel(client: WebClient, id: string, log: Log): Promise<string> {
  try {
    const { channel } = await call(client, 'conversations.info', { channel: id }, found)
    return channel.name === undefined ? id : `<#${id}|${channel.name}>`
  } catch (error) {
    log.warn({ err: error, channel: id }, `Slack did not say the name of a channel: ${messageOf(error)}`)
    return id
  }
}
