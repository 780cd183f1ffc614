import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import type { Asker } from '../../core/people.ts'
import type { Homes } from '../homes.ts'

/** Somebody has entered one of the bot's own tabs (https://docs.slack.dev/reference/events/app_home_opened). */
const openedSchema = z.object({ event: z.object({ user: z.string(), tab: z.string() }) })

/** A press in a view instead of a message (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
const pressSchema = z.object({
  user: z.object({ id: z.string() }),
  view: z.object({ type: z.string() }).optional(),
})

/** Hears who has a Home tab before them: who enters it, and who presses something there; what the press says is heard elsewhere. */
export function listenToHomes(bolt: BoltApp, homes: Homes): void {
  const person = (id: string): Asker => ({ kind: 'slack', id, name: id })

  bolt.event('app_home_opened', async ({ body }) => {
    const { user, tab } = openedSchema.parse(body).event
    if (tab === 'home') homes.entered(person(user))
  })
  bolt.action({ type: 'block_actions' }, async ({ body }) => {
    const { user, view } = pressSchema.parse(body)
    if (view?.type === 'home') homes.pressed(person(user.id))
  })
}
