import type { Block, KnownBlock } from '@slack/types'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { createPages, type Pages } from './pages.ts'
import { ada, dataEng, eventually, music, openStage, otto, random, type Stage } from './stage.ts'

let browser: Browser
let pages: Pages
let stage: Stage
let page: Page
const complaints: string[] = []

const open = (path = '/', options?: BrowserContextOptions) => pages.open(stage, path, options)

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } })
const goButton = { type: 'button' as const, action_id: 'go', value: 'etl', text: plain('Load') }
const actions = (button: object = {}) => ({
  type: 'actions' as const,
  block_id: 'next',
  elements: [{ ...goButton, ...button }],
})
const raw = (text: string) => ({ type: 'raw_text' as const, text })
const number = (value: number) => ({ type: 'raw_number' as const, value, text: `${value}` })
const plan = (...states: ('complete' | 'in_progress' | 'pending' | 'error')[]) => ({
  type: 'plan' as const,
  block_id: 'steps',
  title: 'Load',
  tasks: states.map((status, n) => ({ type: 'task_card' as const, task_id: `${n}`, title: `step ${n}`, status })),
})
const post = (...blocks: (KnownBlock | Block)[]) =>
  stage.client.chat.postMessage({ channel: dataEng, text: 'fallback', blocks }).then(({ ts = '' }) => ts)
const type = async (text: string) => {
  await page.fill('main textarea', text)
  await page.press('main textarea', 'Enter')
}
const message = (text: string) => page.locator('main .message', { hasText: text })

