import type { Config } from './config.ts'
import type { Directory } from './core/ports/directory.ts'
import { defaultPersonas } from './workspace/personas.ts'

/**
 * The roles where Slack cannot be asked: those of the configuration and, in the local workspace, those of its three people. The terminal
 * of the same data folder needs them too, or it would treat Ada as somebody who lost her role.
 */
export function localDirectory({ slack, admins, operators }: Config): Directory {
  if (slack.kind !== 'none') return createListDirectory(admins, operators)
  const idsWith = (role: string): readonly string[] =>
    defaultPersonas.filter((persona) => persona.role === role).map(({ id }) => id)
  return createListDirectory(
    [...idsWith('admin'), ...admins],
    [...idsWith('operator'), ...operators],
    Object.fromEntries(defaultPersonas.map(({ id, tz }) => [id, tz])),
  )
}

/** Roles by user id alone, for where Slack cannot be asked about groups. */
export function createListDirectory(
  admins: readonly string[],
  operators: readonly string[],
  zones: Readonly<Record<string, string>> = {},
): Directory {
  return {
    roleOf: async ({ id }) => (admins.includes(id) ? 'admin' : operators.includes(id) ? 'operator' : 'viewer'),
    zoneOf: async ({ id }) => zones[id] ?? 'UTC',
    hasLeft: async () => false,
    isGuest: async () => false,
    holders: (role) => (role === 'admin' ? admins : [...admins, ...operators]),
    peopleOf: async (ids) => ids.filter((id) => !id.startsWith('S')),
  }
}

/**
 * The same directory with the person at this machine as an admin, who could change the configuration anyway, and with their agent as what the
 * configuration allows. Their days are those of UTC, so that scripts print the same on every machine.
 */
export function withLocalPeople(directory: Directory, { mcpRole }: Pick<Config, 'mcpRole'>): Directory {
  return {
    async roleOf(asker) {
      if (asker.kind === 'slack') return directory.roleOf(asker)
      return asker.kind === 'local' ? 'admin' : mcpRole
    },
    zoneOf: async (asker) => (asker.kind === 'slack' ? directory.zoneOf(asker) : 'UTC'),
    hasLeft: async (asker) => asker.kind === 'slack' && directory.hasLeft(asker),
    isGuest: async (asker) => asker.kind === 'slack' && directory.isGuest(asker),
    holders: (role) => directory.holders(role),
    peopleOf: (ids) => directory.peopleOf(ids),
  }
}
