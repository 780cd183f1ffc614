import { afterEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { DiskFull } from '../../src/core/errors.ts'
import { newMessage, waysOfSchedule } from '../../src/core/outbox/messages.ts'
import type { Conversation } from '../../src/core/place.ts'
import type { NewMessage } from '../../src/core/ports/outbox.ts'
import type { TableReply } from '../../src/core/reply.ts'
import { eventually } from './support/clock.ts'
import type { Call } from './support/front.ts'
import { ada, dataEng, type Office, openOffice, random, vera } from './support/office.ts'

let office: Office
afterEach(() => office.close())

const say = (text: string, channel = dataEng) => office.workspace.users.send({ as: ada, channel, text })
const table = (title: string, rows: number): TableReply => ({
  kind: 'table',
  title,
  columns: ['song', 'plays'],
  rows: Array.from({ length: rows }, (_, i) => [`song ${i}`, i]),
  total: rows,
})
const blockTypes = (call: Call | undefined): readonly string[] =>
  JSON.parse(call?.body.get('blocks') ?? '[]').map(({ type }: { type: string }) => type)
const hasTable = (call: Call): boolean => blockTypes(call).some((type) => type.endsWith('table'))
const refuseTables = (): void =>
  office.front.inject((call) =>
    call.name === 'chat.postMessage' && hasTable(call)
      ? {
          body: {
            ok: false,
            error: 'invalid_blocks',
            response_metadata: { messages: ['[ERROR] unsupported type: data_table [json-pointer:/blocks/1/type]'] },
          },
        }
      : undefined,
  )
const posts = (): readonly Call[] => office.front.named('chat.postMessage')
const place: Conversation = { kind: 'slack', channel: dataEng, direct: false }
const who = { kind: 'slack', id: ada, name: 'ada' } as const
const put = (headline: string, channel = dataEng, more: Partial<NewMessage> = {}): Promise<void> => {
  const content = { kind: 'answer', answer: answerOf(headline) } as const
  const ways = waysOfSchedule({ ...place, channel }, who)
  return office.face.put(newMessage({ key: headline, content, ways, ...more }, office.clock.now()))
}

describe('an answer that Slack does not take in its conversation', () => {
  it.each([
    ['restricted_action_thread_locked', 'That thread is locked.'],
    ['team_access_not_granted', 'Ask an admin of your organization to add the app to that workspace.'],
    ['messages_tab_disabled', 'Switch on App Home → Messages Tab for the app'],
    ['ekm_access_denied', 'Use another channel than #data-eng.'],
    ['a_code_of_tomorrow', 'Use another channel than #data-eng.'],
    ['missing_scope', 'Give the app the scopes in manifest.yml, then reinstall it.'],
    ['token_revoked', 'Slack refuses the bot token. doctor shows why.'],
    ['not_in_channel', 'Type /invite @sparkify in #data-eng.'],
  ])('(%s) reaches its asker alone, with what to do about it', async (error, cure) => {
    office = await openOffice()
    office.front.inject(({ name }) => (name === 'chat.postMessage' ? { body: { ok: false, error } } : undefined))
    office.doors.open('songs')
    await say('/sparkify songs')
    await eventually(() => office.seen().length === 1)
    expect(office.seen()[0]?.onlyMine).toBe(true)
    const seen = JSON.stringify(office.workspace.messages(dataEng, ada))
    expect(seen).toContain('Three songs.')
    expect(seen).toContain(cure)
    await eventually(() => office.delivered())
  })
})

it('an answer that finds no room in the ledger reaches its asker all the same', async () => {
  office = await openOffice()
  office.ledger.messages.put = () => Promise.reject(new DiskFull('The disk is full.', 'Free some space.', undefined))
  await say('/sparkify sogns')
  await eventually(() => office.seen().length === 1)
  expect(office.seen()[0]).toMatchObject({ onlyMine: true, text: expect.stringContaining('I do not know "sogns"') })
  expect(office.seen(dataEng, vera)).toEqual([])
})

describe('an answer with a table', () => {
  it('is native where Slack takes it', async () => {
    office = await openOffice({ songs: () => [table('Songs', 3)] })
    office.doors.open('songs')
    await say('/sparkify songs')
    await eventually(() => office.seen().length === 1)
    expect(posts()).toHaveLength(1)
    expect(blockTypes(posts()[0])).toContain('data_table')
  })

  it('steps down and still arrives where Slack refuses it, and the log says why', async () => {
    office = await openOffice({ songs: () => [table('Songs', 3)] })
    refuseTables()
    office.doors.open('songs')
    await say('/sparkify songs')
    await eventually(() => office.seen().length === 1)
    expect(office.seen()[0]?.onlyMine).toBe(false)
    expect(JSON.stringify(office.workspace.messages(dataEng, ada))).toContain('song 2')
    expect(JSON.stringify(office.log)).toContain('json-pointer:/blocks/1/type')
  })

  it('arrives as text alone where Slack refuses every block', async () => {
    office = await openOffice({ songs: () => [table('Songs', 3)] })
    office.front.inject((call) =>
      call.name === 'chat.postMessage' && call.body.has('blocks')
        ? { body: { ok: false, error: 'msg_blocks_too_long' } }
        : undefined,
    )
    office.doors.open('songs')
    await say('/sparkify songs')
    await eventually(() => office.seen().length === 1)
    expect(posts().at(-1)?.body.has('blocks')).toBe(false)
  })

  it('steps down for its asker alone too, through the response URL', async () => {
    office = await openOffice({ songs: () => [table('Songs', 3)] })
    office.doors.open('songs')
    office.front.inject((call) =>
      call.name === 'response' && call.body.get('raw')?.includes('table')
        ? { status: 400, body: { ok: false, error: 'invalid_blocks' } }
        : undefined,
    )
    await say('/sparkify songs', random)
    await eventually(() => office.seen(random).length === 1)
    expect(office.seen(random)[0]?.text).toContain('/invite @sparkify')
    expect(JSON.stringify(office.workspace.messages(random, ada))).toContain('song 2')
  })

  it('is tried by the response URL no more once that did not work, however long Slack is away', async () => {
    office = await openOffice()
    office.doors.open('look')
    let away = 3
    let before = 0
    office.front.inject(({ name }) => {
      if (name === 'response') return { status: 500, body: 'down' }
      if (name !== 'chat.postEphemeral' || away-- <= 0) return undefined
      before ||= office.front.named('response').length
      return { body: { ok: false, error: 'fatal_error' } }
    })
    await say('/sparkify check-up')
    await office.clock.until(() => office.seen().length === 1)
    expect(before).toBeGreaterThan(0)
    expect(office.front.named('response')).toHaveLength(before)
    expect(away).toBe(-1)
  })

  it('that was cut brings the whole as a file, in its thread', async () => {
    office = await openOffice({ songs: () => [table('Songs', 500)] })
    office.doors.open('songs')
    await say('/sparkify songs')
    await office.clock.until(() => office.front.named('files.completeUploadExternal').length === 1)
    await eventually(() => office.delivered())
    const [message] = office.workspace.messages(dataEng, ada)
    expect(office.front.named('files.completeUploadExternal')[0]?.body.get('thread_ts')).toBe(message?.ts)
    expect(office.front.named('upload')[0]?.body.get('raw')).toContain('song 499')
  })

  it('that only a simpler form had to cut brings the whole as a file where Slack took that form', async () => {
    const rows = Array.from({ length: 90 }, (_, at) => [`a song with a name of its own ${at}`, at])
    office = await openOffice({ songs: () => [{ ...table('Songs', 0), rows, total: 90 }] })
    office.doors.open('songs')
    await say('/sparkify songs')
    await eventually(() => office.delivered())
    await eventually(() => office.seen().length === 1)
    expect(office.front.named('files.completeUploadExternal')).toEqual([])
    office.front.inject((call) =>
      call.name === 'chat.postMessage' && call.body.has('blocks')
        ? { body: { ok: false, error: 'invalid_blocks' } }
        : undefined,
    )
    await say('/sparkify songs')
    await office.clock.until(() => office.front.named('files.completeUploadExternal').length === 1)
    expect(office.front.named('upload')[0]?.body.get('raw')).toContain('of its own 89')
    expect(office.seen().at(1)?.text).toContain('the CSV file has all of it')
  })

  it('says why, in place of where its file is, where Slack does not take that', async () => {
    const file = (name: string) => ({ kind: 'file', name, about: `The rows of ${name}`, content: 'a\r\n' }) as const
    office = await openOffice({ songs: () => [file('one.csv'), table('Songs', 500), file('two.csv')] })
    office.front.inject(({ name }) =>
      name === 'files.getUploadURLExternal' ? { body: { ok: false, error: 'missing_scope' } } : undefined,
    )
    office.doors.open('songs')
    await say('/sparkify songs')
    const shown = () => JSON.stringify(office.workspace.messages(dataEng, ada)[0]?.blocks ?? [])
    const why = /The file could not be attached \(missing_scope\)\. Give the app the scopes/g
    await office.clock.until(() => shown().match(why)?.length === 3)
    expect(shown()).not.toMatch(/follows in the thread|the CSV file has/)
    expect(office.seen()).toHaveLength(1)
    await eventually(() => office.delivered())
  })

  it('says why in its thread where its message was deleted meanwhile', async () => {
    office = await openOffice({ songs: () => [table('Songs', 500)] })
    const errors = new Map([
      ['files.getUploadURLExternal', 'missing_scope'],
      ['chat.update', 'message_not_found'],
    ])
    office.front.inject(({ name }) => {
      const error = errors.get(name)
      return error === undefined ? undefined : { body: { ok: false, error } }
    })
    office.doors.open('songs')
    await say('/sparkify songs')
    await office.clock.until(() => office.seen().length === 2)
    await eventually(() => office.delivered())
    expect(office.seen()[1]).toMatchObject({
      text: expect.stringContaining('The file could not be attached (missing_scope). Give the app the scopes'),
      thread: expect.anything(),
    })
  })
})

describe('posts to one channel', () => {
  it('go out in order, a second apart', async () => {
    office = await openOffice()
    const said = Array.from({ length: 5 }, (_, i) => put(`number ${i}`))
    await office.clock.until(() => office.seen().length === 5)
    await Promise.all(said)
    expect(office.seen().map(({ text }) => text.replace(/.*(number \d).*/s, '$1'))).toEqual(
      Array.from({ length: 5 }, (_, i) => `number ${i}`),
    )
    const times = posts().map(({ at }) => at)
    for (const [i, at] of times.entries()) if (i > 0) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(1000)
  })

  it('do not hold up another channel that Slack asks to wait for', async () => {
    office = await openOffice()
    let busy = true
    office.front.inject(({ name, body }) =>
      busy && name === 'chat.postMessage' && body.get('channel') === dataEng
        ? { status: 429, headers: { 'retry-after': '30' }, body: { ok: false, error: 'ratelimited' } }
        : undefined,
    )
    await put('late')
    await put('soon', 'C0MUSIC0000')
    await eventually(() => office.seen('C0MUSIC0000').length > 0)
    expect(office.seen('C0MUSIC0000')).toHaveLength(1)
    busy = false
    await office.clock.until(() => office.seen().length === 1)
  })
})

describe('what the clock said', () => {
  it('is posted when it is done, and mentions nobody who need not know', async () => {
    office = await openOffice()
    await put('all well')
    await eventually(() => office.delivered())
    expect(office.seen()).toHaveLength(1)
    expect(office.seen(dataEng, vera)).toHaveLength(1)
  })

  it('mentions in its thread who must know', async () => {
    office = await openOffice()
    await put('it failed', dataEng, callingFor(failed))
    await office.clock.until(() => office.seen().length === 2)
    const [, mention] = office.seen()
    expect(mention?.text).toContain(`<@${ada}>`)
    expect(mention?.text).toContain('<!subteam^S0ONCALL>')
    expect(mention?.thread).toBeDefined()
  })

  it('calls nobody into a conversation that was not meant', async () => {
    office = await openOffice()
    const ways = [random, dataEng].map(
      (channel) => ({ kind: 'conversation', place: { ...place, channel }, who }) as const,
    )
    const [first, ...others] = ways
    if (first === undefined) throw new Error('a message has a way')
    await put('it failed', random, { ...callingFor(failed), ways: [first, ...others] })
    await office.clock.until(() => office.seen().length > 0)
    await office.clock.until(() => office.delivered())
    expect(office.seen().map(({ text }) => text)).toEqual([expect.not.stringContaining('<@')])
  })

  it('reaches its owner directly where the bot may not post any more', async () => {
    office = await openOffice()
    await put('lost', random)
    await eventually(() => office.delivered())
    expect(office.seen(`D${ada.slice(1)}`)[0]?.text).toContain('/invite @sparkify')
  })

  it('waits while Slack refuses the token, and the log says so', async () => {
    office = await openOffice()
    let isOut = true
    office.front.inject(({ name }) =>
      isOut && name === 'chat.postMessage' ? { body: { ok: false, error: 'account_inactive' } } : undefined,
    )
    await put('late')
    await office.clock.until(() => office.log.some(({ message }) => message.includes('account_inactive')))
    isOut = false
    await office.clock.until(() => office.seen().length === 1)
  })
})

const at = (seconds: number): string => new Date(Date.UTC(2026, 2, 1, 3, 0, seconds)).toISOString()

const failed = { id: 1, command: 'etl', line: 'etl', who: 'ada', state: 'error', started: at(0), ended: at(5) } as const

/** The answer of a run that calls its asker and those on call. */
function callingFor(run: typeof failed): Pick<NewMessage, 'content' | 'mention'> {
  const answer = { ...answerOf('it failed'), run: { ...run, steps: [] } }
  return { content: { kind: 'answer', answer }, mention: [ada, 'S0ONCALL'] }
}

function answerOf(headline: string): Answer {
  return {
    ok: true,
    exit: 0,
    headline,
    audience: 'channel',
    run: null,
    replies: [{ kind: 'text', text: headline }],
    next: [],
  }
}
