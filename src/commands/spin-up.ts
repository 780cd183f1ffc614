import { z } from 'zod'
import { optionalHours, optionalInteger, optionalText } from '../core/command/args.ts'
import { carryOut } from '../core/command/carry-out.ts'
import { defineCommand } from '../core/command/define.ts'

export default defineCommand({
  name: 'spin-up',
  summary: 'Creates the cluster and its role, or adopts what exists; shows plan and price first',
  group: 'warehouse',
  role: 'admin',
  effect: 'write',
  wakes: 'any',
  audience: 'channel',
  args: z.object({
    lease: optionalHours({ about: 'how long it may run before it is paused', max: 24 * 31 }),
    'node-type': optionalText({
      about: 'Redshift node type',
      bare: false,
      maxLength: 30,
      accepts: 'a node type like ra3.large',
    }),
    nodes: optionalInteger({ about: 'number of nodes', bare: false, min: 1, max: 32 }),
  }),
  examples: ['spin-up', 'spin-up lease=8h'],
  async plan(args, { deps }) {
    return (await deps.cluster.spinUp(optionsOf(args))).plan
  },
  async run(args, context) {
    return carryOut(await context.deps.cluster.spinUp(optionsOf(args)), context, [{ label: 'Load', line: 'etl' }])
  },
})

function optionsOf(args: { lease?: number | undefined; 'node-type'?: string | undefined; nodes?: number | undefined }) {
  return { leaseHours: args.lease, nodeType: args['node-type'], nodes: args.nodes }
}
