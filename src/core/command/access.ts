import { OpsError } from '../errors.ts'
import { includesRole, type Person } from '../people.ts'
import type { Directory } from '../ports/directory.ts'
import type { Command } from './define.ts'

/** Throws `not_allowed`, saying who may, and the asker's own id, which is what the configuration needs. */
export function authorise(command: Command, who: Person, directory: Directory): void {
  if (includesRole(who.role, command.role)) return
  const holders = directory.holders(command.role)
  const article = command.role === 'viewer' ? 'a' : 'an'
  const variable = command.role === 'admin' ? 'SPARKIFY_ADMINS' : 'SPARKIFY_OPERATORS'
  throw new OpsError(
    'not_allowed',
    `${command.name} needs ${article} ${command.role}. You are ${who.id}, ${who.role} here. Nothing was done.`,
    `${holders.length === 0 ? `Nobody is ${article} ${command.role} yet. ` : ''}Setting the bot up? ${variable}=${who.id}`,
    { ask: holders },
  )
}
