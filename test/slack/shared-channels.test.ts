import { afterEach, expect, it } from 'vitest'
import doctor from '../../src/commands/doctor.ts'
import scheduleRun from '../../src/commands/schedule/run.ts'
import type { Answer } from '../../src/core/answer.ts'
import { newMessage, waysOfSchedule } from '../../src/core/outbox/messages.ts'
import type { Conversation } from '../../src/core/place.ts'
import type { NewMessage } from '../../src/core/ports/outbox.ts'
import { text } from '../../src/core/reply.ts'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { createSlackClients } from '../../src/slack/clients.ts'
import { createReadOnlySlack } from '../../src/slack/probes.ts'
import { command } from '../support/core.ts'
import { runDue } from '../support/fires.ts'
import { scheduled } from '../support/schedule.ts'
import { eventually } from './support/clock.ts'
import { deskIn, two } from './support/desk.ts'
import { ada, dataEng, type Office, openOffice, vera } from './support/office.ts'

const partners = 'C0PARTNERS0'
const direct = `D${ada.slice(1)}`
const owner = { kind: 'slack', id: ada, name: 'ada' } as const
const place = { kind: 'slack', channel: partners, channelName: 'partners', direct: false } as const

let office: Office
afterEach(() => office.close())

const news: Answer = {
  ok: true,
  exit: 0,
  headline: 'The lease ends soon.',
  audience: 'channel',
  run: null,
  replies: [text('The lease ends soon.')],
  next: [],
}
/** Calls that everybody in a channel would see. */
const posts = (channel = partners) =>
  ['chat.postMessage', 'chat.update', 'files.completeUploadExternal'].flatMap((name) =>
    office.front
      .named(name)
      .filter(({ body }) => body.get('channel') === channel || body.get('channel_id') === channel)
      .map(({ body }) => body.get('text') ?? name),
  )
/** Lets a channel become shared, or soon to be. */
const share = (channel: string, how = 'is_ext_shared') =>
  office.front.inject(({ name, body }) =>
    name === 'conversations.info' && body.get('channel') === channel
      ? { body: { ok: true, channel: { id: channel, is_member: true, [how]: true } } }
      : undefined,
  )

it('a member’s answer reaches them alone, by command and by mention, and says why', async () => {
  office = await openOffice()
  office.doors.open('songs')
  await office.workspace.users.send({ as: ada, channel: partners, text: '/sparkify songs' })
  await office.workspace.users.send({ as: ada, channel: partners, text: '@Sparkify songs' })
  await office.clock.until(() => office.seen(partners).filter(({ onlyMine }) => onlyMine).length === 2)
  const answers = office.seen(partners).filter(({ onlyMine }) => onlyMine)
  for (const { text: said } of answers) {
    expect(said).toContain('Three songs.')
    expect(said).toContain('Only you can see this:')
    expect(said).toContain('is shared with another organization.')
  }
  expect(office.workspace.messages(partners, 'U0PETRA0PAR').filter(({ user }) => user === 'U0SPARKIFY0')).toEqual([])
  expect(posts()).toEqual([])
})

it('a long run that changes the warehouse is not followed there; its end reaches its asker', async () => {
  office = await openOffice()
  await office.workspace.users.send({ as: ada, channel: partners, text: '/sparkify build' })
  for (const door of ['dig', 'lay']) {
    await eventually(() => office.doors.arrivals(door) === 1)
    office.clock.advance(10_000)
    office.doors.open(door)
  }
  office.doors.open('roof')
  await office.clock.until(() => office.seen(partners).some(({ text: said }) => said.includes('The house stands.')))
  expect(office.seen(partners).every(({ onlyMine }) => onlyMine)).toBe(true)
  expect(posts()).toEqual([])
})

it('everything is posted there where the configuration allows it', async () => {
  office = await openOffice({ access: { sharedChannels: 'allow' } })
  office.doors.open('songs')
  await office.workspace.users.send({ as: ada, channel: partners, text: '/sparkify songs' })
  await eventually(() => posts().length === 1)
  expect(office.front.named('conversations.info')).toEqual([])
})

const put = (key: string, to: Conversation, more: Partial<NewMessage> = {}): Promise<void> =>
  office.face.put(
    newMessage(
      { key, content: { kind: 'answer', answer: news }, ways: waysOfSchedule(to, owner), ...more },
      office.clock.now(),
    ),
  )

it('nothing is shared there, and no card stands there', async () => {
  office = await openOffice(two)
  expect(await office.face.postingError(place, null)).toMatchObject({
    message: '#partners is shared with another organization, so I post nothing there. Nothing was done.',
    remedy: expect.stringContaining('SPARKIFY_SHARED_CHANNELS=allow'),
  })
  const desk = deskIn(office)
  await desk.say('/sparkify wipe', partners)
  await eventually(() => desk.texts(partners).length === 1)
  expect(office.seen(partners)[0]).toMatchObject({ onlyMine: true, text: expect.stringContaining('is shared with') })
  expect(posts()).toEqual([])
  expect(await desk.runs()).toEqual([])
})

