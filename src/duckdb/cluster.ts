import { rm } from 'node:fs/promises'
import { OpsError } from '../core/errors.ts'
import { bytes, plural } from '../core/format.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Cluster, ClusterOperation, SpinUpOptions } from '../core/ports/cluster.ts'
import type { PlanDraft } from '../core/ports/plans.ts'
import type { Step } from '../core/step.ts'
import {
  contentsOf,
  type HomeContents,
  type HomeState,
  readHome,
  removeContents,
  removeHome,
  writeHome,
} from './load-files.ts'

const name = 'sparkify'

/** `folder` holds the loads, `fetched` what was fetched of sources that are elsewhere. */
interface DuckdbHome {
  readonly folder: string
  readonly fetched: string
  readonly clock: Clock
}

/**
 * The "cluster" of the embedded engine: the folder of its loads, with a small file that holds its state. It costs nothing. A paused one
 * answers no questions.
 */
export function createDuckdbCluster(own: DuckdbHome): Cluster {
  const { folder, clock } = own
  /** The state of a warehouse that can be paused and resumed. Throws where there is none, or one that is being torn down. */
  const whole = async (): Promise<'available' | 'paused'> => {
    const state = (await readHome(folder))?.state ?? 'none'
    if (state === 'none' || state === 'deleting') throw notNow(state)
    return state
  }
  const change = (names: Pick<Step, 'id' | 'title'>, to: 'available' | 'paused'): Step => ({
    ...names,
    async run() {
      if ((await whole()) === to) return { skipped: `already ${to}` }
      await writeHome(folder, to, clock.now())
      return { detail: to }
    },
  })

  return {
    name,
    free: true,
    async describe() {
      const home = await readHome(folder)
      if (home === null) return { name, state: 'none', since: null, facts: [] }
      const { bytes: size } = await contentsOf(folder)
      const facts = [
        ['Engine', 'DuckDB on this machine'],
        ['On disk', bytes(size)],
        ['Cost', 'nothing'],
        ['Folder', folder],
      ] as const
      return { name, state: home.state, since: home.since, facts }
    },
    async spinUp(options) {
      const home = await readHome(folder)
      if (home !== null && home.state !== 'available') throw notNow(home.state)
      return { plan: null, steps: [createHome(folder, clock)], done: spunUp(options) }
    },
    async tearDown({ snapshot }) {
      if ((await readHome(folder)) === null) throw notNow('none')
      const contents = await contentsOf(folder)
      refuseForeign(folder, contents)
      return {
        plan: tearDownPlan(contents, snapshot),
        steps: [removeLoads(own), verifyGone(folder)],
        done: `Cluster ${name} is deleted. The source files are kept.`,
        forgetsLoads: true,
      }
    },
    async pause() {
      await whole()
      const steps = [change({ id: 'close-the-warehouse', title: 'Close the warehouse' }, 'paused')]
      return { plan: null, steps, done: `Cluster ${name} is paused. Its loads are kept; nothing costs money.` }
    },
    async resume() {
      await whole()
      const steps = [change({ id: 'open-the-warehouse', title: 'Open the warehouse' }, 'available')]
      return { plan: null, steps, done: `Cluster ${name} is available.` }
    },
    async extend(): Promise<ClusterOperation> {
      throw new OpsError('cluster_state', 'A local warehouse has no lease and costs nothing. Nothing was changed.')
    },
    leaseAction: async () => ({ kind: 'nothing' }),
    costStatus: async () => '',
    bill: async () => [],
  }
}

function createHome(folder: string, clock: Clock): Step {
  return {
    id: 'create-the-warehouses-home',
    title: "Create the warehouse's home",
    async run() {
      if ((await readHome(folder)) !== null) return { skipped: 'already there' }
      await writeHome(folder, 'available', clock.now())
      return { detail: folder }
    },
  }
}

function spunUp({ leaseHours, nodeType, nodes }: SpinUpOptions): string {
  const asked = leaseHours !== undefined || nodeType !== undefined || nodes !== undefined
  const note = asked ? ' Lease, node type and number of nodes have no effect here.' : ''
  return `Cluster ${name} is available on this machine and costs nothing.${note}`
}

function tearDownPlan(contents: HomeContents, snapshot: boolean): PlanDraft {
  return {
    title: `Tear down ${name}?`,
    facts: [
      `Deletes ${plural(contents.loads, 'load')} (${bytes(contents.bytes)}). They cannot be restored.`,
      'The source files are kept: etl builds the warehouse from them again.',
      ...(snapshot ? ['snapshot=yes has no effect: a local warehouse has no snapshots.'] : []),
    ],
    act: `Tear down ${name}`,
    typed: name,
    danger: true,
  }
}

function removeLoads({ folder, fetched, clock }: DuckdbHome): Step {
  return {
    id: 'remove-the-loads',
    title: 'Remove the loads',
    async run() {
      if ((await readHome(folder)) === null) return { skipped: 'already gone' }
      const contents = await contentsOf(folder)
      refuseForeign(folder, contents)
      await writeHome(folder, 'deleting', clock.now())
      await removeContents(folder)
      await rm(fetched, { recursive: true, force: true })
      return { detail: `${plural(contents.loads, 'load')}, ${bytes(contents.bytes)}` }
    },
  }
}

function verifyGone(folder: string): Step {
  return {
    id: 'verify-that-nothing-is-left',
    title: 'Verify that nothing is left',
    async run() {
      await removeHome(folder)
      return { detail: 'nothing left' }
    },
  }
}

function refuseForeign(folder: string, { foreign }: HomeContents): void {
  if (foreign.length === 0) return
  throw new OpsError(
    'cluster_state',
    `${folder} holds files that are not the warehouse's: ${foreign.join(', ')}. Nothing was removed.`,
    'Move them elsewhere and tear down again.',
    { fixCommand: 'tear-down' },
  )
}

function notNow(state: Exclude<HomeState, 'available'> | 'none'): OpsError {
  switch (state) {
    case 'none':
      return new OpsError('no_cluster', `There is no cluster ${name} yet.`, 'Create it with spin-up.', {
        fixCommand: 'spin-up',
      })
    case 'paused':
      return new OpsError('cluster_state', `Cluster ${name} is paused.`, 'Resume it.', { fixCommand: 'resume' })
    case 'deleting':
      return new OpsError('cluster_state', `Cluster ${name} is half torn down.`, 'Finish tearing it down.', {
        fixCommand: 'tear-down',
      })
  }
}
