import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defaultPersonas } from '../../src/workspace/personas.ts'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, vera } from './support/office.ts'
import { openLoadedOffice } from './support/warehouse.ts'

let office: Office
beforeEach(async () => {
  office = await openLoadedOffice()
  await say('/sparkify top songs 3')
  await shown('Post this every…')
})
afterEach(() => office.close())

const zone = defaultPersonas[0]?.tz
const music = 'C0MUSIC0000'
const direct = `D${ada.slice(1)}`
const say = (text: string, channel = dataEng, as = ada) => office.workspace.users.send({ as, channel, text })
const all = (channel = dataEng, viewer = ada) => JSON.stringify(office.workspace.messages(channel, viewer))
const shown = (words: string, channel = dataEng, viewer = ada) =>
  office.clock.until(() => all(channel, viewer).includes(words))

const opened = z.object({
  view: z.object({
    id: z.string(),
    blocks: z.array(z.looseObject({ block_id: z.string(), optional: z.boolean().optional() })),
  }),
})
const dialogs = () =>
  office.front.named('views.open').flatMap(({ answer }) => {
    const view = opened.safeParse(JSON.parse(answer || 'null'))
    return view.success ? [view.data.view] : []
  })

/** Presses the button, which Slack delivers twice, and gives the dialog that opens. */
async function open(channel = dataEng, as = ada, wait = eventually) {
  const before = dialogs().length
  await office.workspace.users.press({ as, copies: 2, ...office.button('Post this every…', channel, as) })
  await wait(() => dialogs().length > before)
  const [view] = dialogs().slice(before)
  if (view === undefined) throw new Error('no dialog is open')
  return view
}

const submit = (view_id: string, given: Readonly<Record<string, string>>, as = ada) =>
  office.workspace.users.submit({
    as,
    view_id,
    form: Object.entries(given).map(([name, value]) => ({
      block_id: `argument-${name}`,
      action_id: 'given',
      value,
    })),
  })

const filled = { lines: 'top-songs n=3', day: 'weekdays', time: '07:30', tz: 'Europe/London', if: 'not-empty' }

