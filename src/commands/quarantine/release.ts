import { z } from 'zod'
import { defineCommand } from '../../core/command/define.ts'
import { baseName, fileArgument, releaseNamed } from '../../core/warehouse/quarantine.ts'

export default defineCommand({
  name: 'quarantine-release',
  summary: 'Lets the next load read a file again that is in quarantine',
  group: 'warehouse',
  role: 'operator',
  effect: 'bot',
  audience: 'channel',
  schedulable: false,
  args: z.object({ file: fileArgument('a file in quarantine') }),
  examples: ['quarantine release 2018-11-29-events.json'],
  async run({ file }, { deps }) {
    const { path } = await releaseNamed(file, deps)
    return {
      headline: `The next load reads ${baseName(path)} again.`,
      tone: 'good',
      next: [{ label: 'Load', line: 'etl' }],
    }
  },
})
