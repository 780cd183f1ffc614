import type { Home, HomeEntry, Words } from '../../../src/core/home/home-view.ts'
import type { Asker } from '../../../src/core/people.ts'
import type { Cluster, ClusterFacts } from '../../../src/core/ports/cluster.ts'
import { untouchedCluster } from '../../support/cluster.ts'
import type { TestProcess } from '../../support/core.ts'

/** The Home of one person. */
export async function homeOf(bot: TestProcess, who: Asker): Promise<Home> {
  const [home] = await bot.app.homesOf([who])
  if (home === undefined) throw new Error('nobody has a Home')
  return home
}

/** The entries below a heading; none where it is not there. */
export function below(home: Home, title: string): readonly HomeEntry[] {
  return home.sections.filter((section) => section.title === title).flatMap(({ entries }) => entries)
}

/** Every button's label, in order. */
export function labels(entries: readonly HomeEntry[]): readonly string[] {
  return entries.flatMap(({ next }) => next.map(({ label }) => label))
}

/** Words as a line, with times in UTC. */
export function lineOf(words: Words): string {
  return words.map((word) => (typeof word === 'string' ? word : word.name)).join(' ')
}

/** A cluster that does nothing but stand there. */
export function clusterOf(facts: Partial<ClusterFacts> = {}, parts: Partial<Cluster> = {}): Cluster {
  return untouchedCluster('nobody touches this cluster', {
    describe: async () => ({ name: 'sparkify', state: 'available', since: null, facts: [], ...facts }),
    bill: async () => [],
    ...parts,
  })
}
