import { z } from 'zod'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { quote } from '../core/command/line.ts'
import type { Deps } from '../core/deps.ts'
import { plural } from '../core/format.ts'
import { tableOfThings, text } from '../core/reply.ts'
import { baseName, fileArgument, filesInQuarantine, quarantine } from '../core/warehouse/quarantine.ts'

export default defineCommand({
  name: 'quarantine',
  summary: 'Leaves a source file out of loads until it changes or is released; without a file, lists those left out',
  group: 'warehouse',
  role: 'operator',
  effect: 'bot',
  audience: 'channel',
  schedulable: false,
  args: z.object({ file: fileArgument('a source file') }),
  examples: ['quarantine', 'quarantine 2018-11-29-events.json'],
  async run({ file: name }, context) {
    if (name === undefined) return listed(context.deps)
    const file = await quarantine(name, context)
    return {
      headline: `${baseName(file.path)} is left out of loads until it changes or is released.`,
      tone: 'good',
      replies: [text(file.path, 'note')],
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
  if (files.length === 0) return { headline }
  const table = tableOfThings(files, {
    title: 'Quarantine',
    columns: { file: 'text', bytes: 'bytes', since: 'time', who: 'text' },
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
