import add from '../../src/commands/schedule/add.ts'
import edit from '../../src/commands/schedule/edit.ts'
import exporting from '../../src/commands/schedule/export.ts'
import move from '../../src/commands/schedule/move.ts'
import nightly from '../../src/commands/schedule/nightly.ts'
import pause from '../../src/commands/schedule/pause.ts'
import remove from '../../src/commands/schedule/remove.ts'
import resume from '../../src/commands/schedule/resume.ts'
import run from '../../src/commands/schedule/run.ts'
import snooze from '../../src/commands/schedule/snooze.ts'
import schedule from '../../src/commands/schedule.ts'
import type { Command } from '../../src/core/command/define.ts'
import type { Deps } from '../../src/core/deps.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Place } from '../../src/core/place.ts'
import type { ScheduleRecord } from '../../src/core/ports/schedules.ts'
import { command, createWorld, type TestProcess, type World } from './core.ts'

/** All that can be said of schedules, with a few lines for them to say: a question, a load, and what only admins may. */
export const scheduleCommands: readonly Command[] = [
  ...[schedule, add, edit, exporting, move, nightly, pause, remove, resume, run, snooze],
  command('greet', async () => undefined, { role: 'viewer', effect: 'read' }),
  command('load', async () => undefined),
  command('spin-up', async () => undefined, { role: 'admin' }),
  command('resume', async () => undefined, { role: 'admin' }),
]

/** Where the bot is not. */
export const closed = { kind: 'slack', channel: 'C0CLOSED00', channelName: 'closed', direct: false } as const

/** A bot with these commands that can post everywhere but in one channel, and knows #team by its name. */
export async function createScheduleOffice(
  parts: Partial<Deps> = {},
  more: readonly Command[] = [],
): Promise<World & { readonly bot: TestProcess }> {
  const world = await createWorld()
  const postingError = async (place: Place): Promise<OpsError | null> =>
    place.kind === 'slack' && place.channel === closed.channel
      ? new OpsError('slack', 'I cannot post in #closed (not_in_channel).', 'Type /invite @sparkify in #closed.')
      : null
  const names = more.map(({ name }) => name)
  const commands = [...scheduleCommands.filter(({ name }) => !names.includes(name)), ...more]
  const outbox = {
    resolve: async (place: Place) =>
      place.kind === 'slack' && place.channel === '#team'
        ? { ...place, channel: 'C0TEAM0000', channelName: 'team' }
        : place,
    postingError,
    requirePosts: () => undefined,
  }
  return { ...world, bot: await world.start('one', commands, { outbox, ...parts }) }
}

/** The only schedule there is. */
export async function onlyOf({ ledger }: TestProcess): Promise<ScheduleRecord> {
  const [only, ...others] = await ledger.schedules.list()
  if (only === undefined || others.length > 0) throw new Error('there is not one schedule')
  return only
}
