import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import runAgain from '../../src/commands/run-again.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Reply } from '../../src/core/reply.ts'
import { command } from '../support/core.ts'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, openOffice, vera } from './support/office.ts'

let office: Office
afterEach(() => office.close())

const direct = `D${ada.slice(1)}`
const say = (text: string) => office.workspace.users.send({ as: ada, channel: dataEng, text })
const refuse = (name: string, answers: readonly string[]): void => {
  const left = [...answers]
  office.front.inject((call) => {
    const error = call.name === name ? left.shift() : undefined
    return error === undefined ? undefined : { body: { ok: false, error } }
  })
}
const large: Reply = {
  kind: 'table',
  title: 'Songs',
  columns: ['song', 'plays'],
  rows: Array.from({ length: 500 }, (_, at) => [`song ${at}`, at]),
  total: 500,
}
const answers = (channel: string, viewer = ada) =>
  office.workspace.messages(channel, viewer).filter(({ user }) => user === 'U0SPARKIFY0')

describe('an answer whose question was deleted', () => {
  it('reaches its asker directly, once', async () => {
    office = await openOffice()
    refuse('chat.postMessage', ['thread_not_found'])
    office.doors.open('songs')
    await say('@Sparkify songs')
    await office.clock.until(() => answers(direct).length === 1)
    await eventually(() => office.delivered())
    expect(answers(direct)[0]?.text).toContain('Only you can see this: your message was deleted.')
    expect(answers(dataEng)).toEqual([])
    expect(office.front.named('chat.postEphemeral')).toEqual([])
  })

  it('is posted in the channel, once, where the run changed something', async () => {
    office = await openOffice()
    for (const door of ['dig', 'lay', 'roof']) office.doors.open(door)
    refuse('chat.postMessage', ['thread_not_found'])
    await say('@Sparkify build')
    await office.clock.until(() => answers(dataEng, vera).length === 1)
    await eventually(() => office.delivered())
    expect(answers(dataEng, vera)[0]).toMatchObject({ text: expect.stringContaining('The house stands.') })
    expect(answers(dataEng, vera)[0]?.thread_ts).toBeUndefined()
    expect(answers(direct)).toEqual([])
  })
})

describe('a post', () => {
  it.each(['internal_error', 'request_timeout'])(
    'that may have arrived (%s) is tried once more, and no third time',
    async (error) => {
      office = await openOffice()
      office.front.inject(({ name }) => (name === 'chat.postMessage' ? { body: { ok: false, error } } : undefined))
      office.doors.open('songs')
      await say('/sparkify songs')
      await eventually(() => office.front.named('chat.postMessage').length > 0)
      await office.clock.until(() => office.delivered())
      expect(office.front.named('chat.postMessage')).toHaveLength(2)
      expect((await office.ledger.messages.find('run:1'))?.state).toBe('dropped')
      expect(office.log.filter(({ level }) => level === 'error')).toHaveLength(1)
    },
  )

  it.each(['fatal_error', 'service_unavailable', 'ratelimited'])(
    'that was not carried out (%s) is tried until it is',
    async (error) => {
      office = await openOffice()
      refuse('chat.postMessage', [error, error, error])
      office.doors.open('songs')
      await say('/sparkify songs')
      await eventually(() => office.front.named('chat.postMessage').length > 0)
      await office.clock.until(() => office.delivered())
      const times = office.front.named('chat.postMessage').map(({ at }) => at)
      const pauses = times.slice(1).map((at, before) => at - (times[before] ?? 0))
      // At least: time races on here while Slack is asked.
      expect(pauses.map((ms, at) => ms >= 1500 * 2 ** at)).toEqual([true, true, true])
      expect(answers(dataEng)).toHaveLength(1)
    },
  )
})

describe('a file', () => {
  it('whose last call got no answer is attached at most once, and its thread says that it may be missing', async () => {
    office = await openOffice({ songs: () => [large] })
    refuse('files.completeUploadExternal', ['internal_error'])
    office.doors.open('songs')
    await say('/sparkify songs')
    await office.clock.until(() => office.seen().some(({ text }) => text.includes('may be missing here')))
    await office.clock.until(() => office.delivered())
    expect(office.front.named('files.completeUploadExternal')).toHaveLength(1)
  })

  it('that Slack did not attach at first is attached once, and nothing is said of it', async () => {
    office = await openOffice({ songs: () => [large] })
    refuse('files.completeUploadExternal', ['service_unavailable', 'ratelimited'])
    office.doors.open('songs')
    await say('/sparkify songs')
    await office.clock.until(() => office.front.named('files.completeUploadExternal').length > 0)
    await office.clock.until(() => office.delivered())
    expect(office.front.named('files.completeUploadExternal')).toHaveLength(3)
    expect(office.seen().filter(({ text }) => text.includes('may be missing'))).toEqual([])
  })

  it('whose bytes Slack did not take at first is attached once', async () => {
    office = await openOffice({ songs: () => [large] })
    let failures = 0
    office.front.inject(({ name }) => (name === 'upload' && failures++ < 2 ? { status: 500, body: 'no' } : undefined))
    office.doors.open('songs')
    await say('/sparkify songs')
    await office.clock.until(() => office.front.named('files.completeUploadExternal').length === 1)
    await office.clock.until(() => office.delivered())
    expect(office.front.named('files.completeUploadExternal')).toHaveLength(1)
    expect(failures).toBe(3)
  })
})

it('no response URL is stored, neither of a command nor of a press, and it is tried first', async () => {
  office = await openOffice()
  await say('/sparkify help')
  await eventually(() => office.seen().length === 1)
  await eventually(() => office.delivered())
  expect(office.front.named('response')).toHaveLength(1)
  expect(office.front.named('chat.postEphemeral')).toEqual([])
  office.doors.open('songs')
  await office.workspace.users.press({ as: ada, ...office.button('Songs') })
  await eventually(() => office.seen().some(({ text }) => text.includes('Three songs.')))
  const file = fileURLToPath(office.ledgerUrl)
  const stored = (await Promise.all([file, `${file}-wal`].map((path) => readFile(path).catch(() => '')))).join('')
  expect(stored).toContain('run:2')
  expect(stored).not.toContain('/response/')
})

it("a private answer to who tries another person's run again does not go to that person's response URL", async () => {
  let tries = 0
  const secret = command(
    'secret',
    async () => {
      if (++tries === 1) throw new OpsError('aws', 'Not now.', 'Try again.')
      return { headline: `Told to who asked at try ${tries}.` }
    },
    { effect: 'bot', audience: 'asker' },
  )
  office = await openOffice({ admins: [ada, vera], bot: { commands: [secret, runAgain], parts: {} } })
  await say('/sparkify secret')
  await eventually(() => office.seen().some(({ text }) => text.includes('Not now.')))
  await office.workspace.users.send({ as: vera, channel: dataEng, text: '@Sparkify run-again 1' })
  const told = (viewer: string) => answers(dataEng, viewer).filter(({ text }) => text.includes('at try 2'))
  await eventually(() => told(vera).length + told(ada).length > 0)
  expect([told(vera).length, told(ada).length]).toEqual([1, 0])
})
