import { describe, expect, inject, it } from 'vitest'
import { lengths } from '../support/soak.ts'
import { copyOfLoadedHome } from '../support/warehouse.ts'
import { timelineOf } from './timeline.ts'
import { liveThrough } from './week.ts'

const first = inject('seed')
const seeds = Array.from({ length: lengths({ gate: 6, soak: 100 }) }, (_, at) => (first + at) % 2 ** 31)

describe('a week of faults', () => {
  it.each(seeds)(
    'ends well: SEED=%i',
    async (seed) => {
      const { faults, story } = await liveThrough(await copyOfLoadedHome(), timelineOf(seed))
      expect(faults, story).toEqual([])
    },
    300_000,
  )
})