it('news that nobody asked for reach their owner directly instead', async () => {
  office = await openOffice()
  await put('news', place, { mention: [ada] })
  await eventually(() => office.delivered())
  expect(posts()).toEqual([])
  expect(office.seen(direct).map(({ text: said }) => said)).toEqual([expect.stringContaining('The lease ends soon.')])
})

it.each(['is_ext_shared', 'is_pending_ext_shared'])(
  'a schedule whose channel becomes %s is suspended before it runs, and its owner told',
  async (how) => {
    let runs = 0
    const greet = command('greet', async () => {
      runs += 1
      return { headline: 'Good morning.', replies: [text('Good morning.')] }
    })
    const parts = { timetable: createTimetable() }
    office = await openOffice({ bot: { commands: [scheduleRun, greet], parts } })
    const soon = new Date(office.clock.now().getTime() + 60_000)
    const added = await office.ledger.schedules.add(
      scheduled({
        lines: ['greet'],
        cron: `${soon.getUTCMinutes()} ${soon.getUTCHours()} * * *`,
        place: { kind: 'slack', channel: dataEng, channelName: 'data-eng', direct: false },
        owner,
        created: office.clock.now().toISOString(),
      }),
    )
    share(dataEng, how)
    office.clock.advance(60_000)
    let isOver = false
    void runDue(office).then(() => {
      isOver = true
    })
    await office.clock.until(() => isOver)
    await office.clock.until(() => office.delivered())
    expect(runs).toBe(0)
    expect(posts(dataEng)).toEqual([])
    expect((await office.ledger.schedules.get(added.id))?.state).toMatchObject({
      kind: 'parked',
      why: expect.stringContaining('#data-eng is shared with another organization'),
    })
    expect(office.seen(direct)[0]?.text).toContain('is shared with another organization')
  },
)

it('a message that goes on while its channel becomes shared shows a note instead, without buttons', async () => {
  office = await openOffice()
  await office.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify build' })
  await eventually(() => office.doors.arrivals('dig') === 1)
  await office.clock.until(() => office.seen().length === 1)
  share(dataEng)
  office.clock.advance(60_000)
  for (const door of ['dig', 'lay', 'roof']) office.doors.open(door)
  await office.clock.until(() => office.seen().some(({ text: said }) => said.includes('The house stands.')))
  const open = office.workspace.messages(dataEng, vera)
  expect(open.map(({ text: said, blocks }) => [said, blocks])).toEqual([
    ['This channel is shared with another organization, so I post nothing here.', undefined],
  ])
})

it('while Slack does not say whether a channel is shared, nothing is posted; what it said within the hour counts', async () => {
  office = await openOffice()
  const here = { ...place, channel: dataEng, channelName: 'data-eng' }
  let away = true
  office.front.inject(({ name }) =>
    away && name === 'conversations.info' ? { body: { ok: false, error: 'internal_error' } } : undefined,
  )
  await put('one', here)
  await office.clock.until(async () => ((await office.ledger.messages.find('one'))?.tries ?? 0) > 3)
  expect(posts(dataEng)).toEqual([])
  away = false
  await office.clock.until(() => posts(dataEng).length === 1)
  away = true
  office.clock.advance(3_500_000)
  await put('two', here)
  await office.clock.until(() => posts(dataEng).length === 2)
})

it('Slack is asked about a channel once a minute, however much is posted there', async () => {
  office = await openOffice()
  for (let n = 0; n < 5; n++) {
    await put(`${n}`, { ...place, channel: dataEng })
    await eventually(() => office.delivered())
    office.clock.advance(2_000)
  }
  expect(office.front.named('conversations.info')).toHaveLength(1)
})

it('doctor names both settings, and the terminal sees the same of a channel', async () => {
  office = await openOffice({ bot: { commands: [doctor], parts: { timetable: createTimetable() } } })
  const access = office.face.probes.find(({ title }) => title === 'Access')
  expect(await access?.check(new AbortController().signal)).toEqual({
    state: 'green',
    detail: expect.stringMatching(/guests refused \(SPARKIFY_GUESTS=refuse\).*\(SPARKIFY_SHARED_CHANNELS=refuse\)$/),
    remedy: '',
  })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const { quick } = createSlackClients({
    botToken: 'xoxb-1',
    apiUrl: `${office.front.origin}/api/`,
    log,
    retryPauseMs: 5,
  })
  const looking = (sharedChannels: 'refuse' | 'allow') =>
    createReadOnlySlack(quick, { guests: 'refuse', sharedChannels }, office.clock, log).postingError(place)
  expect(await looking('refuse')).toMatchObject({ message: expect.stringContaining('#partners is shared') })
  expect(await looking('allow')).toBeNull()
})
