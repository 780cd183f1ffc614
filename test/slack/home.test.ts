import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scheduled } from '../support/schedule.ts'
import { eventually } from './support/clock.ts'
import type { Doors } from './support/commands.ts'
import { blocksOf, homeButton, moreEnter, openHomes, publishes, readsAs } from './support/home.ts'
import { ada, dataEng, type Office, vera } from './support/office.ts'

let office: Office
let doors: Doors
beforeEach(async () => {
  ;({ office, doors } = await openHomes())
})
afterEach(() => office.close())

const enter = (as = ada, tab: 'home' | 'messages' = 'home') => office.workspace.users.openTab({ as, tab })
const entered = async (as = ada): Promise<void> => {
  await enter(as)
  await eventually(() => readsAs(office, as).includes('sparkify'))
}
const say = (text: string) => office.workspace.users.send({ as: ada, channel: dataEng, text })
const press = (label: string, { as = ada, copies = 1 } = {}) =>
  office.workspace.users.press({ as, copies, ...homeButton(office, label, as) })
const directly = () => office.seen('D0ADA0ADMIN').map(({ text }) => text)
const reads = (words: string, as = ada) => office.clock.until(() => readsAs(office, as).includes(words))
const building = async (): Promise<void> => {
  await say('/sparkify build')
  await eventually(() => doors.arrivals('dig') === 1)
}
const strangers = (many: number) => Array.from({ length: many }, (_, n) => `U0STRANGER${n}`)
/** A change of this process, of whatever kind. */
const change = () =>
  office.app.ask({
    request: office.app.read('help'),
    who: { kind: 'slack', id: ada, name: 'ada' },
    place: { kind: 'terminal' },
  })
const addSchedule = () =>
  office.ledger.schedules.add(
    scheduled({
      lines: ['songs'],
      place: { kind: 'slack', channel: dataEng, channelName: 'data-eng', direct: false },
      owner: { kind: 'slack', id: ada, name: 'ada' },
      created: office.clock.now().toISOString(),
    }),
  )

describe('entering the Home tab', () => {
  it('fills it for whoever entered, and for nobody else', async () => {
    expect(await enter()).toEqual({})
    await eventually(() => readsAs(office).includes('Cluster sparkify is available'))
    expect(readsAs(office)).toContain('Your role here: admin.')
    expect(readsAs(office, vera)).toBe('""')
    await entered(vera)
    expect(readsAs(office, vera)).toContain('Your role here: viewer.')
  })

  it('of messages fills nothing', async () => {
    await enter(ada, 'messages')
    await entered(vera)
    expect(publishes(office, ada)).toEqual([])
  })

  it('again, with nothing new to say, publishes nothing', async () => {
    await entered()
    await enter()
    office.clock.advance(60_000)
    await entered(vera)
    expect(publishes(office, ada)).toHaveLength(1)
  })
})

