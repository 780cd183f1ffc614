import { describe, expect, it } from 'vitest'
import type { Asker } from '../../../src/core/people.ts'
import type { Place } from '../../../src/core/place.ts'
import type { ScheduleRecord } from '../../../src/core/ports/schedules.ts'
import { anna, bob, channel, command, createWorld } from '../../support/core.ts'
import { scheduled } from '../../support/schedule.ts'
import { below, clusterOf, homeOf, labels, lineOf } from './support.ts'

const names = ['', '-add', '-run', '-pause', '-resume', '-remove'].map((name) => `schedule${name}`)

const start = async () => {
  const world = await createWorld('2026-11-23T12:00:00.000Z')
  const commands = names.map((name) => command(name, async () => undefined, { effect: 'bot' }))
  const bot = await world.start('one', commands, { cluster: clusterOf() })
  world.roles.set(bob.id, 'operator')
  return {
    world,
    bot,
    add: (said: Partial<ScheduleRecord>) =>
      bot.ledger.schedules.add(
        scheduled({ place: channel, owner: anna, created: '2026-11-23T11:00:00.000Z', ...said }),
      ),
    seen: async (who = bob) => below(await homeOf(bot, who), 'Upcoming schedules'),
  }
}

const titles = (entries: Awaited<ReturnType<Awaited<ReturnType<typeof start>>['seen']>>) =>
  entries.map(({ title }) => title).filter((title) => title !== '')

describe('schedules', () => {
  it('say what comes when and where, and can be said now, paused and removed', async () => {
    const { add, seen } = await start()
    await add({ lines: ['etl', 'pulse'] })
    const [entry] = await seen()
    expect(entry?.title).toBe('1 · etl; pulse')
    expect(lineOf(entry?.words ?? [])).toBe('daily at 03:00 (UTC) in #music · next: Tue, 24 Nov 2026, 03:00 UTC')
    expect(entry?.next).toEqual([
      { label: 'Run now', line: 'schedule-run 1' },
      { label: 'Pause', line: 'schedule-pause 1' },
      { label: 'Remove', line: 'schedule-remove 1', sure: 'Remove schedule 1 (etl; pulse)?' },
    ])
  })

  it('come in the order in which somebody must look at them: parked ones, the next ones, those that rest', async () => {
    const { add, seen } = await start()
    await add({ lines: ['later'], cron: '0 9 * * *' })
    await add({ lines: ['resting'], state: { kind: 'paused' } })
    await add({ lines: ['soon'], cron: '0 13 * * *' })
    await add({ lines: ['stuck'], state: { kind: 'parked', why: '#music is archived.' } })
    const entries = await seen()
    expect(titles(entries)).toEqual(['4 · stuck', '3 · soon', '1 · later', '2 · resting'])
    expect(lineOf(entries[0]?.words ?? [])).toContain('⚠ suspended: #music is archived.')
    expect(labels(entries.slice(0, 1))).toEqual(['Run now', 'Resume', 'Remove'])
    expect(lineOf(entries[3]?.words ?? [])).toMatch(/paused$/)
    expect(labels(entries.slice(3, 4))).toEqual(['Run now', 'Resume', 'Remove'])
  })

  it('come with what one follows, which nobody else sees', async () => {
    const { add, seen } = await start()
    const directlyTo = ({ id }: Asker): Place => ({ kind: 'slack', channel: id, direct: true })
    await add({ lines: ['pulse'], personal: true, owner: bob, place: directlyTo(bob) })
    await add({ lines: ['qa'], personal: true, owner: anna, place: directlyTo(anna) })
    const followed = (await seen()).filter(({ title }) => title !== '')
    expect(followed.map(({ title, words }) => [title, lineOf(words)])).toEqual([
      ['You follow', 'pulse, daily at 03:00 (UTC)'],
    ])
    expect(titles(await seen())).toEqual(['You follow'])
  })

  it('are six at most; how many more there are is said', async () => {
    const { add, seen } = await start()
    for (let n = 0; n < 9; n++) await add({})
    const entries = await seen()
    expect(titles(entries)).toHaveLength(6)
    expect(entries.at(-1)).toMatchObject({ note: '3 more schedules not shown here.' })
    expect(labels(entries.slice(-1))).toEqual(['All schedules', 'Add a schedule…'])
  })

  it('that are paused or parked are there to be resumed, however many are active', async () => {
    const { add, seen } = await start()
    await add({ lines: ['resting'], state: { kind: 'paused' } })
    for (let n = 0; n < 8; n++) await add({})
    await add({ lines: ['stuck'], state: { kind: 'parked', why: '#music is archived.' } })
    const entries = await seen()
    expect(titles(entries)).toHaveLength(8)
    expect([titles(entries).at(0), titles(entries).at(-1)]).toEqual(['10 · stuck', '1 · resting'])
    expect(labels(entries)).toEqual(expect.arrayContaining(['Resume']))
    expect(entries.flatMap(({ next }) => next.map(({ line }) => line))).toContain('schedule-resume 1')
    expect(entries.at(-1)).toMatchObject({ note: '2 more schedules not shown here.' })
  })

  it('name channels in their lines as people do', async () => {
    const { add, seen } = await start()
    await add({ lines: ['share 12 channel=<#C0MUSIC0000|music>'] })
    const [entry] = await seen()
    expect(entry?.title).toBe('1 · share 12 channel=#music')
    expect(entry?.next.at(-1)?.sure).toBe('Remove schedule 1 (share 12 channel=#music)?')
  })

  it('have no buttons for viewers, and no names of channels that they may not be in', async () => {
    const { world, add, seen } = await start()
    await add({})
    await add({ lines: ['stuck'], state: { kind: 'parked', why: '#music is archived.' } })
    world.roles.delete(bob.id)
    const [stuck, ...entries] = await seen()
    expect(lineOf(stuck?.words ?? [])).toBe('daily at 03:00 (UTC) · ⚠ suspended')
    expect(titles(entries)).toEqual(['1 · help'])
    expect(labels(entries)).toEqual([])
    expect(lineOf(entries[0]?.words ?? [])).toBe('daily at 03:00 (UTC) · next: Tue, 24 Nov 2026, 03:00 UTC')
  })

  it('that are said to one person are shown to that person and to admins', async () => {
    const { add, seen } = await start()
    const direct: Place = { kind: 'slack', channel: 'D0BOB', direct: true }
    await add({ lines: ['his'], place: direct, owner: bob })
    await add({ lines: ['hers'], place: direct, owner: anna })
    expect(titles(await seen(bob))).toEqual(['1 · his'])
    expect(titles(await seen(anna))).toEqual(['1 · his', '2 · hers'])
  })

  it('can be added where there are none, by those who may', async () => {
    const { world, seen } = await start()
    expect(await seen()).toMatchObject([{ next: [{ label: 'Add a schedule…', form: true }] }])
    world.roles.delete(bob.id)
    expect(await seen()).toEqual([])
  })
})
