import { z } from 'zod'
import { flag, integer } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { canContinueLoad, runLoad } from '../core/warehouse/load.ts'
import { dryRun } from '../core/warehouse/load-report.ts'

export default defineCommand({
  name: 'etl',
  aliases: ['load', 'load-again'],
  summary: 'Loads the warehouse: stages the source files, builds the star, audits it, publishes it',
  group: 'warehouse',
  role: 'operator',
  effect: 'write',
  loads: true,
  audience: 'channel',
  args: z.object({
    'max-errors': integer({
      about: 'how many unreadable rows may be left out',
      bare: false,
      min: 0,
      max: 100_000,
      fallback: 0,
    }),
    'allow-empty': flag({ about: 'publish a load even if it has no events or no plays', fallback: false }),
    full: flag({ about: 'read every file, not only those that are new, changed or gone', fallback: false }),
    'dry-run': flag({ about: 'list the files that a load would read, and change nothing', fallback: false }),
  }),
  examples: ['etl', 'etl max-errors=10', 'etl full=yes', 'etl dry-run=yes'],
  canContinue: canContinueLoad,
  run: async (args, context) => (args['dry-run'] ? dryRun(args.full, context) : runLoad(args, context)),
})
