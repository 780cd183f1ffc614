import { z } from 'zod'

/** What a person may do here; each role includes the ones before it. */
export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/**
 * Who asks: a Slack user, the person at the machine's terminal (or the bot's clock), or the agent of that person. `id` is the Slack user id (`U…`), the operating system's user name, or `agent:` and that name.
 */
export const askerSchema = z
  .object({ kind: z.enum(['slack', 'local', 'agent']), id: z.string(), name: z.string() })
  .readonly()
export type Asker = z.infer<typeof askerSchema>

/** The owner of schedules whose own owner lost the right to run them. */
export const theAdmins: Asker = { kind: 'local', id: 'admins', name: 'the admins' }

/** In whose name the bot ends what it finds that nobody needs any more. */
export const theBot: Asker = { kind: 'local', id: 'bot', name: 'The bot' }

/** An asker with the role that held at the moment of asking. */
export interface Person extends Asker {
  readonly role: Role
}

/** A person as they are stored, without their role: it is looked up at the moment of an act. */
export function askerOf({ kind, id, name }: Asker): Asker {
  return { kind, id, name }
}

/** Whether `role` includes what `needed` may do. */
export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}
