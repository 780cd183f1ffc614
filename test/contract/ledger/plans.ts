import { describe, expect, it } from 'vitest'
import type { NewPlan, PlanEnd } from '../../../src/core/ports/ledger.ts'
import { postCard } from '../../support/delivered.ts'
import { anna, later, newProcess, noon, type OpenLedger, opened, openLedgers } from './world.ts'

/** What every ledger does with plans. */
export function describePlans(open: OpenLedger): void {
  const { pair } = openLedgers(open)

  describe('plans', () => {
    const plan: NewPlan = {
      id: 'p1',
      line: 'tear-down',
      asker: anna,
      place: { kind: 'terminal' },
      draft: { title: 'Tear down?', facts: ['7 loads'], act: 'Tear down', typed: 'sparkify', danger: true },
      expires: later(600).toISOString(),
      reasons: [],
      card: false,
      command: 'tear-down',
      args: { snapshot: 'yes' },
    }
    const card: NewPlan = {
      ...plan,
      id: 'c1',
      draft: { title: 'Spin up?', facts: [], act: 'Spin up', danger: false, mostUsd: null },
      reasons: [{ kind: 'costly', words: 'It costs.' }],
      card: true,
    }
    const approved: PlanEnd = { kind: 'approved', by: anna, at: noon.toISOString() }
    const rejected: PlanEnd = { kind: 'rejected', by: anna, at: later(1).toISOString() }
    const post = { channel: 'C0MUSIC', ts: '1.1' }

    it('are read by any process until they are settled, and after', async () => {
      const [one, other] = await pair()
      await one.plans.save(plan)
      await one.plans.save(card)
      expect(await other.plans.get('p1')).toEqual({ ...plan, post: null, end: null })
      await other.plans.settle('p1', approved)
      expect(await one.plans.get('p1')).toEqual({ ...plan, post: null, end: approved })
      await postCard(other, 'c1')
      expect(await one.plans.get('c1')).toEqual({ ...card, post, end: null })
      expect(await one.plans.get('p2')).toBeNull()
    })

    it('are settled by exactly one of many, whose word alone is kept', async () => {
      const [one, other] = await pair()
      await one.plans.save(plan)
      const ends = [approved, rejected, approved, rejected]
      const settled = await Promise.all(ends.map((end, at) => (at < 2 ? one : other).plans.settle('p1', end)))
      expect(settled.filter(Boolean)).toHaveLength(1)
      expect((await one.plans.get('p1'))?.end).toEqual(ends[settled.indexOf(true)])
      expect(await one.plans.settle('p2', approved)).toBe(false)
    })

    it('keep what became of them after all', async () => {
      const [one, other] = await pair()
      await one.plans.save(plan)
      await one.plans.settle('p1', approved)
      const failed: PlanEnd = { ...rejected, kind: 'failed', why: 'Another run is going on.' }
      await one.plans.revise('p1', failed)
      expect((await other.plans.get('p1'))?.end).toEqual(failed)
      expect(await other.plans.settle('p1', approved)).toBe(false)
    })

    it('are unbegun where the process that was to carry them out is gone and has opened no run', async () => {
      const [one, other] = await pair()
      await one.processes.enter(newProcess({ id: 'living', kind: 'terminal' }))
      const by = (process?: string): PlanEnd => ({ ...approved, ...(process === undefined ? {} : { process }) })
      const ends = { lost: by('gone'), living: by('living'), begun: by('gone'), old: by(), rejected }
      for (const [id, end] of Object.entries(ends)) {
        await one.plans.save({ ...plan, id })
        await one.plans.settle(id, end)
      }
      await opened(one, { approval: { id: 'begun', plan: plan.draft, by: anna } })
      expect(await other.plans.unbegun(later(1))).toEqual([{ ...plan, id: 'lost', post: null, end: ends.lost }])
    })

    it('wait where their card was posted and nobody settled it yet, and are overdue after their time', async () => {
      const [one, other] = await pair()
      for (const id of ['open', 'settled', 'unposted', 'later']) {
        await one.plans.save({ ...card, id, expires: later(id === 'later' ? 601 : 600).toISOString() })
        if (id !== 'unposted') await postCard(one, id)
      }
      await one.plans.settle('settled', rejected)
      const overdue = async (seconds: number) => (await other.plans.overdue(later(seconds))).map(({ id }) => id)
      expect(await overdue(600)).toEqual([])
      expect(await overdue(601)).toEqual(['open', 'unposted'])
      expect(await overdue(602)).toEqual(['open', 'unposted', 'later'])
      const waiting = async (seconds: number) => (await other.plans.waiting(later(seconds))).map(({ id }) => id)
      expect(await waiting(600)).toEqual(['open', 'later'])
      expect(await waiting(601)).toEqual(['later'])
      expect(await waiting(602)).toEqual([])
    })
  })
}
