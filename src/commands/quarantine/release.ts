import { z } from 'zod'
import { optionalText } from '../../core/command/args.ts'
import { defineCommand } from '../../core/command/define.ts'
import { OpsError } from '../../core/errors.ts'
import { text } from '../../core/reply.ts'
import { baseName, fileNamed, filesInQuarantine, release } from '../../core/warehouse/quarantine.ts'

export default defineCommand({
  name: 'quarantine-release',
  summary: 'Lets the next load read a file again that is in quarantine',
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
      accepts: 'the path of a file in quarantine, or the end of it',
    }),
  }),
  examples: ['quarantine release 2018-11-29-events.json'],
  async run({ file: name }, { deps }) {
    if (name === undefined) {
      throw new OpsError('bad_argument', 'No file is named.', 'Write its path, or the end of it.', { field: 'file' })
    }
    const file = fileNamed(name, await filesInQuarantine(deps), 'in quarantine')
    if (!(await release(file, deps))) {
      throw new OpsError('interrupted', `${baseName(file.path)} was just put in quarantine again, or released.`, '', {
        fixCommand: 'quarantine',
      })
    }
    const headline = `The next load reads ${baseName(file.path)} again.`
    return { headline, replies: [text(headline, 'good')], next: [{ label: 'Load', line: 'etl' }] }
  },
})
