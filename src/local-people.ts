import type { Config } from './config.ts'
import type { Directory } from './core/ports/directory.ts'
import { createListDirectory } from './machine/directory.ts'
import { defaultPersonas } from './workspace/people.ts'

/**
 * The roles where no Slack can be asked: those of the configuration and, in the local workspace, those of its three people. The terminal
 * beside that workspace has to know them too, or it would take Ada for somebody who lost her role.
 */
export function localDirectory({ slack, admins, operators }: Config): Directory {
  if (slack.kind !== 'none') return createListDirectory(admins, operators)
  const playing = (part: string): readonly string[] =>
    defaultPersonas.filter((persona) => persona.part === part).map(({ id }) => id)
  return createListDirectory(
    [...playing('admin'), ...admins],
    [...playing('operator'), ...operators],
    Object.fromEntries(defaultPersonas.map(({ id, tz }) => [id, tz])),
  )
}
