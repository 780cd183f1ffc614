import { describe, expect, it } from 'vitest'
import type { Cluster, ClusterOperation } from '../../../src/core/ports/cluster.ts'
import type { Clients } from '../../../src/redshift/clients.ts'
import { plain, type Stage, setStage, succeeded } from './stage.ts'

/** The end of a process, as it looks from inside: nothing after it is done. */
class Killed extends Error {}

const life: readonly ((cluster: Cluster) => Promise<ClusterOperation>)[] = [
  (cluster) => cluster.spinUp(plain),
  (cluster) => cluster.pause(),
  (cluster) => cluster.resume(),
  (cluster) => cluster.tearDown({ snapshot: true }),
  (cluster) => cluster.spinUp(plain),
  (cluster) => cluster.tearDown({ snapshot: false }),
]

const once = {
  'iam:CreateRole': 2,
  'iam:PutRolePolicy': 2,
  'redshift:CreateCluster': 1,
  'redshift:PauseCluster': 1,
  'redshift:ResumeCluster': 1,
  'redshift:RestoreFromClusterSnapshot': 1,
  'redshift:DeleteCluster': 2,
  'iam:DeleteRolePolicy': 2,
  'iam:DeleteRole': 2,
}

/** Ends the process as soon as AWS has done one thing that changes something, before anybody learns of it. */
function killAfterAnOrder({ iam, redshift }: Clients): void {
  const dieAfter = (command = ''): void => {
    if (!/^(Describe|Get|List)/.test(command)) throw new Killed(command)
  }
  iam.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args)
        dieAfter(commandName)
        return answer
      },
    { step: 'initialize' },
  )
  redshift.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args)
        dieAfter(commandName)
        return answer
      },
    { step: 'initialize' },
  )
}

/** Carries each act of a life to its end, with a fresh process after every death. How many there were. */
async function live(
  stage: Stage,
  attempt: (ask: (cluster: Cluster) => Promise<ClusterOperation>) => Promise<void>,
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

describe('a life in which the program is killed', () => {
  it('after every order that AWS carries out ends as an undisturbed one, with nothing ordered twice', async () => {
    const stage = await setStage()
    const deaths = await live(stage, async (ask) => {
      const { cluster, perform } = stage.process({}, killAfterAnOrder)
      await perform(await ask(cluster))
    })
    const { double } = stage
    expect(await succeeded(double)).toMatchObject(once)
    expect(deaths).toBe(Object.values(once).reduce((sum, n) => sum + n, 0))
    expect(await double.left()).toMatchObject({ clusters: [], roles: [], snapshots: [{ retentionDays: 7 }] })
    expect(stage.ledger.lease).toMatchObject({ until: null })
    expect(stage.ledger.lease?.ran.every(({ to }) => to !== null)).toBe(true)
  })

  it('after every step ends as an undisturbed one, with nothing ordered twice', async () => {
    const stage = await setStage()
    const deaths = await live(stage, async (ask) => {
      const { cluster, perform } = stage.process()
      const act = await ask(cluster)
      const next = act.steps.find(({ title }) => !stage.ledger.finished.has(title))
      if (next === undefined) return
      await perform({ ...act, steps: [next] })
      throw new Killed(next.title)
    })
    expect(await succeeded(stage.double)).toMatchObject(once)
    expect(deaths).toBe(5 + 2 + 3 + 4 + 5 + 4)
  })

  it('cancelled while it waits, it stops waiting and keeps what there is', async () => {
    const stage = await setStage()
    const { cluster, perform } = stage.process()
    const act = await cluster.spinUp(plain)
    const cancel = new AbortController()
    stage.ledger.finished.set('Test the connection', {})
    const steps = act.steps.map((step) =>
      step.title === 'Wait until available'
        ? {
            ...step,
            run: (work: Parameters<typeof step.run>[0]) =>
              step.run({ ...work, progress: () => cancel.abort(new Killed('cancelled')) }),
          }
        : step,
    )
    await expect(perform({ ...act, steps }, cancel.signal)).rejects.toThrow('cancelled')
    expect((await stage.double.left()).clusters).toMatchObject([{ state: 'creating' }])
  })
})
