import { afterEach, expect, it } from 'vitest'
import scheduleRun from '../../src/commands/schedule/run.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Asker } from '../../src/core/people.ts'
import type { Cluster } from '../../src/core/ports/cluster.ts'
import { text } from '../../src/core/reply.ts'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { command, step } from '../support/core.ts'
import { runDue } from '../support/fires.ts'
import { freePolicy } from '../support/policy.ts'
import { scheduled } from '../support/schedule.ts'
import { ada, dataEng, type Office, openOffice } from './support/office.ts'

const owner: Asker = { kind: 'slack', id: ada, name: 'ada' }
const table = (title: string) => ({ kind: 'table' as const, title, columns: ['n'], rows: [[1]], total: 1 })

const etl = command('etl', async () => ({ headline: '6,820 plays are live.', replies: [text('8,056 events read')] }))
const broken = command('etl', async ({ perform }) => {
  const fail = (): never => {
    throw new OpsError('bad_data', 'Line 212 is no number.', 'Mend it.')
  }
  await perform([step('Stage events', fail)])
  return undefined
})
const songs = command(
  'top-songs',
  async () => ({ headline: 'Undo leads.', replies: [table('Top songs'), table('All songs')] }),
  { effect: 'read', group: 'questions', role: 'viewer' },
)

let office: Office

afterEach(() => office.close())

/** What is seen in the channel after a night of these commands, thread replies behind their message. */
async function nightOf(load: typeof etl): Promise<Office['seen']> {
  const cluster: Partial<Cluster> = {
    free: true,
    describe: async () => ({ name: 'sparkify', state: 'available', since: null, facts: [] }),
    bill: async () => [],
  }
  office = await openOffice({
    bot: {
      commands: [scheduleRun, load, songs],
      parts: {
        timetable: createTimetable(),
        policy: { ...freePolicy, oncall: ['S0ONCALL'] },
        cluster: new Proxy<Cluster>(Object.create(null), { get: (_, name) => Reflect.get(cluster, name) }),
      },
    },
  })
  await office.ledger.schedules.add(
    scheduled({
      lines: ['etl', 'top-songs'],
      phrase: 'nightly at 03:00',
      days: 'nightly',
      cron: '* * * * *',
      place: { kind: 'slack', channel: dataEng, direct: false },
      owner,
      created: office.clock.now().toISOString(),
    }),
  )
  office.clock.advance(60_000)
  let said = false
  void runDue(office).then(() => {
    said = true
  })
  await office.clock.until(() => said)
  await office.clock.until(() => office.delivered())
  return office.seen
}

it('a good night is one message in the channel, with its details in the thread, and calls nobody', async () => {
  const seen = (await nightOf(etl))()
  const posts = seen.filter(({ thread }) => thread === undefined).map((post) => post.text)
  expect(posts).toEqual([expect.stringMatching(/^Nightly, .+: Undo leads\. 6,820 plays are live\.$/)])
  const replies = seen.filter(({ thread }) => thread !== undefined).map((reply) => reply.text)
  expect(replies.join('\n')).toContain('All songs')
  expect(replies.join('\n')).not.toContain('<@')
  expect(office.button('Details').channel).toBe(dataEng)
  expect(() => office.button('Snooze 8 h')).toThrow('there is no button')
})

it('a night that failed calls its owner and who is on call in its thread, by what happened', async () => {
  const seen = (await nightOf(broken))()
  const posts = seen.filter(({ thread }) => thread === undefined)
  expect(posts).toHaveLength(1)
  const calls = seen.filter((message) => message.text.includes('<@'))
  expect(calls.map((call) => [call.thread !== undefined, call.text])).toEqual([
    [
      true,
      expect.stringMatching(
        /^<@U0ADA0ADMIN> <!subteam\^S0ONCALL> Nightly, .+: etl failed at "Stage events"\. Line 212 is no number\.$/,
      ),
    ],
  ])
  expect(office.button('Snooze 8 h').channel).toBe(dataEng)
  expect(office.button('Run again').ts).toBe(office.button('Details').ts)
})
