import { describe, expect, it } from 'vitest'
import { reasonsFor } from '../../../src/core/approval/reasons.ts'
import type { Policy } from '../../../src/core/deps.ts'
import type { Bill } from '../../../src/core/ports/cluster.ts'
import type { PlanDraft } from '../../../src/core/ports/plans.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { freePolicy } from '../../support/policy.ts'

const noon = '2026-11-23T12:00:00.000Z'
const plan: PlanDraft = { title: 'Do it?', facts: [], act: 'Do it', danger: false }

/** The reasons for a plan at noon on 23 November, when the cluster has run at these times. */
async function reasons(given: Partial<PlanDraft>, policy: Partial<Policy>, bills: readonly Bill[] = []) {
  const cluster = { bill: async (from: Date) => bills.filter((bill) => bill.to > from) }
  const clock = createFakeClock(noon)
  return reasonsFor({ ...plan, ...given }, { policy: { ...freePolicy, ...policy }, clock, cluster })
}

const ran = (usd: number | null, from: string, to: string, until: string | null = null): Bill => ({
  from: new Date(from),
  to: new Date(to),
  usd,
  price: '$1.00 an hour',
  until: until === null ? null : new Date(until),
})

describe('a plan needs approval', () => {
  it('when it destroys, whatever the configuration says', async () => {
    expect(await reasons({ danger: true }, {})).toEqual([{ kind: 'destroys', words: 'This cannot be undone.' }])
    expect(await reasons({}, { twoPerson: true, approveAboveUsd: 1, budgetUsd: 1 })).toEqual([])
  })

  it('when it can cost more than the limit, not when it can cost as much', async () => {
    expect(await reasons({ mostUsd: 4.34 }, { approveAboveUsd: 4.34 })).toEqual([])
    expect(await reasons({ mostUsd: 4.34 }, { approveAboveUsd: 4.33 })).toEqual([
      { kind: 'costly', words: 'It can cost $4.34; anything above $4.33 needs approval.' },
    ])
    expect(await reasons({ mostUsd: 1_000 }, {})).toEqual([])
  })

  it('when nobody knows what it can cost, where there is a limit', async () => {
    expect(
      (await reasons({ mostUsd: null }, { approveAboveUsd: 100, budgetUsd: 100 })).map(({ words }) => words),
    ).toEqual([
      'Its cost is not known; anything above $100.00 needs approval.',
      'Its cost is not known and may exceed the budget of $100.00 for November 2026.',
    ])
    expect(await reasons({ mostUsd: null }, {})).toEqual([])
  })

  it('when nobody knows what the month has cost so far, where there is a budget', async () => {
    const bills = [ran(null, '2026-11-02T00:00:00Z', '2026-11-05T18:00:00Z')]
    expect((await reasons({ mostUsd: 1 }, { budgetUsd: 100 }, bills)).map(({ words }) => words)).toEqual([
      'The price of some hours this month is not known; they may already exceed the budget of $100.00 for November 2026.',
    ])
    expect(await reasons({ mostUsd: 1 }, { approveAboveUsd: 100 }, bills)).toEqual([])
  })

  it('when the month would go beyond its budget with it', async () => {
    const october = ran(50, '2026-10-02T00:00:00Z', '2026-10-04T00:00:00Z')
    const bills = [october, ran(90, '2026-11-02T00:00:00Z', '2026-11-05T18:00:00Z'), ran(6, noon, noon)]
    expect(await reasons({ mostUsd: 4 }, { budgetUsd: 100 }, bills)).toEqual([])
    expect(await reasons({ mostUsd: 4.34 }, { budgetUsd: 100 }, bills)).toEqual([
      {
        kind: 'budget',
        words: 'It can exceed the budget of $100.00 for November 2026: $96.00 spent so far, $100.34 with it.',
      },
    ])
  })

  it('also when only the rest of the lease that is running takes it there', async () => {
    const running = ran(10, '2026-11-23T02:00:00Z', noon, '2026-11-23T18:00:00Z')
    const [reason] = await reasons({ mostUsd: 2 }, { budgetUsd: 17 }, [running])
    expect(reason?.words).toBe(
      'It can exceed the budget of $17.00 for November 2026: $10.00 spent so far, $18.00 with it.',
    )
    expect(await reasons({ mostUsd: 1 }, { budgetUsd: 17 }, [running])).toEqual([])
  })

  it('not for what costs nothing, however much was spent', async () => {
    const bills = [ran(500, '2026-11-02T00:00:00Z', '2026-11-05T18:00:00Z')]
    expect(await reasons({}, { budgetUsd: 100, approveAboveUsd: 0 }, bills)).toEqual([])
  })
})
