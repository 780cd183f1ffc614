import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { createPages, type Pages } from './pages.ts'
import { ada, dataEng, eventually, music, openStage, otto, type Stage } from './stage.ts'

let browser: Browser
let pages: Pages
let stage: Stage
let page: Page
let actions: Record<string, unknown>[]
const complaints: string[] = []

const homeOfAda = '/?as=U0ADA0ADMIN&in=D0ADA0ADMIN&tab=home'
const open = (path = homeOfAda, options?: BrowserContextOptions) => pages.open(stage, path, options)

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const option = (text: string) => ({ text: plain(text), value: text.toLowerCase() })
const section = (block_id: string, text: string, more: object = {}) => ({
  type: 'section' as const,
  block_id,
  text: { type: 'mrkdwn' as const, text },
  ...more,
})
const overflow = { type: 'overflow' as const, action_id: 'more', options: [option('Pause'), option('Remove')] }
const button = { type: 'button' as const, action_id: 'say', value: 'etl', text: plain('Load') }
const select = { type: 'static_select' as const, action_id: 'size', options: [option('Large'), option('Small')] }
const picker = { type: 'timepicker' as const, action_id: 'at', initial_time: '07:00' }
const deeds = { type: 'actions' as const, block_id: 'deeds', elements: [button, select, picker] }
const publish = (...blocks: (ReturnType<typeof section> | typeof deeds)[]) =>
  stage.client.views.publish({ user_id: ada, view: { type: 'home', blocks } })
const block = (id: string) => page.locator(`.home > #home-${id}`)

