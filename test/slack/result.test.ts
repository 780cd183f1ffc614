import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ada, dataEng, type Office, random, vera } from './support/office.ts'
import { openLoadedOffice } from './support/warehouse.ts'

let office: Office
beforeEach(async () => {
  office = await openLoadedOffice()
})
afterEach(() => office.close())

const music = 'C0MUSIC0000'
const direct = (person = ada) => `D${person.slice(1)}`
const say = (text: string, channel = dataEng, as = ada) => office.workspace.users.send({ as, channel, text })
const press = (label: string, channel = dataEng, as = ada) =>
  office.workspace.users.press({ as, ...office.button(label, channel, as) })
const all = (channel = dataEng, viewer = ada) => JSON.stringify(office.workspace.messages(channel, viewer))
const shown = (words: string, channel = dataEng, viewer = ada) =>
  office.clock.until(() => all(channel, viewer).includes(words))

const opened = z.object({
  view: z.object({ id: z.string(), blocks: z.array(z.looseObject({ block_id: z.string() })) }),
})
const dialogs = () =>
  office.front.named('views.open').flatMap(({ answer }) => {
    const view = opened.safeParse(JSON.parse(answer || 'null'))
    return view.success ? [view.data.view] : []
  })
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

describe('buttons under an answer', () => {
  it('page and sort for whoever presses them, to them alone, without asking again', async () => {
    await say('/sparkify top songs 100')
    await shown('More rows')
    await press('More rows', dataEng, vera)
    await shown(', rows 51–', dataEng, vera)
    expect(all(dataEng, ada)).not.toContain(', rows 51–')
    await press('Sort by song', dataEng, vera)
    await shown(', by song', dataEng, vera)
  })

  it('share an answer that names people, which its asker alone gets', async () => {
    await say('/sparkify top users 3')
    await shown('Top users')
    expect(all(dataEng, vera)).not.toContain('Top users')
    await press('Share…')
    await office.clock.until(() => dialogs().length === 1)
    expect(await submit(dialogs()[0]?.id ?? '', { id: '2', channel: dataEng })).toEqual({})
    await shown('ada shares result 2', dataEng, vera)
    expect(all(dataEng, vera)).toContain('Top users')
  })

  it('tell how it was asked for', async () => {
    await say('/sparkify top songs 3')
    await shown('Source')
    await press('Source')
    await shown('limit :n')
    expect(all(dataEng, vera)).not.toContain('limit :n')
  })

  it('give it as a CSV file in a thread', async () => {
    await say('/sparkify top songs 3')
    await shown('CSV')
    await press('CSV')
    await office.clock.until(() => office.front.named('files.completeUploadExternal').length === 1)
    expect(office.front.named('upload')[0]?.body.get('raw')).toContain('song,artist,plays,listeners')
  })

  it('work after a restart', async () => {
    await say('/sparkify top songs 3')
    await shown('Source')
    office = { ...office, ...(await office.restart()), close: office.close }
    await press('Source')
    await shown('limit :n')
  })

  it('ask for a longer list anew', async () => {
    await say('/sparkify top songs 3')
    await shown('Top 10')
    await press('Top 10')
    await shown('top-songs n=10')
  })
})

