import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { createPages, type Pages } from './pages.ts'
import { ada, dataEng, music, openStage, type Stage } from './stage.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 700 }

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text })
const raw = (text: string) => ({ type: 'raw_text' as const, text })
const number = (value: number) => ({ type: 'raw_number' as const, value, text: `${value}` })
const option = (text: string) => ({ text: plain(text), value: text })
const button = (action_id: string, more: object = {}) => ({
  type: 'button',
  action_id,
  text: plain(action_id),
  ...more,
})
const titles = Array.from({ length: 10 }, (_, n) => `The Garden of Room ${n}`)
const axisChart = (type: string, series: readonly string[]) => ({
  type: 'data_visualization',
  title: `Plays as ${type}`,
  chart: {
    type,
    axis_config: { categories: titles, x_label: 'song', y_label: 'plays' },
    series: series.map((name, s) => ({ name, data: titles.map((label, n) => ({ label, value: 40 * s + n })) })),
  },
})
const pie = {
  type: 'data_visualization',
  title: 'Paid and free',
  chart: { type: 'pie', segments: ['free', 'paid', 'other'].map((label, n) => ({ label, value: n + 1 })) },
}
const wideRow = (row: number) => [
  raw(`2018-11-0${row}`),
  ...Array.from({ length: 11 }, (_, n) => number(row * n)),
  raw('Every play is within the dates in the log file names'),
  {
    type: 'action_cell',
    element: button(`row-${row}`, { accessibility_label: `row-${row} of 2018-11-0${row}` }),
    fallback: raw('–'),
  },
]
const dataTable = {
  type: 'data_table',
  caption: 'Top songs',
  rows: [
    [raw('day'), ...Array.from({ length: 12 }, (_, n) => raw(`column ${n}`)), raw('Action')],
    ...[1, 2, 3, 4, 5, 6].map(wideRow),
  ],
}
const controls = [
  button('primary', { style: 'primary' }),
  button('danger', { style: 'danger' }),
  button('plain'),
  { type: 'overflow', action_id: 'more', options: [option('Pause')] },
  {
    type: 'static_select',
    action_id: 'size',
    placeholder: plain('Size'),
    options: [option('small'), option('large')],
  },
  { type: 'timepicker', action_id: 'at', initial_time: '07:00' },
]
const texts: { type: string; [field: string]: unknown }[] = [
  { type: 'header', text: plain('The warehouse') },
  {
    type: 'section',
    text: mrkdwn('*bold* `code` <@U0OTTO0OPER> <https://example.org|a link>\n>quoted'),
  },
  { type: 'divider' },
  { type: 'context', elements: [mrkdwn('Data until <!date^1543536000^{date_short}|30 Nov>')] },
  { type: 'image', image_url: 'https://example.org/a.png', alt_text: 'a chart' },
  { type: 'actions', elements: controls },
]
const steps = {
  type: 'plan',
  title: 'Load',
  tasks: (['complete', 'in_progress', 'pending', 'error'] as const).map((status, n) => ({
    type: 'task_card',
    task_id: `${n}`,
    title: `step ${n}`,
    status,
  })),
}
const fields = [
  ...Array.from({ length: 12 }, (_, n) => ({ type: 'plain_text_input', action_id: `text-${n}` })),
  { type: 'static_select', action_id: 'choice', options: [option('one')] },
  { type: 'timepicker', action_id: 'time' },
  { type: 'conversations_select', action_id: 'channel' },
]
const modal = {
  type: 'modal' as const,
  title: plain('Add a schedule'),
  submit: plain('Add'),
  blocks: fields.map((element) => ({
    type: 'input',
    block_id: element.action_id,
    label: plain(element.action_id),
    hint: plain('a hint'),
    element,
  })),
}

let browser: Browser
let pages: Pages
let stage: Stage
let page: Page
const complaints: string[] = []

/** Axe's findings in what is shown now: all rules in the light, contrast in the dark too. */
async function findings(): Promise<readonly string[]> {
  const run = async (options: object): Promise<readonly string[]> => {
    const results: AxeResults = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
    )
  }
  await page.evaluate(axe)
  const found: string[] = []
  for (const viewport of [desktop, phone]) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme: 'light' })
    found.push(...(await run({})))
    await page.emulateMedia({ colorScheme: 'dark' })
    found.push(...(await run({ runOnly: ['color-contrast'] })))
    await page.emulateMedia({ colorScheme: 'light' })
  }
  return found
}

