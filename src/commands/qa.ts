import { z } from 'zod'
import { checkAnswer, checksAnswer } from '../core/answers/checks-answer.ts'
import { choice, optionalText } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { withLive } from '../core/warehouse/live.ts'

export default defineCommand({
  name: 'qa',
  aliases: ['check', 'checks'],
  summary: 'Checks the live load: row counts of all tables, a sample row of each, and every data-quality check',
  group: 'warehouse',
  role: 'viewer',
  effect: 'read',
  audience: 'channel',
  args: z.object({
    part: choice({ about: 'only one part of it', values: ['all', 'counts', 'rows', 'checks'], fallback: 'all' }),
    check: optionalText({
      about: 'only this check, with the rows that it found',
      bare: false,
      maxLength: 80,
      accepts: 'the name of a check',
    }),
  }),
  examples: ['qa', 'qa counts', 'qa checks', 'qa check=users-are-unique'],
  run: ({ part, check }, { deps, signal }) =>
    withLive(deps, (load) =>
      check === undefined ? checksAnswer(part, load, deps, signal) : checkAnswer(check, load, deps, signal),
    ),
})
