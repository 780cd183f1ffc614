import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { createPages, type Pages } from './pages.ts'
import { ada, dataEng, eventually, openStage, type Stage } from './stage.ts'

let browser: Browser
let pages: Pages
let stage: Stage
let page: Page
const complaints: string[] = []

const hints = [
  { text: '/sparkify top-songs', summary: 'The most played songs', role: 'viewer' as const },
  { text: '/sparkify top-users', summary: 'The most active users', role: 'viewer' as const },
  { text: '/sparkify etl', summary: 'Loads the warehouse', role: 'operator' as const },
]
const plain = (text: string) => ({ type: 'plain_text' as const, text })
const actions = { type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Details') }] }
const box = () => page.locator('main textarea')
const suggestions = () => page.locator('main [role=option]:visible b').allTextContents()
const message = (text: string) => page.locator('main .message', { hasText: text })
const post = (text: string, ...blocks: { type: string }[]) =>
  stage.client.chat.postMessage({
    channel: dataEng,
    text,
    ...(blocks.length > 0 && { blocks: [{ type: 'section', text: plain(text) }, ...blocks] }),
  })
/** How far the newest message is from the end of what is shown, in pixels. */
const belowTheEnd = () =>
  page.locator('main .messages').evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight)
const scrollUp = () => page.locator('main .messages').evaluate((list) => list.scrollTo(0, 0))
const jump = () => page.getByRole('button', { name: 'Jump to latest' })

/** More messages than the window is high, the first with a button. */
async function fill(): Promise<void> {
  await post('the first', actions)
  for (let n = 0; n < 20; n++) await stage.workspace.users.send({ as: ada, channel: dataEng, text: `line ${n}` })
  await message('line 19').waitFor()
}

describe.skipIf(withoutBrowser)(`the box of the page${withoutBrowser}`, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    pages = createPages(browser, complaints)
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    stage = await openStage({ hints, limits: { postBurst: 1_000 } })
    page = await pages.open(stage, '/')
  })
  afterEach(async () => {
    await pages.leave()
    await stage.close()
    expect(complaints.splice(0)).toEqual([])
  })

  it('completes commands, people and channels by Tab, arrows or a click, and only what the person may run', async () => {
    stage.app.command('/sparkify', ({ ack }) => ack())
    await box().pressSequentially('/sparkify top')
    expect(await suggestions()).toEqual(['/sparkify top-songs', '/sparkify top-users'])
    await box().press('ArrowDown')
    await box().press('ArrowDown')
    expect(await page.locator('[aria-selected=true]').textContent()).toContain('top-users')
    await box().press('Tab')
    expect(await box().inputValue()).toBe('/sparkify top-users ')
    expect(await suggestions()).toEqual([])
    await box().fill('/sparkify songs')
    await page.getByRole('option', { name: 'top-songs' }).click()
    expect(await box().inputValue()).toBe('/sparkify top-songs ')
    await box().pressSequentially('in #mu')
    await box().press('Tab')
    expect(await box().inputValue()).toBe('/sparkify top-songs in #music ')
    await box().fill('hello @ot')
    await box().press('ArrowDown')
    await box().press('Enter')
    expect(await box().inputValue()).toBe('hello @otto ')
    await box().fill('@')
    await box().press('Escape')
    expect(await suggestions()).toEqual([])
    await page.goto(`${stage.origin}/?as=U0VERA0VIEW`)
    await box().fill('/sparkify ')
    expect(await suggestions()).toEqual(['/sparkify top-songs', '/sparkify top-users'])
    await box().fill('/sparkify etl')
    await box().press('Enter')
    expect(await box().inputValue()).toBe('')
    await page.click('.sidebar >> text=random')
    await box().fill('/inv')
    await box().press('Tab')
    expect(await box().inputValue()).toBe('/invite @Sparkify ')
  })

  it('keeps the draft of each conversation, also after a reload, until it is sent', async () => {
    await box().fill('for the engineers')
    await page.click('.sidebar >> text=music')
    await expect.poll(() => box().inputValue()).toBe('')
    await box().fill('for the music')
    await page.reload()
    await expect.poll(() => box().inputValue()).toBe('for the music')
    await page.click('.sidebar >> text=data-eng')
    await expect.poll(() => box().inputValue()).toBe('for the engineers')
    await box().press('Enter')
    await message('for the engineers').waitFor()
    await page.reload()
    await expect.poll(() => box().inputValue()).toBe('')
  })

  it('jumps to the newest message at once when one sends, and at the answer to a click; otherwise it offers to', async () => {
    stage.app.command('/sparkify', ({ ack }) => ack())
    stage.app.action('go', async ({ ack, respond }) => {
      await ack()
      await respond({ text: 'the details', response_type: 'ephemeral', replace_original: false })
    })
    await fill()
    expect(await jump().isVisible()).toBe(false)
    await scrollUp()
    await jump().waitFor()
    await post('news')
    await message('news').waitFor()
    expect(await belowTheEnd()).toBeGreaterThan(200)
    await jump().click()
    expect(await belowTheEnd()).toBeLessThan(2)
    await jump().waitFor({ state: 'hidden' })
    await scrollUp()
    await page.click('[data-action-id=go]')
    await message('the details').waitFor()
    expect(await belowTheEnd()).toBeLessThan(2)
    await scrollUp()
    await box().fill('/sparkify status')
    await box().press('Enter')
    expect(await belowTheEnd()).toBeLessThan(2)
    await scrollUp()
    await box().fill('mine')
    await box().press('Enter')
    await message('mine').waitFor()
    expect(await belowTheEnd()).toBeLessThan(2)
  })

  it('shows before any answer that the bot is working, and names the command in a private answer', async () => {
    const waiting: (() => void)[] = []
    stage.app.command('/sparkify', async ({ ack, respond }) => {
      await ack()
      await new Promise<void>((resolve) => waiting.push(resolve))
      await respond({ text: 'here you are', response_type: 'ephemeral' })
    })
    const progress = page.locator('main .progress')
    expect(await progress.isVisible()).toBe(false)
    await box().fill('/sparkify help top songs')
    await box().press('Enter')
    await progress.waitFor()
    expect(await progress.textContent()).toBe('Sparkify is working…')
    const answer = await eventually(() => waiting[0], 'the command')
    answer()
    await message('here you are').waitFor()
    expect(await message('here you are').locator('header').textContent()).toContain('/sparkify help top songs')
    await progress.waitFor({ state: 'hidden' })
    await box().fill('a word among people')
    await box().press('Enter')
    await message('a word among people').waitFor()
    expect(await progress.isVisible()).toBe(false)
  })
})