describe.skipIf(withoutBrowser)(`how the page looks${withoutBrowser}`, { timeout: 60_000 }, () => {
  let thread = ''
  beforeAll(async () => {
    browser = await openBrowser()
    pages = createPages(browser, complaints)
    stage = await openStage({ banner: 'Nothing here touches AWS.', limits: { postBurst: 1_000 } })
    stage.app.action({ action_id: 'plain' }, async ({ ack, body, client }) => {
      await ack()
      await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view: modal })
    })
    const post = (...blocks: { type: string }[]) =>
      stage.client.chat.postMessage({ channel: dataEng, text: 'x', blocks })
    await post(dataTable, axisChart('bar', ['plays']), axisChart('line', ['free', 'paid']))
    await post(pie, axisChart('area', ['plays', 'listeners', 'a', 'b', 'c', 'd']), steps)
    const { ts = '' } = await post(...texts)
    await stage.client.chat.postMessage({ channel: dataEng, thread_ts: ts, text: 'a detail' })
    await stage.client.chat.postEphemeral({ channel: dataEng, user: ada, text: 'for you' })
    await stage.client.chat.postMessage({ channel: music, text: 'unread' })
    await stage.client.views.publish({ user_id: ada, view: { type: 'home', blocks: texts } })
    thread = ts
    page = await pages.open(stage, `/?in=${dataEng}`)
  })
  afterAll(async () => {
    await pages.leave()
    await browser.close()
    await stage.close()
    expect(complaints).toEqual([])
  })

  it('leaves axe nothing to find in a channel, with suggestions and the way to the newest message', async () => {
    await page.fill('main textarea', '@')
    await page.locator('main .messages').evaluate((list) => list.scrollTo(0, 0))
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor()
    expect(await page.getByRole('option').count()).toBeGreaterThan(3)
    expect(await findings()).toEqual([])
  })

  it('breaks no day at its hyphens on a phone, and no sentence into a word a line', async () => {
    await page.setViewportSize(phone)
    const lines = await page.locator('main .data-table th[scope=row]:visible').evaluateAll((cells) =>
      cells.map((cell) => {
        const text = document.createRange()
        text.selectNodeContents(cell)
        return text.getClientRects().length
      }),
    )
    expect(lines).toEqual([1, 1, 1, 1, 1])
    const sentence = page.locator('main .data-table td', { hasText: 'Every play is within' }).first()
    expect(await sentence.evaluate((cell) => cell.clientWidth)).toBeGreaterThan(120)
  })

  it('writes the labels of charts in full, inside the picture', async () => {
    await page.setViewportSize(desktop)
    for (const chart of await page.locator('main .chart:has(.category) svg').all()) {
      expect(await chart.locator('.category').allTextContents()).toEqual(titles)
      const outside = await chart.evaluate((svg) => {
        const frame = svg.getBoundingClientRect()
        return [...svg.querySelectorAll('text')].flatMap((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect()
          const fits = left >= frame.left && right <= frame.right && top >= frame.top && bottom <= frame.bottom
          return fits ? [] : [text.textContent]
        })
      })
      expect(outside).toEqual([])
    }
  })

  it.each(['light', 'dark'] as const)(
    'paints each part of a chart in the colour of its legend: %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme })
      const figure = page.locator('main .chart', { hasText: 'Paid and free' })
      const parts = await figure.locator('path').evaluateAll((all) => all.map((each) => getComputedStyle(each).fill))
      const swatches = await figure
        .locator('.swatch')
        .evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor))
      expect(parts).toEqual(swatches)
      expect(new Set(parts).size).toBe(3)
    },
  )

  it('keeps the first column of a wide table in sight on a phone', async () => {
    await page.setViewportSize(phone)
    const table = page.locator('main .data-table .scroll')
    await table.evaluate((element) => element.scrollTo(10_000, 0))
    const frame = await table.boundingBox()
    for (const cell of await table.locator('tr:not([hidden]) > :first-child').all())
      expect((await cell.boundingBox())?.x).toBeCloseTo((frame?.x ?? 0) + 1, 0)
    const last = await table.locator('thead th').last().boundingBox()
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(phone.width)
  })

  it('leaves axe nothing to find in a form, whose buttons are in sight however long it is', async () => {
    await page.setViewportSize(desktop)
    await page.fill('main textarea', '')
    await page.click('main [data-action-id=plain]')
    const submit = page.getByRole('button', { name: 'Add', exact: true })
    await submit.waitFor()
    for (const size of [desktop, phone]) {
      await page.setViewportSize(size)
      const { y = 0, height = 0 } = (await submit.boundingBox()) ?? {}
      expect(y + height).toBeLessThanOrEqual(size.height)
      await page.locator('.modal-body').evaluate((body) => body.scrollTo(0, body.scrollHeight))
      await page.getByLabel('channel', { exact: true }).waitFor()
    }
    expect(await findings()).toEqual([])
  })

  it('leaves axe nothing to find in a thread', async () => {
    await page.goto(`${stage.origin}/?in=${dataEng}&thread=${thread}`)
    await page.locator('.thread .message', { hasText: 'a detail' }).waitFor()
    expect(await findings()).toEqual([])
  })

  it('leaves axe nothing to find in the Home tab', async () => {
    await page.goto(`${stage.origin}/?in=D0ADA0ADMIN&tab=home`)
    await page.locator('.home .block').first().waitFor()
    expect(await findings()).toEqual([])
  })
})
