import type { Cluster } from '../../src/core/ports/cluster.ts'

/** A cluster whose every method throws why nobody may call it, but for those that are given. */
export function untouchedCluster(why: string, parts: Partial<Cluster> = {}): Cluster {
  const never = async (): Promise<never> => {
    throw new Error(why)
  }
  return {
    name: 'sparkify',
    free: false,
    describe: never,
    costStatus: never,
    spinUp: never,
    tearDown: never,
    pause: never,
    resume: never,
    extend: never,
    leaseAction: never,
    bill: never,
    ...parts,
  }
}
