import { z } from 'zod'
import { flag, optionalDate, optionalId, optionalSince, optionalText } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { describeRun } from '../core/history/run-in-full.ts'
import { auditFile, runList } from '../core/history/run-list.ts'

export default defineCommand({
  name: 'runs',
  aliases: ['all-runs'],
  summary: 'The history, newest first; runs 12 shows one run in full, csv=yes the audit log as a file',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({
    id: optionalId({ about: 'one run in full' }),
    who: optionalText({
      about: 'only runs of this person',
      bare: false,
      maxLength: 80,
      accepts: 'a mention, an id or a name',
    }),
    command: optionalText({
      about: 'only runs of this command',
      bare: false,
      maxLength: 40,
      accepts: 'the name of a command',
    }),
    since: optionalSince({ about: 'only runs since this day (UTC), or within a period such as 7d', bare: false }),
    until: optionalDate({ about: 'only runs up to this day (UTC)', bare: false }),
    all: flag({ about: 'include commands that change nothing, such as status', fallback: false }),
    csv: flag({
      about: 'the audit log as a file: each run with its plan, approver, cost and result, and what was refused',
      fallback: false,
    }),
  }),
  examples: ['runs', 'runs 12', 'runs command=etl since=2018-11-30', 'runs who=ada since=7d csv=yes'],
  async run({ id, all, csv, ...asked }, context) {
    if (id !== undefined) return describeRun(id, context)
    return csv ? auditFile(asked, context) : runList(asked, all, context)
  },
})
