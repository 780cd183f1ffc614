import type { Cluster, ClusterOperation } from '../../../src/core/ports/cluster.ts'
import type { Clients } from '../../../src/redshift/clients.ts'
import type { Stage } from './stage.ts'

/** What a process of a test dies of. */
export class Killed extends Error {}

type Operation = (cluster: Cluster) => Promise<ClusterOperation>

/** Ends the process as soon as AWS has done one thing that changes something, before anybody learns of it. */
export function killAfterAnOrder({ iam, redshift, serverless }: Clients): void {
  const killing =
    <A, O>(next: (args: A) => Promise<O>, { commandName = '' }: { readonly commandName?: string }) =>
    async (args: A): Promise<O> => {
      const answer = await next(args)
      if (!/^(Describe|Get|List)/.test(commandName)) throw new Killed(commandName)
      return answer
    }
  iam.middlewareStack.add(killing, { step: 'initialize' })
  redshift.middlewareStack.add(killing, { step: 'initialize' })
  serverless.middlewareStack.add(killing, { step: 'initialize' })
}

/** Carries each operation of a life to its end, with a fresh process after every death. How many there were. */
export async function live(
  life: readonly Operation[],
  stage: Stage,
  attempt: (ask: Operation) => Promise<void>,
): Promise<number> {
  let deaths = 0
  for (const ask of life) {
    stage.ledger.finished.clear()
    stage.ledger.handles.clear()
    for (;;) {
      try {
        await attempt(ask)
        break
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        deaths++
      }
    }
  }
  return deaths
}
