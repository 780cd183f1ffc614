import { z } from 'zod'
import { flag, optionalText } from '../core/command/args.ts'
import { carryOut } from '../core/command/carry-out.ts'
import { defineCommand } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'

export default defineCommand({
  name: 'tear-down',
  summary: 'Removes the cluster and all that costs money; asks for its name first',
  group: 'warehouse',
  role: 'admin',
  effect: 'write',
  audience: 'channel',
  args: z.object({
    cluster: optionalText({ about: 'its name, to be sure', maxLength: 63, accepts: "the cluster's name" }),
    snapshot: flag({ about: 'keep a final snapshot for 7 days, where the engine has them', fallback: true }),
  }),
  examples: ['tear-down', 'tear-down snapshot=no'],
  async plan({ cluster, snapshot }, { deps }) {
    if (cluster !== undefined && cluster !== deps.cluster.name) {
      throw new OpsError(
        'bad_argument',
        `The cluster here is ${deps.cluster.name}, not ${cluster}. Nothing was done.`,
        `Say tear-down ${deps.cluster.name}.`,
      )
    }
    return (await deps.cluster.tearDown({ snapshot })).plan
  },
  async run({ snapshot }, context) {
    const { deps } = context
    const act = await deps.cluster.tearDown({ snapshot })
    const forget = {
      title: 'Forget the loads',
      run: async () => {
        await deps.ledger.loads.discardAll()
        return {}
      },
    }
    return carryOut({ ...act, steps: [...act.steps, forget] }, context, [{ label: 'Spin up', line: 'spin-up' }])
  },
})
