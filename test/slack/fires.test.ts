import { afterEach, describe, expect, it } from 'vitest'
import scheduleRun from '../../src/commands/schedule/run.ts'
import type { Asker } from '../../src/core/people.ts'
import type { Directory } from '../../src/core/ports/directory.ts'
import { text } from '../../src/core/reply.ts'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { command } from '../support/core.ts'
import { runDue } from '../support/fires.ts'
import { scheduled } from '../support/schedule.ts'
import { ada, dataEng, type Office, type OfficeOptions, openOffice, startWork } from './support/office.ts'

const music = 'C0MUSIC0000'
const owner: Asker = { kind: 'slack', id: ada, name: 'ada' }
const greet = command('greet', async () => ({ headline: 'Good morning.', replies: [text('Good morning.')] }), {
  effect: 'read',
})
const bot = {
  commands: [scheduleRun, greet],
  parts: { timetable: createTimetable() },
} satisfies OfficeOptions['bot']

const everybody: Directory = {
  roleOf: async () => 'admin',
  zoneOf: async () => 'UTC',
  hasLeft: async () => false,
  holders: () => [ada],
  isGuest: async () => false,
  peopleOf: async (ids) => ids,
}

let office: Office
/** Slack takes no posts. */
let isAway = false

afterEach(() => {
  isAway = false
  return office.close()
})

const arrange: OfficeOptions['arrange'] = (front) =>
  front.inject(({ name }) =>
    isAway && name === 'chat.postMessage' ? { body: { ok: false, error: 'service_unavailable' } } : undefined,
  )

/** Adds a daily schedule that is due within the next minute. A later one might be due as well while the clock races through a test. */
const add = (channel: string, by = owner) => {
  const soon = new Date(office.clock.now().getTime() + 60_000)
  return office.ledger.schedules.add(
    scheduled({
      lines: ['greet'],
      phrase: 'daily',
      cron: `${soon.getUTCMinutes()} ${soon.getUTCHours()} * * *`,
      place: { kind: 'slack', channel, direct: false },
      owner: by,
      created: office.clock.now().toISOString(),
    }),
  )
}

/** Lets the next minute come, and everything that it brings be said. */
async function nextMinute(offices: readonly Office[] = [office]): Promise<void> {
  office.clock.advance(60_000)
  let said = false
  const all = Promise.all(offices.map(runDue)).then(() => {
    said = true
  })
  await office.clock.until(() => said)
  await all
  if (!isAway) await office.clock.until(() => office.delivered())
}

const posts = (channel: string) => office.seen(channel).filter(({ text: said }) => said.includes('Good morning.'))

describe('what the clock says in Slack', () => {
  it('ten schedules at the same minute are all posted, once each, without calling faster than Slack allows', async () => {
    office = await openOffice({ bot, arrange })
    for (let n = 0; n < 5; n++) {
      await add(dataEng)
      await add(music)
    }
    await nextMinute()
    expect(posts(dataEng)).toHaveLength(5)
    expect(posts(music)).toHaveLength(5)
    expect(office.front.named('chat.postMessage')).toHaveLength(10)
    expect(office.front.calls.filter(({ answer }) => answer.includes('ratelimited'))).toEqual([])
  })

  it('is posted once by a bot that was stopped between its claim and its post, when it is started again', async () => {
    office = await openOffice({ bot, arrange })
    await add(dataEng)
    office.clock.advance(60_000)
    isAway = true
    await runDue(office)
    expect(posts(dataEng)).toEqual([])
    office = await office.restart()
    isAway = false
    const stop = await startWork(office)
    await office.clock.until(() => posts(dataEng).length > 0)
    await runDue(office)
    stop()
    expect(posts(dataEng)).toHaveLength(1)
  })

  it('is posted once Slack takes it again, by the bot that could not post it at first', async () => {
    office = await openOffice({ bot, arrange })
    await add(dataEng)
    isAway = true
    const stop = await startWork(office)
    await nextMinute()
    // The worker runs the occurrence; its post waits in the outbox.
    await office.clock.until(async () => !(await office.delivered()))
    expect(posts(dataEng)).toEqual([])
    isAway = false
    await office.clock.until(() => posts(dataEng).length > 0)
    await office.clock.until(() => office.delivered())
    office.clock.advance(600_000)
    await runDue(office)
    stop()
    expect(posts(dataEng)).toHaveLength(1)
  })

  it('is told to its owner directly, and parked, where the bot was taken out of the channel', async () => {
    office = await openOffice({ bot, arrange })
    const { id } = await add('C0RANDOM000')
    await nextMinute()
    expect((await office.ledger.schedules.get(id))?.state.kind).toBe('parked')
    const told = office.seen(`D${ada.slice(1)}`)
    expect(told.map(({ text: said }) => said).join(' ')).toContain('is suspended: I cannot post in')
    await nextMinute()
    expect(office.seen(`D${ada.slice(1)}`)).toHaveLength(told.length)
  })

  it('is posted in the channel of a name, which is looked for once', async () => {
    office = await openOffice({ bot, arrange })
    const { id } = await add('#Music')
    await nextMinute()
    expect(posts(music)).toHaveLength(1)
    expect((await office.ledger.schedules.get(id))?.place).toEqual({
      kind: 'slack',
      channel: music,
      channelName: 'music',
      direct: false,
    })
    office.clock.advance(86_400_000 - 60_000)
    await nextMinute()
    expect(posts(music)).toHaveLength(2)
    expect(office.front.named('users.conversations')).toHaveLength(1)
  })

  it('is parked before anything is done where its name is that of no channel of the bot, and its owner is told', async () => {
    office = await openOffice({ bot, arrange })
    const { id } = await add('#typo')
    await nextMinute()
    expect((await office.ledger.schedules.get(id))?.state).toEqual({
      kind: 'parked',
      why: expect.stringContaining('I cannot post in #typo (channel_not_found)'),
    })
    expect(await office.ledger.runs.list({ limit: 9 })).toEqual([])
    const [told] = office.seen(`D${ada.slice(1)}`)
    expect(told?.text).toMatch(/is suspended: I cannot post in #.?typo \(channel_not_found\)/)
  })

  it.each([
    ['its owner', owner],
    ['the admins, where it is theirs', { kind: 'local', id: 'admins', name: 'the admins' } satisfies Asker],
  ])('that its channel did not take in the end parks the schedule, and tells %s', async (_, by) => {
    office = await openOffice({ bot: { ...bot, parts: { ...bot.parts, directory: everybody } } })
    office.front.inject(({ name, body }) =>
      name === 'chat.postMessage' && body.get('channel') === dataEng
        ? { body: { ok: false, error: 'restricted_action' } }
        : undefined,
    )
    const { id } = await add(dataEng, by)
    await nextMinute()
    expect((await office.ledger.schedules.get(id))?.state).toEqual({
      kind: 'parked',
      why: expect.stringContaining('I could not post in this conversation (restricted_action).'),
    })
    const told = office.seen(`D${ada.slice(1)}`).map(({ text: said }) => said)
    expect(told.filter((said) => said.includes('is suspended'))).toHaveLength(1)
    expect(await office.delivered()).toBe(true)
  })
})
