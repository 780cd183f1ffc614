import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Pictures } from '../../src/core/ports/pictures.ts'
import type { ChartReply } from '../../src/core/reply.ts'
import { picturesHere } from '../support/pictures.ts'
import { ada, dataEng, type Office, openOffice, random } from './support/office.ts'

const days = Array.from({ length: 30 }, (_, at) => `2018-11-${String(at + 1).padStart(2, '0')}`)
const chart: ChartReply = {
  kind: 'chart',
  type: 'line',
  title: 'Pulse, 1–30 Nov 2018 UTC',
  xLabel: 'day',
  yLabel: 'plays',
  categories: days,
  series: [{ name: 'plays', values: days.map((_, at) => 200 + at) }],
  finding: 'The last day had 229 plays.',
}

// The library is read with the first picture, which takes seconds on a busy machine.
beforeAll(() => picturesHere.draw(chart))

let office: Office
afterEach(() => office.close())

const open = async (pictures: Pictures | undefined, drawn = chart) => {
  office = await openOffice({ songs: () => [drawn], ...(pictures === undefined ? {} : { pictures }) })
}
const ask = async (channel = dataEng) => {
  office.doors.open('songs')
  await office.workspace.users.send({ as: ada, channel, text: '/sparkify songs' })
  await office.clock.until(() =>
    office.front.calls.some(({ name }) => name === 'chat.postMessage' || name === 'response'),
  )
  await office.clock.until(() => office.delivered())
}
const shown = (channel = dataEng) => office.workspace.messages(channel, ada).flatMap(({ blocks = [] }) => blocks)
const typesIn = (channel = dataEng) => shown(channel).map(({ type }) => type)
const imageIn = (channel = dataEng) => shown(channel).find((block) => block.type === 'image')

