import { afterEach, describe, expect, it } from 'vitest'
import doctor from '../../src/commands/doctor.ts'
import schedule from '../../src/commands/schedule.ts'
import type { Place } from '../../src/core/place.ts'
import type { Finding } from '../../src/core/ports/probe.ts'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { scheduled } from '../support/schedule.ts'
import { ada, dataEng, type Office, openOffice, random } from './support/office.ts'

let office: Office
afterEach(() => office.close())

async function findings(): Promise<Readonly<Record<string, Finding>>> {
  const looks = office.face.probes.map(
    async ({ title, check }) => [title, await check(new AbortController().signal)] as const,
  )
  return Object.fromEntries(await Promise.all(looks))
}

/** Lets Slack's clock be so far ahead of this machine's. */
function slackIsAhead(ms: number): void {
  const date = new Date(office.clock.now().getTime() + ms).toUTCString()
  office.front.inject(({ name }) => (name === 'api.test' ? { headers: { date }, body: { ok: true } } : undefined))
}

describe('what doctor sees of Slack', () => {
  it('is green in a workspace where all is well', async () => {
    office = await openOffice()
    slackIsAhead(0)
    expect(await findings()).toEqual({
      Slack: { state: 'green', detail: `reached at ${new URL(office.front.origin).host}`, remedy: '' },
      'Slack token': { state: 'green', detail: '@sparkify in Sparkify', remedy: '' },
      'Slack scopes': {
        state: 'green',
        detail: expect.stringMatching(/^all \d+ that the manifest asks for$/),
        remedy: '',
      },
      'Slack connection': { state: 'green', detail: expect.any(String), remedy: '' },
      Access: { state: 'green', detail: expect.stringContaining('people of other organizations refused'), remedy: '' },
      'Clock against Slack': { state: 'green', detail: "the same as Slack's", remedy: '' },
    })
  })

  it('names the scopes that are missing', async () => {
    office = await openOffice()
    office.front.inject(({ name }) =>
      name === 'auth.test'
        ? {
            headers: { 'x-oauth-scopes': 'commands,chat:write' },
            body: { ok: true, user_id: 'U1', bot_id: 'B1', user: 'sparkify', team: 'Sparkify', team_id: 'T0SPARKIFY0' },
          }
        : undefined,
    )
    const { state, detail, remedy } = (await findings())['Slack scopes'] ?? {}
    expect(state).toBe('red')
    expect(detail).toContain('files:write')
    expect(detail).not.toContain('chat:write')
    expect(remedy).toContain('reinstall')
  })

  it('says so when the token was revoked', async () => {
    office = await openOffice()
    office.front.inject(({ name }) =>
      name === 'auth.test' ? { body: { ok: false, error: 'token_revoked' } } : undefined,
    )
    const found = (await findings())['Slack token']
    expect(found).toMatchObject({ state: 'red', detail: expect.stringContaining('SLACK_BOT_TOKEN') })
    expect(found?.remedy).not.toBe('')
  })

  it('includes how far the clock of this machine is from that of Slack, whether Slack says yes or no', async () => {
    office = await openOffice()
    const ahead = async (ms: number) => {
      slackIsAhead(ms)
      return (await findings())['Clock against Slack']
    }
    expect(await ahead(-20_000)).toMatchObject({
      state: 'green',
      detail: expect.stringMatching(/^(19|20) s ahead of Slack's$/),
    })
    expect(await ahead(60_000)).toMatchObject({
      state: 'warn',
      detail: expect.stringMatching(/^(59|60|1 min).* behind Slack's$/),
    })
    expect(await ahead(-600_000)).toMatchObject({ state: 'red', remedy: expect.stringContaining('timedatectl') })
    const date = office.clock.now().toUTCString()
    office.front.inject(({ name }) =>
      name === 'api.test' ? { status: 503, headers: { date }, body: { ok: false } } : undefined,
    )
    expect((await findings())['Clock against Slack']).toMatchObject({ state: 'green' })
  })

  it('names a schedule in whose channel the bot may not post, with the cure', async () => {
    const parts = { timetable: createTimetable() }
    office = await openOffice({ bot: { commands: [doctor, schedule], parts } })
    const owner = { kind: 'slack', id: ada, name: 'ada' } as const
    const created = office.clock.now().toISOString()
    const placeOf = (channel: string, channelName: string): Place => ({
      kind: 'slack',
      channel,
      channelName,
      direct: false,
    })
    for (const place of [placeOf(dataEng, 'data-eng'), placeOf(random, 'random')]) {
      await office.ledger.schedules.add(scheduled({ place, owner, created, lines: ['doctor'] }))
    }
    const place = placeOf(dataEng, 'data-eng')
    const answer = await office.app.ask({ request: office.app.read('doctor all=yes'), who: owner, place })
    const table = answer?.replies.find((reply) => reply.kind === 'table')
    expect(table?.rows.slice(-2)).toEqual([
      ['green', 'Schedule 1', expect.stringContaining('doctor in #data-eng, next '), '–'],
      [
        'red',
        'Schedule 2',
        expect.stringMatching(/^doctor in #random: .*not_in_channel/),
        expect.stringContaining('Type /invite @sparkify in #random.'),
      ],
    ])
  })
})
