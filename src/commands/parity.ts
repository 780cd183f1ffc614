import { z } from 'zod'
import { compareWithCopy } from '../core/answers/parity.ts'
import { defineCommand } from '../core/command/define.ts'

export default defineCommand({
  name: 'parity',
  summary: 'Runs every query on the cluster and on the copy of its load, and lists the cells that differ',
  group: 'warehouse',
  // Some queries name people.
  role: 'operator',
  effect: 'read',
  audience: 'asker',
  args: z.object({}),
  examples: ['parity'],
  run: (_args, context) => compareWithCopy(context),
})
