import { describe, expect, it } from 'vitest'
import type { Cluster, ClusterOperation } from '../../../src/core/ports/cluster.ts'
import { Killed, killAfterAnOrder, live } from './killed.ts'
import { plain, setStage, succeeded } from './stage.ts'

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

describe('a life in which the program is killed', () => {
  it('after every order that AWS carries out ends as an undisturbed one, with nothing ordered twice', async () => {
    const stage = await setStage()
    const deaths = await live(life, stage, async (ask) => {
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
    const deaths = await live(life, stage, async (ask) => {
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