describe.skipIf(withoutBrowser)(`the page${withoutBrowser}`, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    pages = createPages(browser, complaints)
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    stage = await openStage({ banner: 'Nothing here touches AWS.', limits: { postBurst: 1_000 } })
    page = await open()
  })
  afterEach(async () => {
    await pages.leave()
    await stage.close()
    // No error, no blocked style or script, and no request to anywhere but here.
    expect(complaints.splice(0)).toEqual([])
  })

  it('opens in the first channel as the first person, empty, with what to do', async () => {
    expect(await page.title()).toBe('#data-eng · Sparkify')
    expect(await page.locator('.hint').textContent()).toContain('/sparkify help')
    expect(await page.locator('.banner').textContent()).toBe('Nothing here touches AWS.')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
  })

  it('takes words, choices and clicks only where what sends them is there: none are lost to a page that comes or goes', async () => {
    let pressed = 0
    stage.app.action('go', async ({ ack }) => {
      await ack()
      pressed++
    })
    await post(actions())
    const box = page.locator('main textarea')
    let arrive: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route('**/page/client.js', (route) => held.then(() => route.continue()), { times: 1 })
    await page.goto(`${stage.origin}/`, { waitUntil: 'commit' })
    await box.waitFor()
    expect(await box.isEditable()).toBe(false)
    expect(await page.locator('select[data-persona]').isEnabled()).toBe(false)
    const clicked = page.click('[data-action-id=go]')
    await Promise.race([clicked, page.waitForFunction('document.body.inert')])
    arrive()
    await clicked
    await eventually(() => pressed === 1, 'the press')
    await type('first')
    await message('first').waitFor()
    await page.selectOption('select[data-persona]', { label: 'Otto, operator' })
    await type('second')
    await message('second').waitFor()
  })

  it('shows messages as they come and as they change, mentions and code included', async () => {
    const ts = await post(section('<@U0OTTO0OPER>: `etl` in <#C0MUSIC0000|music>, *41 s* &amp; &lt;done&gt;'))
    await message('@Otto: etl in #music, 41 s & <done>').waitFor()
    expect(await page.locator('.message strong', { hasText: '41 s' }).count()).toBe(1)
    expect(await page.locator('[aria-live=polite]').textContent()).toBe('Sparkify: fallback')
    await stage.client.chat.update({ channel: dataEng, ts, text: 'over' })
    await message('over').waitFor()
    expect(await page.locator('[aria-live=polite]').textContent()).toBe('Sparkify: fallback')
    expect(await page.locator('.message').count()).toBe(1)
    expect(await page.locator('.hint').textContent()).toBe('')
  })

  it('reads news aloud without painting it over the page, however long they are, and shows the skip link on focus', async () => {
    await stage.client.chat.postMessage({ channel: dataEng, text: 'a long night, told in one line; '.repeat(40) })
    await message('a long night').waitFor()
    const spoken = page.locator('[aria-live=polite]')
    expect(await spoken.textContent()).toContain('a long night')
    const { width = 0, height = 0 } = (await spoken.boundingBox()) ?? {}
    expect(Math.max(width, height)).toBeLessThanOrEqual(1)
    const skip = page.getByRole('link', { name: 'Skip to the message box' })
    expect((await skip.boundingBox())?.width).toBeLessThanOrEqual(1)
    await skip.focus()
    expect((await skip.boundingBox())?.width).toBeGreaterThan(100)
  })

  it('keeps the words of a message when its blocks cannot be rendered, and does not take markup for HTML', async () => {
    await stage.workspace.users.send({
      as: ada,
      channel: dataEng,
      text: '<img src=x onerror=alert(1)> 1 * 2 * 3\n# first line',
    })
    await message('<img src=x onerror=alert(1)> 1 * 2 * 3').waitFor()
    expect(await message('# first line').count()).toBe(1)
    expect(await page.locator('.message img').count()).toBe(0)
  })

  it('sends a command with Enter, keeps the line for the up arrow, and shows the answer to the asker alone', async () => {
    stage.app.command('/sparkify', async ({ ack, command }) => ack(`you asked ${command.text}`))
    const vera = await open('/?as=U0VERA0VIEW')
    await type('/sparkify top songs')
    await message('you asked top songs').waitFor()
    expect(await message('you asked top songs').textContent()).toContain('Only visible to you')
    await page.press('main textarea', 'ArrowUp')
    expect(await page.inputValue('main textarea')).toBe('/sparkify top songs')
    await page.press('main textarea', 'ArrowDown')
    expect(await page.inputValue('main textarea')).toBe('')
    await type('and now everybody')
    await vera.locator('.message', { hasText: 'and now everybody' }).waitFor()
    expect(await vera.locator('.message').count()).toBe(1)
  })

  it('says when a command fails', async () => {
    stage.workspace.connect({ origin: stage.origin, deliver: 'http://127.0.0.1:1/slack/events' })
    await type('/sparkify')
    await message('/sparkify failed with the error "dispatch_failed"').waitFor()
  })

  it('lets one change who one is', async () => {
    await page.selectOption('[data-persona]', otto)
    await page.waitForURL(/as=U0OTTO0OPER/)
    await type('hello')
    await message('hello').waitFor()
    expect(stage.workspace.messages(dataEng, otto)).toMatchObject([{ user: otto, text: 'hello' }])
  })

  it('presses a button after its question, and not when the answer is no', async () => {
    let pressed = 0
    stage.app.action('go', async ({ ack }) => {
      await ack()
      pressed++
    })
    const confirm = {
      title: plain('Load again?'),
      text: plain('It takes a minute.'),
      confirm: plain('Load'),
      deny: plain('Not now'),
      style: 'danger',
    }
    await post(actions({ confirm, style: 'primary' }))
    const button = page.locator('.message button[data-action-id=go]')
    expect(await button.getAttribute('data-block-id')).toBe('next')
    expect(await button.getAttribute('value')).toBe('etl')
    await button.click()
    await page.click('dialog >> text=Not now')
    await button.click()
    expect(await page.locator('dialog').textContent()).toContain('It takes a minute.')
    await page.click('dialog button.danger')
    await eventually(() => pressed > 0, 'the press')
    expect(pressed).toBe(1)
    expect(await page.locator('dialog').count()).toBe(0)
  })

  it('chooses in a select', async () => {
    let chosen: unknown
    stage.app.action('size', async ({ ack, action }) => {
      await ack()
      chosen = action
    })
    const options = ['large', 'xlplus'].map((value) => ({ text: plain(value), value }))
    await post({
      type: 'actions',
      elements: [
        {
          type: 'static_select',
          action_id: 'size',
          placeholder: plain('Other size'),
          options,
        },
      ],
    })
    await page.selectOption('[data-action-id=size]', 'xlplus')
    await eventually(() => chosen !== undefined, 'the choice')
    expect(chosen).toMatchObject({ selected_option: { value: 'xlplus' } })
  })

  it('opens a modal, shows the errors at their fields and closes it when it is taken', async () => {
    stage.app.action('go', async ({ ack, body, client }) => {
      await ack()
      const element = { type: 'plain_text_input' as const, action_id: 'typed' }
      const blocks = [
        section('This deletes *everything*.'),
        { type: 'input' as const, block_id: 'word', label: plain('Name of the cluster'), element },
      ]
      const view = {
        type: 'modal' as const,
        callback_id: 'typed',
        title: plain('Tear down?'),
        submit: plain('Tear down'),
        blocks,
      }
      await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view })
    })
    stage.app.view('typed', async ({ ack, view }) => {
      const right = view.state.values['word']?.['typed']?.value === 'sparkify'
      await (right ? ack() : ack({ response_action: 'errors', errors: { word: 'That is not its name.' } }))
    })
    await post(actions())
    await page.click('[data-action-id=go]')
    const field = page.getByLabel('Name of the cluster')
    await field.waitFor()
    await field.press('Enter')
    await page.locator('dialog .error', { hasText: 'Please complete this required field.' }).waitFor()
    await field.fill('spotify')
    await page.click('dialog [type=submit]')
    await page.locator('dialog .error', { hasText: 'That is not its name.' }).waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('sparkify')
    await page.click('dialog [type=submit]')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.click('[data-action-id=go]')
    await field.waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
  })

  it('shows the steps of a run with marks that are also words, and keeps a closed list closed', async () => {
    const ts = await post(plan('complete', 'in_progress', 'pending', 'error'))
    await page.locator('.plan').waitFor()
    const marks = page.locator('.plan .mark')
    expect(await marks.allTextContents()).toEqual(['✓', '●', '○', '✗'])
    expect(await marks.first().getAttribute('aria-label')).toBe('complete')
    await page.click('.plan summary')
    await stage.client.chat.update({
      channel: dataEng,
      ts,
      text: 'x',
      blocks: [plan('complete', 'complete', 'complete', 'complete')],
    })
    await page.locator('.plan', { hasText: '4 of 4 steps' }).waitFor()
    expect(await page.locator('.plan').getAttribute('open')).toBeNull()
  })

  it('pages through a data table and sorts it by numbers as numbers', async () => {
    const rows = Array.from({ length: 12 }, (_, n) => [raw(`song ${n}`), number((n * 7) % 12)])
    await post({ type: 'data_table', caption: 'Top songs', page_size: 5, rows: [[raw('song'), raw('plays')], ...rows] })
    const plays = page.locator('.data-table tbody tr:not([hidden]) td')
    await plays.first().waitFor()
    expect(await plays.allTextContents()).toEqual(['0', '7', '2', '9', '4'])
    await page.click('.data-table >> text=Next')
    await page.click('.data-table >> text=Next')
    expect(await page.locator('.pages').textContent()).toContain('11–12 of 12')
    await page.click('th >> text=plays')
    expect(await plays.allTextContents()).toEqual(['0', '1', '2', '3', '4'])
    await page.click('th >> text=plays')
    expect(await plays.allTextContents()).toEqual(['11', '10', '9', '8', '7'])
    expect(await page.locator('th', { hasText: 'plays' }).getAttribute('aria-sort')).toBe('descending')
    expect(await page.locator('caption').textContent()).toBe('Top songs')
  })

  it('draws charts, tables, headers, fields and files', async () => {
    const data = ['Mon', 'Tue'].map((label, n) => ({ label, value: n + 1 }))
    const chart = { type: 'bar', series: [{ name: 'plays', data }], axis_config: { categories: ['Mon', 'Tue'] } }
    const visualization: { type: string } = Object.assign(
      { type: 'data_visualization' },
      { title: 'Plays by day', chart },
    )
    await post(
      { type: 'header', text: plain('Pulse') },
      visualization,
      {
        type: 'table',
        rows: [
          [raw('table'), raw('rows')],
          [raw('songplays'), number(6820)],
        ],
        column_settings: [{}, { align: 'right' }],
      },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'data until <!date^1543536000^{date_short}|30 Nov>' }] },
    )
    await page.locator('.message svg[role=img]').waitFor()
    expect(await page.locator('.message svg rect').count()).toBeGreaterThanOrEqual(2)
    expect(await page.locator('.message th').allTextContents()).toEqual(['table', 'rows'])
    expect(await message('data until').textContent()).toMatch(/data until (29|30) Nov 2018/)
    await stage.client.filesUploadV2({
      channel_id: dataEng,
      filename: 'top songs.csv',
      file: Buffer.from('a,b\n'),
    })
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('.file')])
    expect(download.suggestedFilename()).toBe('top songs.csv')
  })

  it('shows a thread beside the channel and counts its replies', async () => {
    const ts = await post(section('the run'))
    await stage.client.chat.postMessage({ channel: dataEng, thread_ts: ts, text: 'a detail' })
    await message('1 reply').waitFor()
    await page.click('text=1 reply')
    await page.locator('.thread .message', { hasText: 'a detail' }).waitFor()
    await page.fill('.thread textarea', 'thanks')
    await page.press('.thread textarea', 'Enter')
    await page.locator('.thread .message', { hasText: 'thanks' }).waitFor()
    await message('2 replies').waitFor()
    expect(await page.locator('main .message').count()).toBe(1)
    await page.click('[aria-label="Close thread"]')
    await page.locator('.thread').waitFor({ state: 'detached' })
  })

  it('marks a channel with something new until it is opened', async () => {
    await stage.client.chat.postMessage({ channel: music, text: 'psst' })
    await page.locator('.sidebar a.unread', { hasText: 'music' }).click()
    await message('psst').waitFor()
    await page.click('.sidebar >> text=data-eng')
    expect(await page.locator('.sidebar a.unread').count()).toBe(0)
  })

  it('says where the bot is missing and stops when it is invited', async () => {
    await page.goto(`${stage.origin}/?in=${random}`)
    expect(await page.locator('.hint').textContent()).toContain('/invite @Sparkify')
    await type('/invite @Sparkify')
    await message('was added to the channel').waitFor()
    expect(await page.locator('.hint').textContent()).toBe('')
  })

  it('says when the connection is lost', async () => {
    await page.waitForLoadState('load')
    await page.route('**/page/**', (route) => route.abort())
    stage.workspace.close()
    await page.locator('.connection', { hasText: 'Connection lost' }).waitFor()
    await type('unsent')
    await page.locator('.connection', { hasText: 'Not sent' }).waitFor()
    expect(await page.inputValue('main textarea')).toBe('unsent')
    // The browser complains of the requests it could not make.
    complaints.length = 0
  })

  it('fits a phone, and can be used with the keyboard', async () => {
    await post(
      section('x'.repeat(300)),
      {
        type: 'data_table',
        caption: 'Wide',
        rows: Array.from({ length: 3 }, () => Array.from({ length: 20 }, () => raw('a wide cell'))),
      },
      actions(),
    )
    const phone = await open('/', { viewport: { width: 360, height: 640 } })
    await phone.locator('.data-table').waitFor()
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    expect(await phone.locator('[data-persona]').isVisible()).toBe(true)
    await phone.locator('[data-action-id=go]').focus()
    expect(await phone.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none')
  })
})
