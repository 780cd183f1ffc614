import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Log } from '../core/ports/log.ts'
import { descend } from './message.ts'
import { call } from './methods.ts'
import type { HomeLadder } from './present/index.ts'
import { SlackRefused } from './refused.ts'

/** The Home tab of one person, as far as this process has filled it. */
export interface HomeTab {
  /**
   * Publishes what is not there already. False when something else was published in between, so that the newest state must be shown
   * again. Throws `SlackRefused`, `SlackBusy` or the client's errors.
   */
  show(ladder: HomeLadder): Promise<boolean>
}

export interface HomeTabParts {
  readonly client: WebClient
  readonly log: Log
  /** Resolves when Slack may be called once more. */
  turn(): Promise<void>
}

const publishedSchema = z.object({ view: z.object({ hash: z.string() }) })

/** A tab of which nothing is known yet. The hash keeps a call that Slack hears late from overwriting a newer state. */
export function createHomeTab(user: string, { client, log, turn }: HomeTabParts): HomeTab {
  let shown = ''
  let hash: string | undefined
  return {
    async show(ladder) {
      const richest = JSON.stringify(ladder[0])
      if (richest === shown) return true
      const basis = hash === undefined ? {} : { hash }
      // Until Slack has answered, nobody knows what stands there.
      shown = ''
      hash = undefined
      const publish = async (view: HomeLadder[number]): Promise<string> => {
        await turn()
        return (await call(client, 'views.publish', { user_id: user, view, ...basis }, publishedSchema)).view.hash
      }
      try {
        hash = (await descend(ladder, publish, log)).result
        shown = richest
        return true
      } catch (error) {
        if (error instanceof SlackRefused && error.code === 'hash_conflict') return false
        throw error
      }
    },
  }
}
