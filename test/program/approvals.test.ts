import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { type BotHere, sayHere, startBotHere } from './here.ts'
import { openHomes } from './homes.ts'

const homes = openHomes()
const message = (page: Page, text: string) => page.locator('main .message', { hasText: text }).last()
const button = (page: Page, of: string, name: string) => message(page, of).getByRole('button', { name })

async function say(page: Page, text: string): Promise<void> {
  await page.fill('main textarea', text)
  await page.press('main textarea', 'Enter')
}

describe.skipIf(withoutBrowser)(`two persons in a browser each${withoutBrowser}`, { timeout: 60_000 }, () => {
  const label = 'Tear down sparkify'
  let browser: Browser
  let bot: BotHere
  let ada: Page
  let otto: Page
  let env: Parameters<typeof startBotHere>[0]

  beforeAll(async () => {
    browser = await openBrowser()
    const { SPARKIFY_HOME } = await homes.twoDays()
    env = { SPARKIFY_HOME, SPARKIFY_TWO_PERSON: 'on', SPARKIFY_APPROVERS: 'U0OTTO0OPER' }
    bot = await startBotHere(env)
    const open = async (id: string): Promise<Page> => {
      const page = await browser.newPage({ baseURL: bot.origin })
      await page.goto(`/?as=${id}&in=C0DATAENG00`)
      return page
    }
    ada = await open('U0ADA0ADMIN')
    otto = await open('U0OTTO0OPER')
    await say(ada, '/sparkify spin-up')
    await message(ada, 'is available on this machine').waitFor()
  })
  afterAll(async () => {
    await browser.close()
    await bot.stop()
  })

  it('what one asks for, the other can reject', async () => {
    await say(ada, '/sparkify tear-down')
    await message(otto, '@Otto Someone other than ada must approve this.').waitFor()
    await button(ada, 'Tear down sparkify?', label).click()
    await message(ada, 'so someone else must approve it').waitFor()
    await button(otto, 'Tear down sparkify?', 'Reject').click()
    await otto.locator('dialog input').fill('The month is not closed yet.')
    await otto.locator('dialog').getByRole('button', { name: 'Reject' }).click()
    await message(ada, 'The month is not closed yet.').waitFor()
  })

  it('what one asks for, the other approves by typing its name, and it is done in the name of the first', async () => {
    await say(ada, '/sparkify tear-down')
    await message(otto, 'Someone other than ada must approve this.').waitFor()
    await button(otto, 'Someone other than ada', label).click()
    await otto.locator('dialog input').fill('sparkify')
    await otto.locator('dialog').getByRole('button', { name: label }).click()
    await message(ada, 'Approved by otto: Tear down sparkify').waitFor()
    await message(ada, 'ada: tear-down').waitFor()
    await message(ada, 'is deleted').waitFor()
  })

  it('a terminal beside them cannot do it alone, whatever is confirmed', async () => {
    await say(ada, '/sparkify spin-up')
    await message(ada, 'is available on this machine').waitFor()
    const { status, stderr } = await sayHere('tear-down --confirm sparkify', env)
    expect(status).toBe(2)
    expect(stderr).toContain('Someone else must approve tear-down, which nobody can do from a terminal.')
  })
})
