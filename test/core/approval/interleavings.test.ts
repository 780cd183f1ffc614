import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { expireCards } from '../../../src/core/approval/plans.ts'
import type { Role } from '../../../src/core/people.ts'
import { anna, bob, channel, planOf } from '../../support/core.ts'
import { lengths } from '../../support/soak.ts'
import { openOffice, otto, vera } from './office.ts'

const people = { anna, bob, otto, vera }
const person = fc.constantFrom('anna' as const, 'bob' as const, 'otto' as const, 'vera' as const)

/** What can happen to a card. `of`: which of the cards that there are by then; `at`: in which process. */
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('approve' as const), who: person, of: fc.nat(3), at: fc.nat(1) }),
  },
  fc.record({ kind: fc.constant('reject' as const), who: person, of: fc.nat(3), at: fc.nat(1) }),
  fc.record({ kind: fc.constant('expire' as const), at: fc.nat(1) }),
  fc.record({ kind: fc.constant('pass' as const), minutes: fc.nat(40) }),
  fc.record({ kind: fc.constant('price' as const), usd: fc.integer({ min: 2, max: 5 }) }),
  fc.record({
    kind: fc.constant('role' as const),
    who: person,
    role: fc.constantFrom<Role>('viewer', 'operator', 'admin'),
  }),
)

/** What happens at the same moment, one moment after the other. */
const course = fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 })

/** Whether an answer to a click says what came of it. */
function saysWhich(answer: Answer | null): boolean {
  if (answer === null) return false
  if (answer.ok) return answer.run?.state === 'complete' || /rejected|Withdrawn/.test(answer.headline)
  return answer.replies.some(
    (reply) =>
      (reply.kind === 'failure' && reply.message !== '') || (reply.kind === 'plan' && reply.changes !== undefined),
  )
}

describe.each([true, false])(
  'with two persons (%s), however clicks, time, prices and roles fall together',
  (twoPerson) => {
    it(
      'one run comes of what was asked or none, every click says which, and only an approver’s yes counts',
      async () => {
        const { world, bot, plans, done, start } = await openOffice({ twoPerson, approveAboveUsd: 1 })
        const processes = [bot, await start('two')]
        await fc.assert(
          fc.asyncProperty(course, async (moments) => {
            for (const { id } of [anna, bob, otto]) world.roles.set(id, 'admin')
            world.roles.set(vera.id, 'viewer')
            const price = (usd: number) => ({
              title: 'Spin up?',
              facts: [`$${usd}`],
              act: 'Spin up',
              danger: false,
              mostUsd: usd,
            })
            plans.spinUp = price(3)
            done.length = 0
            const known = (await bot.ledger.runs.list({ limit: 1 }))[0]?.id ?? 0
            const cards = [planOf(await bot.say('spin-up')).id]
            const cardOf = (of: number): string => cards[of % cards.length] ?? ''
            for (const moment of moments) {
              const admins = new Set([...world.roles].filter(([, role]) => role === 'admin').map(([id]) => id))
              for (const what of moment)
                if (what.kind === 'role' && what.role === 'admin') admins.add(people[what.who].id)
              const before = done.length
              const happen = async (what: (typeof moment)[number]): Promise<void> => {
                if (what.kind === 'pass') world.clock.advance(what.minutes * 60_000)
                if (what.kind === 'price') plans.spinUp = price(what.usd)
                if (what.kind === 'role') world.roles.set(people[what.who].id, what.role)
                if (what.kind === 'expire') await expireCards((processes[what.at] ?? bot).deps)
                if (what.kind !== 'approve' && what.kind !== 'reject') return
                const process = processes[what.at] ?? bot
                const [plan, who] = [cardOf(what.of), people[what.who]]
                const answer =
                  what.kind === 'approve'
                    ? await process.click(plan, { who })
                    : await process.app.reject({ plan, who, place: channel })
                expect(saysWhich(answer)).toBe(true)
                cards.push(...(answer?.replies ?? []).flatMap((reply) => (reply.kind === 'plan' ? [reply.id] : [])))
              }
              await Promise.all(moment.map(happen))
              const runs = (await bot.ledger.runs.list({ limit: 5 })).filter(({ id }) => id > known)
              expect(runs.length).toBeLessThanOrEqual(1)
              expect(done).toHaveLength(runs.length)
              const newest = runs.slice(0, done.length - before)
              for (const { who, approval } of newest) {
                const by = approval?.by.id ?? ''
                expect(who).toEqual(anna)
                expect(admins).toContain(anna.id)
                expect(admins).toContain(by)
                if (twoPerson) expect(by).not.toBe(anna.id)
                expect(approval?.plan).toEqual(plans.spinUp)
              }
            }
            const records = await Promise.all(cards.map((id) => bot.ledger.plans.get(id)))
            for (const record of records) {
              if (record?.end?.kind === 'approved') expect(record.end.at <= record.expires).toBe(true)
            }
            const ends = records.map((record) => record?.end?.kind)
            expect(ends.filter((kind) => kind === 'approved')).toHaveLength(done.length)
            expect(ends.filter((kind) => kind === 'failed')).toEqual([])
            // Each card but the newest was replaced by the next.
            expect(ends.filter((kind) => kind === 'replaced')).toHaveLength(cards.length - 1)
          }),
          { numRuns: lengths({ gate: 25, soak: 1000 }) },
        )
      },
      lengths({ gate: 60_000, soak: 3_600_000 }),
    )
  },
)