describe('a Home tab that was entered', () => {
  it('follows a run from its first step to its end', async () => {
    await entered()
    await building()
    await reads('● dig')
    expect(readsAs(office)).toContain('○ lay')
    doors.open('dig')
    await reads('● lay')
    expect(readsAs(office)).toContain('✓ dig')
    doors.open('lay')
    doors.open('roof')
    await reads('✓ build')
    expect(readsAs(office)).not.toContain('Running now')
  })

  it('is published once in five seconds at most; the last state wins', async () => {
    await entered()
    await building()
    doors.open('dig')
    await eventually(() => doors.arrivals('lay') === 1)
    doors.open('lay')
    await eventually(() => doors.arrivals('roof') === 1)
    doors.open('roof')
    await reads('✓ build')
    const times = publishes(office).map(({ at }) => at)
    expect(times.length).toBeGreaterThan(1)
    for (const [i, at] of times.entries()) if (i > 0) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(5000)
  })

  it('shows of what is over at once how it ended, and not for five seconds that it is being done', async () => {
    await entered()
    office.clock.advance(10_000)
    for (const door of ['dig', 'lay', 'roof']) doors.open(door)
    await say('/sparkify build')
    const over = { command: 'build', states: ['complete'], limit: 1 } as const
    await eventually(async () => (await office.ledger.runs.list(over)).length === 1)
    const before = office.clock.now().getTime()
    await reads('✓ build')
    expect(office.clock.now().getTime() - before).toBeLessThan(5000)
    expect(
      publishes(office)
        .map(blocksOf)
        .map((blocks) => JSON.stringify(blocks))
        .join(),
    ).not.toContain('Running now')
  })

  it('is left alone while nothing changes', async () => {
    await entered()
    for (let minute = 0; minute < 15; minute++) {
      office.clock.advance(60_000)
      await entered(vera)
    }
    expect(publishes(office, ada)).toHaveLength(1)
  })

  it('shows within 35 seconds what another process changed', async () => {
    await entered()
    await addSchedule()
    const before = office.clock.now().getTime()
    await reads('1 · songs')
    expect(office.clock.now().getTime() - before).toBeLessThanOrEqual(35_000)
  })

  it('is kept fresh for a day after it was last entered', async () => {
    await entered()
    office.clock.advance(3 * 3_600_000)
    await addSchedule()
    const before = office.clock.now().getTime()
    await reads('1 · songs')
    expect(office.clock.now().getTime() - before).toBeLessThanOrEqual(60_000)

    office.clock.advance(25 * 3_600_000)
    await entered(vera)
    await building()
    await reads('● dig', vera)
    expect(readsAs(office)).not.toContain('● dig')
    await enter()
    await reads('● dig')
  })

  it('is one of eighty; who entered first is left out', async () => {
    await entered()
    await moreEnter(office, strangers(79))
    await office.clock.until(() => publishes(office).length === 80)
    office.clock.advance(60_000)
    await addSchedule()
    await change()
    await office.clock.until(() => publishes(office).length === 160)
    expect(publishes(office, ada)).toHaveLength(2)
    await moreEnter(office, ['U0ONEMORE'])
    await office.clock.until(() => publishes(office, 'U0ONEMORE').length === 1)
    office.clock.advance(60_000)
    await addSchedule()
    await change()
    await office.clock.until(() => publishes(office).length === 241)
    expect(publishes(office, ada)).toHaveLength(2)
  })

  it('is shown before those of all others when it is entered', async () => {
    await moreEnter(office, strangers(79))
    await office.clock.until(() => publishes(office).length === 79)
    office.clock.advance(60_000)
    await addSchedule()
    await change()
    await office.clock.until(() => publishes(office).length > 79)
    await entered()
    await office.clock.until(() => publishes(office).length === 79 + 80)
    const order = publishes(office).map(({ body }) => body.get('user_id'))
    expect(order.indexOf(ada)).toBeLessThan(79 + 60)
  })

  it('keeps, with all others, to the hundred publishes a minute that Slack allows', async () => {
    await moreEnter(
      office,
      Array.from({ length: 20 }, (_, n) => `U0STRANGER${n}`),
    )
    await eventually(() => publishes(office).length === 20)
    for (let n = 2; n <= 8; n++) {
      await addSchedule()
      await change()
      await office.clock.until(() => publishes(office).length === n * 20)
    }
    const times = publishes(office).map(({ at }) => at)
    for (const at of times) expect(times.filter((other) => other >= at && other < at + 60_000).length).toBeLessThan(101)
  })
})

describe('a press in the Home tab', () => {
  it('is answered in the Messages tab', async () => {
    await entered()
    await press('Help')
    await eventually(() => directly().some((text) => text.includes('This is the help.')))
  })

  it('delivered twice acts once', async () => {
    await entered()
    await building()
    await reads('Cancel')
    await press('Cancel', { copies: 2 })
    await office.clock.until(() => directly().length > 0)
    await reads('✗ build')
    expect(directly()).toHaveLength(1)
  })

  it('shows what came of it, and what the presser may do by now', async () => {
    await entered()
    await building()
    await reads('Cancel')
    await press('Cancel')
    await reads('✗ build')
    expect(readsAs(office)).not.toContain('Running now')
  })

  it('keeps the tab fresh for another day', async () => {
    await entered()
    office.clock.advance(20 * 3_600_000)
    await press('Help')
    await eventually(() => directly().length > 0)
    office.clock.advance(20 * 3_600_000)
    await building()
    await reads('● dig')
  })
})