describe.skipIf(withoutBrowser)(`the page of the app${withoutBrowser}`, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    pages = createPages(browser, complaints)
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    stage = await openStage({ limits: { postBurst: 1_000 } })
    actions = []
    stage.app.action({ type: 'block_actions' }, async ({ ack, body }) => {
      actions.push(...body.actions.map((action) => ({ ...action })))
      await ack()
    })
  })
  afterEach(async () => {
    await pages.leave()
    await stage.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it('has a Home tab and a Messages tab, and tells the app each time one is opened', async () => {
    const opened: string[] = []
    stage.app.event('app_home_opened', async ({ event, client }) => {
      opened.push(`${event.user} ${event.tab}`)
      if (event.tab === 'home')
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [section('a', 'Hello')] } })
    })
    page = await open('/')
    await page.click('.sidebar >> text=Sparkify >> nth=-1')
    await block('a').waitFor()
    expect(await block('a').textContent()).toContain('Hello')
    expect(await page.locator('.home .nothing').count()).toBe(0)
    expect(await page.locator('.composer').count()).toBe(0)
    await page.click('.tabs >> text=Messages')
    await page.locator('.composer textarea').waitFor()
    expect(await page.locator('.tabs [aria-current]').textContent()).toBe('Messages')
    await page.click('.tabs >> text=Home')
    await block('a').waitFor()
    await page.selectOption('[data-persona]', otto)
    await page.waitForURL(/as=U0OTTO0OPER/)
    await eventually(() => opened.length === 4, 'four times')
    expect(opened).toEqual([`${ada} home`, `${ada} messages`, `${ada} home`, `${otto} home`])
    await block('a').waitFor()
  })

  it('says in Slack’s words that nothing is there yet, until something is published', async () => {
    page = await open()
    expect(await page.locator('.home').textContent()).toContain('This is still a work in progress')
    await publish(section('a', 'Ready'))
    await block('a').waitFor()
    expect(await page.locator('.home').textContent()).not.toContain('work in progress')
  })

  it('presses buttons, chooses in selects and overflow menus, and picks a time once', async () => {
    await publish(section('one', 'Nightly', { accessory: overflow }), deeds)
    page = await open()
    const last = (count: number) => eventually(() => actions.length === count && actions.at(-1), `action ${count}`)
    await page.click('[data-action-id=say]')
    expect(await last(1)).toMatchObject({ type: 'button', block_id: 'deeds', value: 'etl' })
    await page.selectOption('[data-action-id=size]', 'small')
    expect(await last(2)).toMatchObject({ type: 'static_select', selected_option: { value: 'small' } })
    await page.selectOption('[data-action-id=more]', 'pause')
    expect(await last(3)).toMatchObject({ type: 'overflow', block_id: 'one', selected_option: { value: 'pause' } })
    expect(await page.inputValue('[data-action-id=more]')).toBe('')
    await page.selectOption('[data-action-id=more]', 'pause')
    await last(4)
    const time = page.locator('[data-action-id=at]')
    await time.focus()
    await time.pressSequentially('0815PM')
    expect(actions).toHaveLength(4)
    await time.press('Enter')
    expect(await last(5)).toMatchObject({ type: 'timepicker', selected_time: '20:15' })
    await time.focus()
    await time.blur()
    await page.click('[data-action-id=say]')
    await last(6)
    expect(actions.at(-1)).toMatchObject({ type: 'button' })
  })

  it('asks the question of a menu first, and sends nothing when the answer is no', async () => {
    const confirm = { title: plain('Remove it?'), text: plain('It is gone then.'), confirm: plain('Remove') }
    await publish(section('one', 'Nightly', { accessory: { ...overflow, confirm } }))
    page = await open()
    await page.selectOption('[data-action-id=more]', 'remove')
    await page.click('dialog >> text=Cancel')
    await page.selectOption('[data-action-id=more]', 'remove')
    await page.click('dialog button.primary')
    await eventually(() => actions.length > 0, 'the choice')
    expect(actions).toMatchObject([{ selected_option: { value: 'remove' } }])
  })

  it('changes as it is published anew, and leaves alone what has not changed', async () => {
    await publish(
      section('one', 'Running'),
      section('two', 'Nightly', { accessory: overflow }),
      section('three', 'Old'),
    )
    page = await open()
    await block('two').evaluate((element) => element.setAttribute('data-kept', ''))
    await page.focus('[data-action-id=more]')
    await publish(section('zero', 'New'), section('one', 'Done'), section('two', 'Nightly', { accessory: overflow }))
    await block('zero').waitFor()
    const shown = page.locator('.home > .block')
    expect(await shown.allTextContents()).toMatchObject(
      [/New/, /Done/, /Nightly/].map((text) => expect.stringMatching(text)),
    )
    expect(await shown.evaluateAll((all) => all.map(({ id }) => id))).toEqual(['home-zero', 'home-one', 'home-two'])
    expect(await block('two').getAttribute('data-kept')).toBe('')
    expect(await page.evaluate('document.activeElement.dataset.actionId')).toBe('more')
    // What is pressed after that is in the view as it now is.
    await publish(section('two', 'Nightly', { accessory: overflow }), deeds)
    await page.click('[data-action-id=say]')
    await eventually(() => actions.length > 0, 'the press')
  })

  it('says when what was pressed is no longer there', async () => {
    await publish(deeds)
    page = await open()
    // This page waits for the new state for ever.
    await page.route('**/?as=*', () => undefined)
    await publish(section('a', 'Changed'))
    await page.click('[data-action-id=say]')
    await page.locator('.connection', { hasText: 'This page has changed.' }).waitFor()
    expect(actions).toEqual([])
  })

  it('marks new messages on their tab until it is opened', async () => {
    page = await open()
    await stage.client.chat.postMessage({ channel: ada, text: 'psst' })
    await page.locator('.tabs a.unread', { hasText: 'Messages' }).click()
    await page.locator('.message', { hasText: 'psst' }).waitFor()
    await page.click('.tabs >> text=Home')
    await page.locator('.home').waitFor()
    expect(await page.locator('a.unread').count()).toBe(0)
  })

  it('preselects the channel in which a modal was opened, and none for one opened from the Home tab', async () => {
    stage.app.action('say', async ({ body, client }) => {
      const element = { type: 'conversations_select' as const, action_id: 'in', default_to_current_conversation: true }
      const blocks = [
        { type: 'input' as const, block_id: 'channel', label: plain('Channel'), element },
        { type: 'input' as const, block_id: 'time', label: plain('Time'), element: picker },
      ]
      const view = { type: 'modal' as const, title: plain('Post this'), submit: plain('Save'), blocks }
      await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view })
    })
    await stage.client.chat.postMessage({ channel: music, text: 'x', blocks: [deeds] })
    await publish(deeds)
    page = await open(`/?in=${music}`)
    await page.click('[data-action-id=say]')
    expect(await page.getByLabel('Channel', { exact: true }).inputValue()).toBe(music)
    expect(await page.getByLabel('Time').last().inputValue()).toBe('07:00')
    await page.getByLabel('Channel', { exact: true }).selectOption(dataEng)
    await page.click('dialog >> text=Cancel')
    await page.goto(`${stage.origin}${homeOfAda}`)
    await page.click('[data-action-id=say]')
    expect(await page.getByLabel('Channel', { exact: true }).inputValue()).toBe('')
  })

  it.each<BrowserContextOptions>([
    { colorScheme: 'light' },
    { colorScheme: 'dark', viewport: { width: 360, height: 640 } },
  ])('fits its window, and can be used with the keyboard: %o', async (options) => {
    await publish(section('one', 'x'.repeat(300), { accessory: overflow }), deeds)
    page = await open(homeOfAda, options)
    const width = page.viewportSize()?.width ?? 0
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    const menu = await page.locator('[data-action-id=more]').boundingBox()
    expect((menu?.x ?? width) + (menu?.width ?? 0)).toBeLessThanOrEqual(width)
    for (const id of ['more', 'say', 'size', 'at']) {
      await page.locator(`[data-action-id=${id}]`).focus()
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none')
    }
  })
})
