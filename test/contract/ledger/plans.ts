import { describe, expect, it } from 'vitest'
import type { NewPlan, PlanEnd } from '../../../src/core/ports/ledger.ts'
import { said } from '../../core/outbox/support.ts'
import { postCard } from '../../support/delivered.ts'
import { anna, answerOf, later, newRun, noon, type OpenLedger, opened, openLedgers, waiting } from './world.ts'

/** What every ledger does with plans. */
export function describePlans(open: OpenLedger): void {
  const { pair, single } = openLedgers(open)

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
      await one.plans.save(plan, [], null)
      await one.plans.save(card, [], null)
      expect(await other.plans.get('p1')).toEqual({ ...plan, post: null, end: null })
      await other.plans.settle({ plan: 'p1', end: approved, messages: [] }, null)
      expect(await one.plans.get('p1')).toEqual({ ...plan, post: null, end: approved })
      await postCard(other, 'c1')
      expect(await one.plans.get('c1')).toEqual({ ...card, post, end: null })
      expect(await one.plans.get('p2')).toBeNull()
    })

    it('are settled by exactly one of many, whose word alone is kept', async () => {
      const [one, other] = await pair()
      await one.plans.save(plan, [], null)
      const ends = [approved, rejected, approved, rejected]
      const settled = await Promise.all(
        ends.map((end, at) => (at < 2 ? one : other).plans.settle({ plan: 'p1', end: end, messages: [] }, null)),
      )
      expect(settled.filter(Boolean)).toHaveLength(1)
      expect((await one.plans.get('p1'))?.end).toEqual(ends[settled.indexOf(true)])
      expect(await one.plans.settle({ plan: 'p2', end: approved, messages: [] }, null)).toBe(false)
    })

    it('are settled by the run that is inserted for them, by one of many, or by none where it cannot be', async () => {
      const [one, other] = await pair()
      await one.plans.save(plan, [], null)
      await one.plans.save(card, [], null)
      const writing = newRun({ writer: true, key: 'plan:c1' })
      const settles = (id: string) => ({ plan: id, end: approved, messages: [said(id)] })
      const all = await Promise.all(
        [one, other, one, other].map((ledger) =>
          ledger.runs.open(newRun({ key: 'plan:p1', writer: true }), settles('p1')),
        ),
      )
      expect(all.map(({ kind }) => kind).toSorted()).toEqual(['opened', 'settled', 'settled', 'settled'])
      expect((await one.plans.get('p1'))?.end).toEqual(approved)
      expect((await other.runs.open(writing, settles('c1'))).kind).toBe('busy')
      expect([(await one.plans.get('c1'))?.end, await one.messages.find('c1')]).toEqual([null, null])
      expect((await one.messages.find('p1'))?.version).toBe(1)
    })

    it('are settled by a retry as well, with its steps', async () => {
      const ledger = await single()
      const run = await opened(ledger)
      await ledger.runs.saveStep(run.id, 'one', 0, waiting)
      await ledger.runs.end(
        run.id,
        'one',
        { state: 'error', answer: answerOf('No'), ended: noon.toISOString(), costUsd: null },
        [],
      )
      await ledger.plans.save(plan, [], null)
      const again = { ...run, after: 1, started: later(1).toISOString(), steps: [waiting] }
      const settles = { plan: 'p1', end: approved, messages: [said('p1')] }
      expect(await ledger.runs.retry(run.id, again, settles)).toMatchObject({
        kind: 'opened',
        run: { attempt: 2, steps: [waiting] },
      })
      expect([(await ledger.plans.get('p1'))?.end, (await ledger.messages.find('p1'))?.key]).toEqual([approved, 'p1'])
      expect((await ledger.runs.retry(run.id, again, settles)).kind).toBe('known')
    })

    it('are replaced by another one once, which alone is kept', async () => {
      const [one, other] = await pair()
      await one.plans.save(plan, [], null)
      const replaced: PlanEnd = { ...rejected, kind: 'replaced' }
      const saved = await Promise.all(
        ['n1', 'n2'].map((id, at) =>
          (at === 0 ? one : other).plans.save({ ...plan, id }, [said(id)], { plan: 'p1', end: replaced, messages: [] }),
        ),
      )
      expect(saved.filter(Boolean)).toHaveLength(1)
      const kept = await Promise.all(['n1', 'n2'].map((id) => one.plans.get(id)))
      expect(kept.map((found) => found !== null)).toEqual(saved)
      expect((await one.plans.get('p1'))?.end).toEqual(replaced)
    })

    it('enter why they were denied in the audit log, with their messages or not at all', async () => {
      const ledger = await single()
      await ledger.plans.save(card, [], null)
      const denial = {
        at: noon.toISOString(),
        what: 'rejected',
        who: anna,
        command: 'spin-up',
        line: 'spin-up',
        place: card.place,
        plan: card.draft,
        why: 'No.',
      } as const
      const settlement = { plan: 'c1', end: rejected, messages: [said('c1')] }
      expect(await ledger.plans.settle(settlement, denial)).toBe(true)
      expect(await ledger.plans.settle({ ...settlement, messages: [said('c2')] }, denial)).toBe(false)
      expect((await ledger.audit.list({ limit: 5 })).entries).toMatchObject([{ what: 'rejected', headline: 'No.' }])
      expect([(await ledger.messages.find('c1'))?.key, await ledger.messages.find('c2')]).toEqual(['c1', null])
    })

    it('wait where their card was posted and nobody settled it yet, and are overdue after their time', async () => {
      const [one, other] = await pair()
      for (const id of ['open', 'settled', 'unposted', 'later']) {
        await one.plans.save({ ...card, id, expires: later(id === 'later' ? 601 : 600).toISOString() }, [], null)
        if (id !== 'unposted') await postCard(one, id)
      }
      await one.plans.settle({ plan: 'settled', end: rejected, messages: [] }, null)
      // Who is asked in the place of their own has no card.
      await one.plans.save({ ...plan, id: 'no card' }, [], null)
      await postCard(one, 'no card')
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
