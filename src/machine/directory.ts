import type { Directory } from '../core/ports/directory.ts'

/** Roles by user id alone, for where no Slack can be asked about groups. */
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
 * The same directory, in which whoever sits at the machine is admin: they could change the configuration anyway. Their days are those
 * of UTC, so that scripts read the same on every machine.
 */
export function withLocalPeople(directory: Directory): Directory {
  return {
    roleOf: async (asker) => (asker.kind === 'local' ? 'admin' : directory.roleOf(asker)),
    zoneOf: async (asker) => (asker.kind === 'local' ? 'UTC' : directory.zoneOf(asker)),
    hasLeft: async (asker) => (asker.kind === 'local' ? false : directory.hasLeft(asker)),
    isGuest: async (asker) => asker.kind === 'slack' && directory.isGuest(asker),
    holders: (role) => directory.holders(role),
    peopleOf: (ids) => directory.peopleOf(ids),
  }
}
