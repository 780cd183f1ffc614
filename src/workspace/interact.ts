import { ApiError } from './content.ts'
import type { Ack, Deliver } from './deliveries.ts'
import type { Triggers } from './grants.ts'
import { bot, type Persona, teamOf } from './people.ts'
import type { State } from './state.ts'

/** How every payload names the app. */
export const app = { token: 'local-workspace', api_app_id: bot.appId } as const

/** The person of this id. Throws `ApiError` `user_not_found`. */
export function personaOf(state: State, id: string): Persona {
  const person = state.personas.find((each) => each.id === id)
  if (person === undefined) throw new ApiError('user_not_found')
  return person
}

/** Who interacts, the conversation they look at, and how often the delivery travels. */
export interface Actor {
  readonly as: string
  readonly channel: string | undefined
  readonly copies: number | undefined
}

/** Delivers an interaction: what all of them carry, a trigger id among it, and these fields. Throws `ApiError` `user_not_found`. */
export type Interact = (
  type: 'block_actions' | 'view_submission',
  actor: Actor,
  fields: Readonly<Record<string, unknown>>,
) => Promise<Ack>

/** Interactions (https://docs.slack.dev/reference/interaction-payloads) of the people in this workspace. */
export function createInteract(deps: {
  readonly state: State
  readonly triggers: Triggers
  readonly deliver: Deliver
}): Interact {
  return (type, { as, channel, copies }, fields) => {
    const person = personaOf(deps.state, as)
    const { id, name } = person
    const { id: team_id, domain } = teamOf(person)
    const user = { id, username: name, name, team_id }
    const trigger_id = deps.triggers.issue({ user: id, channel })
    const common = {
      type,
      ...app,
      team: { id: team_id, domain },
      enterprise: null,
      is_enterprise_install: false,
      user,
      trigger_id,
    }
    return deps.deliver(new URLSearchParams({ payload: JSON.stringify({ ...common, ...fields }) }), copies)
  }
}