describe('an answer in direct messages', () => {
  it('is shared in a channel that is chosen in a form', async () => {
    await say('top songs 3', direct())
    await shown('Share…', direct())
    await press('Share…', direct())
    await office.clock.until(() => dialogs().length === 1)
    const { id = '', blocks = [] } = dialogs()[0] ?? {}
    expect(blocks.at(-1)).toMatchObject({ element: { type: 'conversations_select' } })
    expect(await submit(id, { id: '2', channel: music })).toEqual({})
    await shown('ada shares result 2', music, vera)
    await shown('is shared in', direct())
    expect(all(music, vera)).toContain('data_table')
    expect(await office.ledger.runs.list({ limit: 1, command: 'top-songs' })).toHaveLength(1)
  })

  it('is not shared where the bot may not post; the sharer gets the cure', async () => {
    await say('top songs 3', direct())
    await shown('Share…', direct())
    await say('share 2 in #random', direct())
    await shown('/invite @sparkify in #random', direct())
    expect(all(random, ada)).not.toContain('shares')
  })

  it('is not shared where the sharer is not: the form says so at its channel, and words are refused', async () => {
    const isIn = (person: string, ...channels: readonly { readonly id: string; readonly name: string }[]) =>
      office.front.inject(({ name, body }) =>
        name === 'users.conversations' && body.get('user') === person ? { body: { ok: true, channels } } : undefined,
      )
    isIn(vera, { id: dataEng, name: 'data-eng' })
    await say('top songs 3', direct(vera), vera)
    await shown('Share…', direct(vera), vera)
    await press('Share…', direct(vera), vera)
    await office.clock.until(() => dialogs().length === 1)
    const { id = '' } = dialogs()[0] ?? {}
    const refused = 'You are not in #music, and I post for you only where you are a member. Nothing was done.'
    expect(await submit(id, { id: '2', channel: music }, vera)).toEqual({
      errors: { 'argument-channel': expect.stringContaining(refused) },
    })
    await say('share 2 in #music', direct(vera), vera)
    await shown(refused, direct(vera), vera)
    expect(all(music, vera)).not.toContain('shares')
    isIn(vera, { id: dataEng, name: 'data-eng' }, { id: music, name: 'music' })
    office.clock.advance(60_000)
    expect(await submit(id, { id: '2', channel: music }, vera)).toEqual({})
    await shown('vera shares result 2', music, vera)
  })

  it('is refused alike in a private channel without the sharer and in one that is not there', async () => {
    const [secret, nowhere] = ['C0SECRET000', 'C0NOWHERE00']
    let is_archived = false
    office.front.inject(({ name, body }) => {
      if (name === 'users.conversations' && !body.has('user')) {
        return { body: { ok: true, channels: [{ id: secret, name: 'secret' }] } }
      }
      const channel = { id: secret, name: 'secret', is_private: true, is_member: true, is_archived }
      return name === 'conversations.info' && body.get('channel') === secret
        ? { body: { ok: true, channel } }
        : undefined
    })
    await say('top songs 3', direct())
    await shown('Share…', direct())
    for (const [hidden, missing] of [
      ['#secret', '#nowhere'],
      [secret, nowhere],
      [`<#${secret}|name>`, `<#${nowhere}|name>`],
    ] as const) {
      const answers: string[] = []
      for (const channel of [hidden, missing]) {
        const messages = () => office.workspace.messages(direct(), ada)
        const before = messages().length
        await say(`share 2 in ${channel}`, direct())
        await office.clock.until(() => messages().length > before + 1)
        const shown = JSON.stringify(messages().at(-1)?.blocks, (key, value) => (key === 'block_id' ? '' : value))
        answers.push(shown.replaceAll(channel.slice(1), 'name'))
      }
      expect(answers[0]).toContain('(channel_not_found).')
      expect(answers[0]).toBe(answers[1])
      is_archived = true
    }
  })

  it('is not shared by a form where the bot is not: it stays open and says so at its channel', async () => {
    await say('top songs 3', direct())
    await shown('Share…', direct())
    await press('Share…', direct())
    await office.clock.until(() => dialogs().length === 1)
    const { id = '' } = dialogs()[0] ?? {}
    expect(await submit(id, { id: '2', channel: random })).toEqual({
      errors: { 'argument-channel': expect.stringContaining('Type /invite @sparkify in #random.') },
    })
    expect(await submit(id, { id: '2', channel: music })).toEqual({})
    await shown('ada shares result 2', music, vera)
  })

  it('is not scheduled where its maker is not', async () => {
    office.front.inject(({ name, body }) =>
      name === 'users.conversations' && body.get('user') === ada ? { body: { ok: true, channels: [] } } : undefined,
    )
    await say('/sparkify schedule add "top songs" daily at 07:00 in #music')
    await shown('You are not in #music, and I post for you only where you are a member.')
    expect(await office.ledger.schedules.list()).toEqual([])
  })

  it('is not shared while Slack does not say whether the sharer is there', async () => {
    office.front.inject(({ name, body }) =>
      name === 'users.conversations' && body.has('user') ? { body: { ok: false, error: 'internal_error' } } : undefined,
    )
    await say('top songs 3', direct())
    await shown('Share…', direct())
    await say('share 2 in #music', direct())
    await shown('Cannot check with Slack whether you are in #music. Nothing was done.', direct())
    expect(all(music)).not.toContain('shares')
  })

  it('brings its CSV file, which a message to one person in a channel cannot', async () => {
    await say('csv 1', direct())
    await say('/sparkify top songs 3', random)
    await shown('CSV', random)
    await press('CSV', random)
    await shown('Ask in a direct message', random)
    await say('csv', direct())
    await office.clock.until(() => office.front.named('files.completeUploadExternal').length === 1)
  })
})

describe('a form', () => {
  it('asks a question with what was filled in, where its button was pressed', async () => {
    await say('/sparkify help top songs')
    await shown('With parameters…')
    await press('With parameters…')
    await office.clock.until(() => dialogs().length === 1)
    const { id = '', blocks = [] } = dialogs()[0] ?? {}
    expect(blocks.map((block) => block.block_id).slice(1)).toEqual(
      ['n', 'level', 'by', 'matched', 'last', 'since', 'until', 'compare'].map((name) => `argument-${name}`),
    )
    expect(await submit(id, { n: 'many', level: 'paid' })).toEqual({
      errors: { 'argument-n': 'Enter a whole number from 1 to 1,000.' },
    })
    expect(await submit(id, { n: '5', level: 'paid', by: 'plays', matched: 'no', last: '1d' })).toEqual({})
    await shown('Top songs, paid, 11 Nov 2018 UTC', dataEng, vera)
    expect((await office.ledger.runs.list({ limit: 1, command: 'top-songs' }))[0]?.line).toBe(
      'top-songs n=5 level=paid last=1d',
    )
  })

  it('opens from the list of questions', async () => {
    await say('/sparkify queries')
    await shown('Over time')
    await press('active-users')
    await office.clock.until(() => dialogs().length === 1)
  })

  it('is opened before anything else is asked that stands in none of its fields', async () => {
    await say('/sparkify help top songs')
    await shown('With parameters…')
    const before = office.front.calls.length
    await press('With parameters…')
    await office.clock.until(() => dialogs().length === 1)
    expect(office.front.calls.slice(before).map(({ name }) => name)).toEqual(['views.open'])
  })
})
