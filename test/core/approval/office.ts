import type { Deps, Policy } from '../../../src/core/deps.ts'
import type { Asker } from '../../../src/core/people.ts'
import type { PlanDraft } from '../../../src/core/ports/plans.ts'
import { anna, bob, command, createWorld, type TestProcess, type World } from '../../support/core.ts'
import { freePolicy } from '../../support/policy.ts'

export const otto: Asker = { kind: 'slack', id: 'U0OTTO', name: 'Otto' }
export const vera: Asker = { kind: 'slack', id: 'U0VERA', name: 'Vera' }

/** A world in which Anna, Bob and Otto are admins and Vera is nobody, with commands that cost or destroy as a test wants. */
export interface Office {
  readonly world: World
  readonly bot: TestProcess
  /** What the commands say of themselves; a test may change it at any time. */
  readonly plans: { spinUp: PlanDraft | Error | null; tearDown: PlanDraft }
  /** The lines that were carried out. */
  readonly done: string[]
  start(id: string, policy?: Partial<Policy>, parts?: Partial<Deps>): Promise<TestProcess>
}

/** Opens an office whose first process has this policy beyond one under which nobody has to agree to anything. */
export async function openOffice(policy: Partial<Policy> = {}, parts: Partial<Deps> = {}): Promise<Office> {
  const world = await createWorld()
  for (const { id } of [anna, bob, otto]) world.roles.set(id, 'admin')
  const plans: Office['plans'] = {
    spinUp: { title: 'Spin up sparkify?', facts: ['$0.54 an hour'], act: 'Spin up', danger: false, mostUsd: 4.34 },
    tearDown: {
      title: 'Tear down sparkify?',
      facts: ['7 loads go'],
      act: 'Tear down',
      typed: 'sparkify',
      danger: true,
    },
  }
  const done: string[] = []
  const commands = [
    command('spin-up', async () => void done.push('spin-up'), {
      role: 'admin',
      plan: async () => {
        if (plans.spinUp instanceof Error) throw plans.spinUp
        return plans.spinUp
      },
    }),
    command('tear-down', async () => void done.push('tear-down'), { role: 'admin', plan: async () => plans.tearDown }),
  ]
  const start = (id: string, more: Partial<Policy> = {}, others: Partial<Deps> = {}): Promise<TestProcess> =>
    world.start(id, commands, { policy: { ...freePolicy, ...policy, ...more }, ...parts, ...others })
  return { world, bot: await start('one'), plans, done, start }
}