describe('the button "Post this every…"', () => {
  it('opens a form with the line, a time and the channel filled in, asking what must be said and what may', async () => {
    const { blocks } = await open()
    const fields = blocks.slice(1).map(({ block_id, optional, ...rest }) => ({
      name: block_id.replace('argument-', ''),
      optional,
      element: z.looseObject({ type: z.string() }).parse(rest['element']),
    }))
    expect(fields).toMatchObject([
      { name: 'lines', optional: false, element: { type: 'plain_text_input', initial_value: 'top-songs n=3' } },
      { name: 'day', optional: false, element: { type: 'static_select', initial_option: { value: 'daily' } } },
      { name: 'time', optional: false, element: { type: 'timepicker', initial_time: '07:00' } },
      {
        name: 'channel',
        optional: true,
        element: { type: 'conversations_select', default_to_current_conversation: true },
      },
      { name: 'tz', element: { type: 'plain_text_input', initial_value: zone } },
      { name: 'if', element: { type: 'static_select', initial_option: { value: 'always' } } },
    ])
  })

  it('calls its fields by words, and says at the time what hourly makes of it', async () => {
    const { blocks } = await open()
    const field = z.looseObject({ label: z.object({ text: z.string() }), hint: z.object({ text: z.string() }) })
    const fields = blocks.slice(1).map((block) => field.parse(block))
    expect(fields.map(({ label }) => label.text)).toEqual([
      'Commands',
      'Days',
      'Time',
      'Channel',
      'Time zone',
      'Post only when',
    ])
    expect(fields[2]?.hint.text).toContain('with 07:30, hourly and every 6h run at half past')
  })

  it('opens without a zone where Slack does not say it in time', async () => {
    office.deps.directory.zoneOf = () => new Promise(() => undefined)
    const { blocks } = await open(dataEng, ada, office.clock.until)
    expect(blocks.find(({ block_id }) => block_id === 'argument-tz')).not.toHaveProperty('element.initial_value')
  })

  it('becomes a schedule, told to whoever filled it in, with the name of the channel that was chosen', async () => {
    const { id } = await open()
    expect(await submit(id, { ...filled, channel: music })).toEqual({})
    await shown('Schedule 1: top-songs n=3, weekdays at 07:30 (Europe/London) in #')
    expect(all(dataEng, vera)).not.toContain('Schedule 1')
    expect(await office.ledger.schedules.list()).toMatchObject([
      {
        lines: ['top-songs n=3'],
        cron: '30 7 * * 1-5',
        zone: 'Europe/London',
        place: { channel: music, channelName: 'music', direct: false },
        owner: { id: ada },
        condition: { kind: 'not-empty' },
      },
    ])
  })

  it('becomes a schedule by the id of its channel where Slack does not say the name', async () => {
    const { id } = await open()
    office.front.inject(({ name }) =>
      name === 'conversations.info' ? { body: { ok: false, error: 'fatal_error' } } : undefined,
    )
    expect(await submit(id, { ...filled, channel: music })).toEqual({})
    await shown(`Schedule 1: top-songs n=3, weekdays at 07:30 (Europe/London) in ${music}`)
  })

  it('posts where it was pressed when no channel is chosen', async () => {
    const { id } = await open()
    await submit(id, filled)
    await shown('Schedule 1')
    expect((await office.ledger.schedules.list())[0]?.place).toEqual({
      kind: 'slack',
      channel: dataEng,
      channelName: 'data-eng',
      direct: false,
    })
    expect(all()).not.toContain('did not open the form')
  })

  it('answers in the thread in which it was pressed', async () => {
    await say('@Sparkify top songs 3')
    const asked = office.workspace.messages(dataEng, ada).at(-1)
    const inThread = (words: string) =>
      office.workspace
        .messages(dataEng, ada)
        .some((message) => message.thread_ts === asked?.ts && JSON.stringify(message).includes(words))
    await office.clock.until(() => inThread('Post this every…'))
    const { id } = await open()
    await submit(id, filled)
    await office.clock.until(() => inThread('Schedule 1: '))
  })

  it('says so where Slack does not open it', async () => {
    office.front.inject(({ name }) =>
      name === 'views.open' ? { body: { ok: false, error: 'expired_trigger_id' } } : undefined,
    )
    await office.workspace.users.press({ as: ada, ...office.button('Post this every…') })
    await shown('Slack did not open the form in time. Nothing was done.')
    expect(all()).toContain('Click again, or see help schedule-add')
    expect(all(dataEng, vera)).not.toContain('did not open')
  })

  it('posts in direct messages when it was pressed there', async () => {
    await say('top songs 3', direct)
    await shown('Post this every…', direct)
    const { id } = await open(direct)
    await submit(id, filled)
    await shown('Schedule 1', direct)
    expect((await office.ledger.schedules.list())[0]?.place).toEqual({ kind: 'slack', channel: direct, direct: true })
  })

  it('says at each field what is wrong with it, and keeps the form open', async () => {
    const { id } = await open()
    expect(await submit(id, { ...filled, lines: 'top sogns', tz: 'Mars/Base' })).toEqual({
      errors: {
        'argument-lines':
          'I do not know "top sogns". Nothing was done. Did you mean top-songs? Type help to see all commands.',
        'argument-tz': 'Enter a time zone like Europe/London.',
      },
    })
    expect(await submit(id, { ...filled, lines: '' })).toMatchObject({
      errors: { 'argument-lines': expect.anything() },
    })
    expect(await submit(id, filled)).toEqual({})
    await shown('Schedule 1')
  })

  it('says at the channel that the bot is not in it, and at the lines which of them cannot be scheduled', async () => {
    const { id } = await open()
    expect(await submit(id, { ...filled, channel: 'C0RANDOM000' })).toEqual({
      errors: {
        'argument-channel':
          'I cannot post in #random (not_in_channel). Nothing was done. Type /invite @sparkify in #random. Then try again.',
      },
    })
    expect(await submit(id, { ...filled, lines: 'top songs 3; tear-down' })).toEqual({
      errors: { 'argument-lines': 'tear-down cannot be scheduled. Nothing was done. Run it yourself.' },
    })
    expect(await submit(id, { ...filled, lines: 'etl', if: 'not-empty' })).toMatchObject({
      errors: { 'argument-if': expect.stringContaining('returns rows') },
    })
    expect(await office.ledger.schedules.list()).toEqual([])
    expect(await submit(id, filled)).toEqual({})
    await shown('Schedule 1')
  })

  it('is refused, politely and to them alone, for those who may not add schedules', async () => {
    const before = dialogs().length
    await shown('Post this every…', dataEng, vera)
    await office.workspace.users.press({ as: vera, ...office.button('Post this every…', dataEng, vera) })
    await shown('schedule-add needs an operator.', dataEng, vera)
    expect(dialogs()).toHaveLength(before)
    expect(all(dataEng, ada)).not.toContain('needs an operator')
    expect(await office.ledger.schedules.list()).toEqual([])
  })
})
