import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutboxMessage } from '../../src/core/ports/outbox.ts'
import { deferred } from '../support/core.ts'
import { eventually } from './support/clock.ts'
import type { Call } from './support/front.ts'
import { ada, dataEng, type Office, openOffice, random, startWork } from './support/office.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const say = (text: string, channel = dataEng) => office.workspace.users.send({ as: ada, channel, text })
const posts = (): readonly Call[] => office.front.named('chat.postMessage')
const edits = (): readonly Call[] => office.front.named('chat.update')
const main = () => office.seen().filter(({ thread }) => thread === undefined)
const replies = () => office.seen().filter(({ thread }) => thread !== undefined)
const allDoors = (): void => {
  for (const door of ['dig', 'lay', 'roof']) office.doors.open(door)
}
/** Starts `build` and waits for the message that shows it. */
const building = async (): Promise<void> => {
  await say('/sparkify build')
  await eventually(() => office.doors.arrivals('dig') === 1)
  await office.clock.until(() => main().length === 1)
}
const told = (): Promise<boolean> => office.delivered()

describe('the message of a run', () => {
  it('that takes less than two seconds is posted once, and holds the answer', async () => {
    allDoors()
    await say('/sparkify build')
    await eventually(() => main().length === 1)
    await eventually(told)
    expect(main()[0]?.text).toContain('The house stands.')
    expect(posts()).toHaveLength(1)
    expect(edits()).toHaveLength(0)
  })

  it('that takes longer is posted after two seconds, and kept in the ledger at once', async () => {
    await say('/sparkify build')
    await eventually(() => office.doors.arrivals('dig') === 1)
    office.clock.advance(1999)
    expect(posts()).toHaveLength(0)
    office.clock.advance(1)
    await eventually(() => main().length === 1)
    const [message] = office.workspace.messages(dataEng, ada)
    await eventually(async () => (await office.ledger.messages.find('run:1'))?.post?.ts === message?.ts)
  })

  it('is edited to its end: one message holds it all', async () => {
    await building()
    allDoors()
    await office.clock.until(() => main()[0]?.text.includes('The house stands.') ?? false)
    expect(posts()).toHaveLength(1)
    await eventually(told)
  })

  it('is edited at most once in two seconds; the last state wins', async () => {
    await building()
    office.doors.open('dig')
    await office.clock.until(() => office.doors.arrivals('lay') === 1)
    office.doors.open('lay')
    await office.clock.until(() => JSON.stringify(office.workspace.messages(dataEng, ada)).includes('lay done'))
    const times = [...posts(), ...edits()].map(({ at }) => at)
    for (const [i, at] of times.entries()) if (i > 0) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(2000)
    expect(edits().length).toBeLessThanOrEqual(2)
  })

  it('that does not change is edited for its time alone, every quarter of a minute', async () => {
    await building()
    await office.clock.until(() => edits().length === 4)
    const times = edits().map(({ at }) => at)
    for (const [i, at] of times.entries()) if (i > 0) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(15_000)
  })

  it('waits as long as Slack asks it to, and still shows the last state', async () => {
    await building()
    let refused = 0
    office.front.inject(({ name }) =>
      name === 'chat.update' && refused++ < 2
        ? { status: 429, headers: { 'retry-after': '7' }, body: { ok: false, error: 'ratelimited' } }
        : undefined,
    )
    allDoors()
    // Until then no time passes, so that none of its progress is edited between.
    await eventually(async () => (await office.ledger.runs.get(1))?.state === 'complete')
    await office.clock.until(() => main()[0]?.text.includes('The house stands.') ?? false)
    const times = edits().map(({ at }) => at)
    expect(refused).toBeGreaterThanOrEqual(2)
    for (const [i, at] of times.entries()) if (i > 0) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(7000)
    await eventually(told)
  })

  it('is not edited at its end either before the time that Slack asked its progress to wait', async () => {
    await building()
    let isRefused = false
    office.front.inject(({ name }) => {
      if (name !== 'chat.update' || isRefused) return undefined
      isRefused = true
      return { status: 429, headers: { 'retry-after': '7' }, body: { ok: false, error: 'ratelimited' } }
    })
    office.doors.open('dig')
    await office.clock.until(() => isRefused)
    allDoors()
    await office.clock.until(() => main()[0]?.text.includes('The house stands.') ?? false)
    const [refused = 0, next = 0] = edits().map(({ at }) => at)
    expect(next - refused).toBeGreaterThanOrEqual(7000)
    await eventually(told)
  })

  it('is not edited again in a form that Slack has refused', async () => {
    await building()
    const hasBlocks = ({ body }: Call): boolean => (body.get('blocks') ?? '[]') !== '[]'
    office.front.inject((call) =>
      call.name === 'chat.update' && hasBlocks(call) ? { body: { ok: false, error: 'invalid_blocks' } } : undefined,
    )
    await office.clock.until(() => edits().length === 5)
    expect(edits().map(hasBlocks)).toEqual([true, true, false, false, false])
    allDoors()
    await office.clock.until(told)
  })

  it('that somebody deleted is posted anew, and what follows it stands in the thread of that', async () => {
    await building()
    office.front.inject(({ name }) =>
      name === 'chat.update' ? { body: { ok: false, error: 'message_not_found' } } : undefined,
    )
    office.clock.advance(61_000)
    allDoors()
    await office.clock.until(() => main().some(({ text }) => text.includes('The house stands.')))
    await office.clock.until(told)
    const seen = office.workspace.messages(dataEng, ada)
    const anew = seen.find(({ text }) => text.includes('The house stands.'))
    const mention = seen.find(({ text }) => text.includes(`<@${ada}> build is done`))
    expect((await office.ledger.messages.find('run:1'))?.post?.ts).toBe(anew?.ts)
    expect(mention?.thread_ts).toBe(anew?.ts)
  })

  it('that somebody deleted is edited no more', async () => {
    await building()
    office.front.inject(({ name }) =>
      name === 'chat.update' ? { body: { ok: false, error: 'message_not_found' } } : undefined,
    )
    await office.clock.until(() => edits().length === 1)
    office.doors.open('dig')
    await office.clock.until(() => office.doors.arrivals('lay') === 1)
    for (let at = 0; at < 60; at++) {
      office.clock.advance(1000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(edits()).toHaveLength(1)
    allDoors()
    await office.clock.until(() => main().some(({ text }) => text.includes('The house stands.')))
  })

  it('takes no edit any more once its end is there: one that is on its way arrives before the end is sent', async () => {
    await building()
    const arrived = deferred()
    const takes = deferred()
    office.front.inject(async ({ name }) => {
      if (name !== 'chat.update') return undefined
      arrived.resolve()
      // One that overtakes the first is taken at once.
      if (edits().length === 1) await takes.promise
      return undefined
    })
    office.doors.open('dig')
    await office.clock.until(() => edits().length === 1)
    await arrived.promise
    allDoors()
    const isBegun = ({ version, tries }: OutboxMessage): boolean => version === 2 && tries === 1
    await eventually(async () => {
      const message = await office.ledger.messages.find('run:1')
      return message !== null && isBegun(message)
    })
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(edits()).toHaveLength(1)
    takes.resolve()
    await eventually(told)
    expect(edits().map(({ body }) => body.get('text')?.includes('The house stands.'))).toEqual([false, true])
    expect(main()[0]?.text).toContain('The house stands.')
  })

  it('ends in the same message when Slack takes edits again, also where nobody knows whether it took one', async () => {
    await building()
    let refusals = 0
    office.front.inject(({ name }) =>
      name === 'chat.update' && refusals++ < 6
        ? { body: { ok: false, error: refusals % 2 === 0 ? 'fatal_error' : 'internal_error' } }
        : undefined,
    )
    allDoors()
    await office.clock.until(() => main()[0]?.text.includes('The house stands.') ?? false)
    expect(refusals).toBe(7)
    expect(posts()).toHaveLength(1)
    await eventually(told)
  })
})

describe('the end of a run', () => {
  it('of over a minute mentions the asker in the thread, once', async () => {
    await building()
    office.clock.advance(61_000)
    allDoors()
    await office.clock.until(() => replies().length === 1)
    await eventually(told)
    expect(replies()[0]?.text).toContain(`<@${ada}>`)
    expect(replies()).toHaveLength(1)
    expect(main()).toHaveLength(1)
    expect(main()[0]?.text).not.toContain(`<@${ada}>`)
  })

  it('of less than a minute mentions nobody', async () => {
    await building()
    allDoors()
    await office.clock.until(told)
    expect(
      office
        .seen()
        .map(({ text }) => text)
        .join(),
    ).not.toContain('<@')
  })

  it('reaches its asker where the bot was thrown out meanwhile', async () => {
    await building()
    office.front.inject(({ name }) =>
      name === 'chat.update' ? { body: { ok: false, error: 'not_in_channel' } } : undefined,
    )
    allDoors()
    await office.clock.until(() =>
      office.seen().some(({ onlyMine, text }) => onlyMine && text.includes('The house stands.')),
    )
    await eventually(told)
  })

  it('is said by another process when this one leaves in the middle, in the same message', async () => {
    await building()
    const before = main().length
    const next = await office.restart()
    expect(main()[0]?.text).toContain('build')
    expect(JSON.stringify(office.workspace.messages(dataEng, ada))).not.toContain('restart')
    for (const door of ['dig', 'lay', 'roof']) next.doors.open(door)
    const stop = await startWork(next)
    office = next
    await office.clock.until(() => main()[0]?.text.includes('The house stands.') ?? false)
    stop()
    await eventually(told)
    expect(main()).toHaveLength(before)
    expect(main()[0]?.text).toContain('The house stands.')
    expect(posts()).toHaveLength(1)
    expect(await told()).toBe(true)
  })

  it('that was never said is posted where it was asked for', async () => {
    let away = true
    office.front.inject(({ name }) =>
      away && name === 'chat.postMessage' ? { body: { ok: false, error: 'fatal_error' } } : undefined,
    )
    allDoors()
    await say('/sparkify build')
    await eventually(async () => (await office.ledger.messages.find('run:1'))?.tries === 1)
    away = false
    office = await office.restart()
    await office.clock.until(() => main().length === 1)
    await eventually(told)
    expect(main()[0]?.text).toContain('The house stands.')
    expect(await told()).toBe(true)
  })
})

describe('a run whose answer is for its asker alone', () => {
  it('is not shown to the channel while it goes on', async () => {
    await say('/sparkify check-up')
    await eventually(() => office.doors.arrivals('look') === 1)
    office.clock.advance(10_000)
    office.doors.open('look')
    await eventually(() => office.seen().length === 1)
    expect(office.seen()[0]).toMatchObject({ text: 'All is well.', onlyMine: true })
    expect(posts()).toHaveLength(0)
    await eventually(told)
  })
})

describe('a conversation that is not the bot’s', () => {
  it('gets no message of a run', async () => {
    await say('/sparkify build', random)
    await eventually(() => office.seen(random).length === 1)
    office.clock.advance(10_000)
    expect(posts()).toHaveLength(0)
  })
})