describe('when Slack does not take it', () => {
  it('a view with something it does not know arrives in words', async () => {
    office.front.inject((call) =>
      call.name === 'views.publish' && blocksOf(call).some(({ type }) => type === 'header')
        ? { body: { ok: false, error: 'invalid_arguments', response_metadata: { messages: ['unsupported type'] } } }
        : undefined,
    )
    await entered()
    expect(readsAs(office)).toContain('The buttons could not be shown. Type /sparkify help')
    office.clock.advance(60_000)
    await entered(vera)
    expect(publishes(office, ada)).toHaveLength(2)
  })

  it('waits as long as it asks to', async () => {
    let refused = 0
    office.front.inject(({ name }) =>
      name === 'views.publish' && refused++ === 0
        ? { status: 429, headers: { 'retry-after': '30' }, body: { ok: false, error: 'ratelimited' } }
        : undefined,
    )
    const before = office.clock.now().getTime()
    await enter()
    await reads('sparkify')
    expect(office.clock.now().getTime() - before).toBeGreaterThanOrEqual(30_000)
  })

  it('tries again at the next look after an outage', async () => {
    let away = true
    office.front.inject(({ name }) =>
      name === 'views.publish' && away ? { body: { ok: false, error: 'fatal_error' }, status: 500 } : undefined,
    )
    await enter()
    await eventually(() => office.log.some(({ message }) => message.includes('could not be published')))
    away = false
    await reads('sparkify')
  })

  it('publishes anew over what somebody else published meanwhile', async () => {
    await entered()
    const [first] = publishes(office)
    expect(first?.body.get('hash')).toBeNull()
    let refused = 0
    office.front.inject(({ name }) =>
      name === 'views.publish' && refused++ === 0 ? { body: { ok: false, error: 'hash_conflict' } } : undefined,
    )
    await building()
    await reads('● dig')
    const hashes = publishes(office).map(({ body }) => body.get('hash'))
    expect(hashes.slice(1, 3)).toEqual([expect.any(String), null])
  })

  it('tries again at the next look after a refusal that passes', async () => {
    let away = true
    office.front.inject(({ name }) =>
      name === 'views.publish' && away ? { body: { ok: false, error: 'internal_error' } } : undefined,
    )
    await enter()
    await eventually(() => office.log.some(({ message }) => message.includes('could not be published')))
    away = false
    await reads('sparkify')
  })

  it('stays as it is while Slack does not say who somebody is', async () => {
    await entered()
    let away = true
    office.front.inject(({ name }) =>
      name === 'users.info' && away ? { body: { ok: false, error: 'internal_error' } } : undefined,
    )
    office.clock.advance(2 * 3_600_000)
    await addSchedule()
    await change()
    await office.clock.until(() => office.log.some(({ message }) => message.includes('did not return a profile')))
    office.clock.advance(60_000)
    away = false
    await change()
    await reads('songs')
    expect(publishes(office).filter(({ body }) => `${body.get('view')}`.includes('Cannot read'))).toEqual([])
  })

  it('of somebody who may not use the bot any more says so, and nothing else from then on', async () => {
    await entered()
    office.front.inject(({ name }) =>
      name === 'users.info'
        ? { body: { ok: true, user: { name: 'ada', team_id: 'T0SPARKIFY0', deleted: true } } }
        : undefined,
    )
    office.clock.advance(600_000)
    await addSchedule()
    await change()
    await reads('This account is deactivated. Nothing was done.')
    const before = publishes(office).length
    await addSchedule()
    await change()
    office.clock.advance(60_000)
    expect(publishes(office)).toHaveLength(before)
    expect(JSON.stringify(office.workspace.homeTab(ada))).not.toContain('songs')
  })

  it('forgets people for whom there is no Home tab', async () => {
    office.front.inject(({ name }) =>
      name === 'views.publish' ? { body: { ok: false, error: 'not_enabled' } } : undefined,
    )
    await enter()
    await eventually(() => office.log.some(({ message }) => message.includes('not_enabled')))
    await building()
    office.clock.advance(60_000)
    await office.clock.until(() => doors.arrivals('dig') === 1)
    expect(publishes(office)).toHaveLength(1)
  })
})

describe('a bot that leaves', () => {
  it('does not wait until tabs may be published again, and publishes nothing more', async () => {
    await entered()
    await addSchedule()
    await change()
    await office.face.stop()
    await change()
    office.clock.advance(60_000)
    await change()
    expect(publishes(office)).toHaveLength(1)
  })
})
