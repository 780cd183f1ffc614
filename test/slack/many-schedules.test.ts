import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import doctor from '../../src/commands/doctor.ts'
import scheduleExport from '../../src/commands/schedule/export.ts'
import schedule from '../../src/commands/schedule.ts'
import type { ScheduleRecord } from '../../src/core/ports/schedules.ts'
import type { Timetable } from '../../src/core/ports/timetable.ts'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { scheduled } from '../support/schedule.ts'
import { eventually } from './support/clock.ts'
import { moreEnter, publishes, readsAs } from './support/home.ts'
import { ada, dataEng, type Office, openOffice } from './support/office.ts'

const many = 1_000

let office: Office
let computed: number
beforeEach(async () => {
  computed = 0
  const real = createTimetable()
  const timetable: Timetable = {
    ...real,
    times(...asked) {
      computed++
      return real.times(...asked)
    },
  }
  office = await openOffice({ bot: { commands: [schedule, scheduleExport, doctor], parts: { timetable } } })
})
afterEach(() => office.close())

const fill = (said: Partial<ScheduleRecord>) =>
  Promise.all(
    Array.from({ length: many }, (_, n) =>
      office.ledger.schedules.add(
        scheduled({
          lines: [`top-songs ${n} where='a & b < c' ${'x'.repeat(n % 90)}`, 'qa checks'],
          zone: 'Europe/London',
          place: { kind: 'slack', channel: dataEng, channelName: 'data-eng', direct: false },
          owner: { kind: 'slack', id: ada, name: 'ada & <co>' },
          created: office.clock.now().toISOString(),
          ...said,
        }),
      ),
    ),
  )

const blocks = () => JSON.stringify(office.workspace.messages(dataEng, ada).map((message) => message.blocks))

/** Says a line and waits for the last words of its answer. */
const answered = async (line: string, last: RegExp): Promise<readonly string[]> => {
  await office.workspace.users.send({ as: ada, channel: dataEng, text: `/sparkify ${line}` })
  await eventually(() => last.test(blocks()))
  return office.seen().map(({ text }) => text)
}

/** What Slack refused, which it then gets in a poorer form or another way. Doctor's `api.test` is refused without a token, as it expects. */
const refusals = () =>
  office.front.calls.filter(({ name, answer }) => name !== 'api.test' && answer.includes('"ok":false'))

const worst: Partial<ScheduleRecord> = {
  condition: { kind: 'changed', percent: 10 },
  whenPaused: 'resume',
  catchUpHours: 3,
  snoozedUntil: '2099-01-01T00:00:00.000Z',
}
const parked: Partial<ScheduleRecord> = {
  ...worst,
  state: { kind: 'parked', why: `#data-eng is archived & <gone>. Unarchive it, ${'or move it '.repeat(20)}.` },
}

describe('a thousand schedules', () => {
  it.each([
    ['active', worst, '995 more schedules have other options'],
    ['parked', parked, '995 more schedules are suspended'],
  ])('that are %s are listed in one message that Slack takes at the first try', async (_, said, words) => {
    await fill(said)
    expect(await answered('schedule list', /more schedules have other options/)).toEqual(['1,000 schedules.'])
    expect(refusals()).toEqual([])
    const [message] = office.workspace.messages(dataEng, ada)
    expect(message?.blocks?.map(({ type }) => type)).toContain('data_table')
    expect(blocks()).toContain(words)
  })

  it('are checked by doctor in one message that Slack takes at the first try', async () => {
    await fill(parked)
    expect(await answered('doctor', / OK: /)).toHaveLength(1)
    expect(refusals()).toEqual([])
    expect(blocks()).toMatch(/\d+ more: Schedule \d+ · .* and 8\d\d more/)
  })

  it('are exported in more messages than a response URL takes, none of which Slack refuses', async () => {
    await fill({})
    expect((await answered('schedule export', /top-songs 999 .*active one/)).length).toBeGreaterThan(5)
    expect(refusals()).toEqual([])
  })

  it('stand in Home at the first try, and their times are worked out once for all who have it open', async () => {
    await fill({})
    const others = ['U0STRANGER1', 'U0STRANGER2', 'U0STRANGER3']
    await moreEnter(office, others)
    await office.workspace.users.openTab({ as: ada, tab: 'home' })
    await office.clock.until(() => publishes(office).length === 4)
    await eventually(() => readsAs(office).includes('sparkify'))
    expect(readsAs(office)).toContain('994 more schedules not shown here.')
    expect(refusals()).toEqual([])
    office.clock.advance(60_000)
    const before = computed
    await office.app.homesOf([ada, ...others].map((id) => ({ kind: 'slack', id, name: id })))
    expect(computed - before).toBe(many)
  })
})
