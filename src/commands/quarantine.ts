import { z } from 'zod'
import { optionalText } from '../core/command/args.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { quote } from '../core/command/line.ts'
import type { Deps } from '../core/deps.ts'
import { OpsError } from '../core/errors.ts'
import { plural } from '../core/format.ts'
import { tableOfThings, text } from '../core/reply.ts'
import { baseName, fileNamed, filesInQuarantine, quarantine } from '../core/warehouse/quarantine.ts'

export default defineCommand({
  name: 'quarantine',
  summary: 'Leaves a source file out of loads until it changes or is released; without a file, lists those left out',
  group: 'warehouse',
  role: 'operator',
  effect: 'bot',
  audience: 'channel',
  schedulable: false,
  args: z.object({
    file: optionalText({
      about: 'the file: its path, or the end of it',
      bare: true,
      maxLength: 4096,
      accepts: 'the path of a source file, or the end of it',
    }),
  }),
  examples: ['quarantine', 'quarantine 2018-11-29-events.json'],
  async run({ file: name }, { deps, signal, who }) {
    if (name === undefined) return listed(deps)
    const { log, song } = await deps.engine.sources(signal)
    if (log.length + song.length === 0) {
      throw new OpsError(
        'bad_config',
        'The warehouse reads everything below the prefixes, so no file can be left out.',
        'Set SPARKIFY_WORK, with which the files are listed (docs/aws.md); or move the file out of the prefix.',
      )
    }
    const file = fileNamed(name, [...log, ...song], 'among the source files')
    await quarantine(file, who.name, deps, signal)
    const headline = `${baseName(file.path)} is left out of loads until it changes or is released.`
    return {
      headline,
      replies: [text(headline, 'good'), text(file.path, 'note')],
      next: [
        { label: 'Load', line: 'etl' },
        { label: 'Quarantine', line: 'quarantine' },
      ],
    }
  },
})

async function listed(deps: Deps): Promise<Outcome> {
  const files = await filesInQuarantine(deps)
  const headline = files.length === 0 ? 'No file is in quarantine.' : `${plural(files.length, 'file')} in quarantine.`
  if (files.length === 0) return { headline, replies: [text(headline)] }
  const table = tableOfThings(files, {
    title: 'Quarantine',
    columns: ['file', 'bytes', 'since', 'who'],
    formats: ['text', 'bytes', 'time', 'text'],
    rowOf: ({ path, bytes, since, who }) => [path, bytes, since, who],
    action: ({ path }) => ({ label: 'Release', line: `quarantine-release ${quote(shortest(path, files))}` }),
  })
  return { headline, replies: [table] }
}

/** The name of a file where no other one has it: a row's line has at most 150 characters. */
function shortest(path: string, files: readonly { readonly path: string }[]): string {
  const name = baseName(path)
  return files.filter((other) => baseName(other.path) === name).length === 1 ? name : path
}
