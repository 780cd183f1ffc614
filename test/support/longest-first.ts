import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

// What starts whole programs or lives through days: a file of these that begins last keeps one core busy alone.
const long =
  /\/test\/(program|rehearsal|verify-aws|redshift|aws-double|duckdb|sql|faults|cases|workspace\/page|store\/several-processes|core\/schedule\/fire\/year)/

/** Begins with the files that take longest: as they were measured here before, and on a new clone those that are known to. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [
      ...sorted.filter(({ moduleId }) => long.test(moduleId)),
      ...sorted.filter(({ moduleId }) => !long.test(moduleId)),
    ]
  }
}
