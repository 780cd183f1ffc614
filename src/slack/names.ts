import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'
import { call } from './methods.ts'

/** The name of a person by their id; the id itself where Slack cannot say. */
export type NameOf = (id: string) => Promise<string>

const answer = z.object({ user: z.object({ name: z.string() }) })

/** Names for what events tell by id alone. Each is asked for once: people seldom change theirs. */
export function createNames(client: WebClient, log: Log): NameOf {
  const known = new Map<string, string>()
  return async (id) => {
    const name = known.get(id)
    if (name !== undefined) return name
    try {
      const { user } = await call(client, 'users.info', { user: id }, answer)
      known.set(id, user.name)
      return user.name
    } catch (error) {
      log.warn({ err: error, user: id }, `Slack did not say who somebody is: ${messageOf(error)}`)
      return id
    }
  }
}

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
