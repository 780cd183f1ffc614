import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import type { Gate } from '../gate.ts'
import type { Homes } from '../homes.ts'
import { pressSchema } from '../inbound.ts'

/** Somebody has entered one of the bot's own tabs (https://docs.slack.dev/reference/events/app_home_opened). */
const openedSchema = z.object({ event: z.object({ tab: z.string().nullish() }) })

/** Handles who has a Home tab before them: who enters it, and who presses something there; what the press says is handled elsewhere. */
export function listenToHomes(bolt: BoltApp, gate: Gate, homes: Homes): void {
  bolt.event('app_home_opened', async ({ body }) => {
    if (openedSchema.parse(body).event.tab === 'home') homes.entered(gate.saidOf(body).who)
  })
  bolt.action({ type: 'block_actions' }, async ({ body }) => {
    if (pressSchema.parse(body).view?.type === 'home') homes.pressed(gate.saidOf(body).who)
  })
}