describe('a chart that Slack cannot draw', () => {
  it('is a picture in its message, which is posted before it', async () => {
    await open(picturesHere)
    await ask()
    const image = imageIn()
    expect(image).toMatchObject({
      alt_text: 'Pulse, 1–30 Nov 2018 UTC. The last day had 229 plays.',
      title: { text: 'Pulse, 1–30 Nov 2018 UTC' },
    })
    const names = office.front.calls.map(({ name }) => name)
    expect(names.indexOf('chat.postMessage')).toBeLessThan(names.indexOf('files.getUploadURLExternal'))
    expect(names.filter((name) => name === 'chat.postMessage')).toHaveLength(1)
    const file = image?.type === 'image' ? image.slack_file?.id : undefined
    const picture = await fetch(`${office.front.origin}/files/${file}/picture.png`)
    expect(picture.headers.get('content-type')).toContain('image/png')
  })

  it('waits while Slack is still processing the picture, and uploads it once', async () => {
    await open(picturesHere)
    let refusals = 2
    office.front.inject(({ name, body }) =>
      name === 'chat.update' && body.get('blocks')?.includes('slack_file') === true && refusals-- > 0
        ? { body: { ok: false, error: 'invalid_blocks' } }
        : undefined,
    )
    await ask()
    expect(imageIn()).toBeDefined()
    expect(office.front.named('files.getUploadURLExternal')).toHaveLength(1)
  })

  it('is one of several, all in the one message', async () => {
    office = await openOffice({ songs: () => [chart, { ...chart, title: 'Hours' }], pictures: picturesHere })
    await ask()
    expect(typesIn().filter((type) => type === 'image')).toHaveLength(2)
    expect(office.front.named('chat.update')).toHaveLength(1)
  })

  it('keeps nothing of its channel waiting while Slack processes it', async () => {
    await open(picturesHere)
    let isProcessed = false
    office.front.inject(({ name, body }) =>
      name === 'chat.update' && !isProcessed && body.get('blocks')?.includes('slack_file') === true
        ? { body: { ok: false, error: 'invalid_blocks' } }
        : undefined,
    )
    office.doors.open('songs')
    await office.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify songs' })
    await office.clock.until(() => office.front.named('chat.update').length > 0)
    const before = office.clock.elapsed()
    await office.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify songs' })
    await office.clock.until(() => office.front.named('chat.postMessage').length === 2)
    expect(office.clock.elapsed() - before).toBeLessThan(4_000)
    isProcessed = true
    await office.clock.until(() => office.delivered())
    expect(typesIn().filter((type) => type === 'image')).toHaveLength(2)
  })

  it('is placed although nobody knows twice whether its edit was', async () => {
    await open(picturesHere)
    let lost = 2
    office.front.inject(({ name, body }) =>
      name === 'chat.update' && body.get('blocks')?.includes('slack_file') === true && lost-- > 0
        ? { body: { ok: false, error: 'internal_error' } }
        : undefined,
    )
    await ask()
    expect(imageIn()).toBeDefined()
  })

  it('is left out where its message was deleted meanwhile', async () => {
    await open(picturesHere)
    office.front.inject(({ name }) =>
      name === 'chat.update' ? { body: { ok: false, error: 'message_not_found' } } : undefined,
    )
    await ask()
    expect(office.front.named('chat.update')).toHaveLength(1)
    expect(office.front.named('chat.postMessage')).toHaveLength(1)
  })

  it('does not take back why a file of its answer was refused before it', async () => {
    const file = { kind: 'file', name: 'one.csv', about: 'The rows', content: 'a\r\n' } as const
    const why = /The file could not be attached \(missing_scope\)/
    const isShown = () => why.test(JSON.stringify(shown()))
    const late: Pictures = {
      async draw(reply) {
        await office.clock.until(isShown)
        return picturesHere.draw(reply)
      },
    }
    office = await openOffice({ songs: () => [chart, file], pictures: late })
    office.front.inject(({ name, body }) =>
      name === 'files.getUploadURLExternal' && body.get('filename') === 'one.csv'
        ? { body: { ok: false, error: 'missing_scope' } }
        : undefined,
    )
    await ask()
    expect(imageIn()).toBeDefined()
    expect(isShown()).toBe(true)
  })

  it.each<[string, Pictures | undefined]>([
    ['has no picture', undefined],
    ['cannot be drawn', { draw: () => Promise.reject(new Error('no memory')) }],
    ['is better read as text', { draw: async () => null }],
  ])('and %s is drawn in weeks', async (_, pictures) => {
    await open(pictures)
    await ask()
    expect(JSON.stringify(shown())).toContain('mean day of each week')
    expect(typesIn()).toContain('data_visualization')
  })

  it('waits while Slack takes no file', async () => {
    await open(picturesHere)
    let refusals = 2
    office.front.inject(({ name }) =>
      name === 'files.getUploadURLExternal' && refusals-- > 0
        ? { body: { ok: false, error: 'service_unavailable' } }
        : undefined,
    )
    await ask()
    expect(imageIn()).toBeDefined()
  })

  it('and cannot be uploaded, or is refused for good, is drawn in weeks', async () => {
    for (const refused of ['files.getUploadURLExternal', 'chat.update'] as const) {
      await open(picturesHere)
      office.front.inject(({ name, body }) =>
        name === refused && (name !== 'chat.update' || body.get('blocks')?.includes('slack_file') === true)
          ? { body: { ok: false, error: name === 'chat.update' ? 'invalid_blocks' : 'missing_scope' } }
          : undefined,
      )
      await ask()
      expect([refused, typesIn().includes('data_visualization')]).toEqual([refused, true])
      expect(imageIn()).toBeUndefined()
      const tries = office.front.calls.filter(
        ({ name, body }) => name === refused && !(body.get('blocks')?.includes('data_visualization') ?? false),
      )
      expect([refused, tries.length]).toEqual([refused, refused === 'chat.update' ? 6 : 1])
      if (refused !== 'chat.update') await office.close()
    }
  })

  it('is a message of its own where the answer is private', async () => {
    await open(picturesHere)
    await ask(random)
    expect(office.front.named('chat.update')).toEqual([])
    expect(imageIn(random)).toBeDefined()
  })

  it('is waited for there too, where only the response URL reaches its reader', async () => {
    await open(picturesHere)
    let refusals = 2
    office.front.inject(({ name, body }) =>
      name === 'response' && body.get('raw')?.includes('slack_file') === true && refusals-- > 0
        ? { body: { ok: false, error: 'invalid_blocks' } }
        : undefined,
    )
    await ask(random)
    expect(imageIn(random)).toBeDefined()
    expect(office.front.named('files.getUploadURLExternal')).toHaveLength(1)
  })
})

it('a picture that only the response URL could bring is given up after three tries, and its days are drawn in weeks', async () => {
  await open(picturesHere)
  office.front.inject(({ name, body }) =>
    name === 'response' && body.get('raw')?.includes('slack_file') === true
      ? { body: { ok: false, error: 'invalid_blocks' } }
      : undefined,
  )
  await ask(random)
  const tries = office.front.named('response').filter(({ body }) => body.get('raw')?.includes('slack_file'))
  expect(tries.map(({ at }, n) => at - (tries[n - 1]?.at ?? at) >= 3_000 * n)).toEqual([true, true, true])
  expect(imageIn(random)).toBeUndefined()
  expect(JSON.stringify(shown(random))).toContain('mean day of each week')
})

describe('bars of a table', () => {
  it('are not drawn beside it', async () => {
    const bars: ChartReply = {
      ...chart,
      type: 'bar',
      categories: ['Undo', 'Revelry'],
      series: [{ name: 'plays', values: [2, 1] }],
    }
    office = await openOffice({
      songs: () => [
        {
          kind: 'table',
          title: 'Top songs',
          columns: ['song', 'plays'],
          rows: [
            ['Undo', 2],
            ['Revelry', 1],
          ],
          total: 2,
        },
        bars,
      ],
    })
    await ask()
    expect(typesIn()).toContain('data_table')
    expect(typesIn()).not.toContain('data_visualization')
  })
})
