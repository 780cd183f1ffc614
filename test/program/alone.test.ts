import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { type BotHere, startBotHere } from './here.ts'
import { type Home, openHomes } from './homes.ts'
import { picture } from './pictures.ts'

const homes = openHomes()
const size = { width: 1100, height: 900 }
const channel = '/?as=U0ADA0ADMIN&in=C0DATAENG00'

let browser: Browser
let bot: BotHere
let page: Page
let home: Home

const message = (text: string) => page.locator('main .message', { hasText: text }).last()

async function say(text: string): Promise<void> {
  await page.fill('main textarea', text)
  await page.press('main textarea', 'Enter')
}

/** The newest log file of the sample, of which one line is spoilt or mended. */
async function changeNewestLog(from: RegExp, to: string): Promise<void> {
  const folder = join(home.SPARKIFY_HOME, 'sample/log_data')
  const files = await readdir(folder, { recursive: true })
  const newest = files
    .filter((file) => file.endsWith('-events.json'))
    .toSorted()
    .at(-1)
  if (newest === undefined) throw new Error('the sample has no log')
  const path = join(folder, newest)
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
}

describe.skipIf(withoutBrowser)(`a bot that is left alone, in a browser${withoutBrowser}`, { timeout: 60_000 }, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    home = await homes.twoDays()
    bot = await startBotHere({
      SPARKIFY_HOME: home.SPARKIFY_HOME,
      SPARKIFY_TWO_PERSON: 'on',
      SPARKIFY_APPROVERS: 'U0OTTO0OPER,U0ADA0ADMIN',
    })
    page = await browser.newPage({ viewport: size, baseURL: bot.origin })
    await page.goto(channel)
  })
  afterAll(async () => {
    await browser.close()
    await bot.stop()
  })

  it('makes the night a schedule, says its next times, and posts it as one message', async () => {
    await say('/sparkify schedule nightly at 03:00')
    const made = message('Schedule 1:')
    await made.waitFor()
    expect(await made.textContent()).toContain('Next times')
    await made.getByRole('button', { name: 'Run now' }).click()
    const night = message('Nightly, run by ada')
    await night.waitFor()
    const said = (await night.textContent()) ?? ''
    expect(said).toContain('vs the week before')
    expect(said).toMatch(/\d+ of \d+ checks green/)
    expect(said).toContain('Details in the thread')
    expect(await night.locator('table tbody tr').count()).toBe(10)
    await picture(page, 'nightly', night)
    await night.getByText(/\d+ repl/).click()
    await page.locator('aside.thread .message', { hasText: 'Steps' }).waitFor()
    await page.goto(channel)
  })

  it('posts an answer every week, when the form under it is filled in', async () => {
    await say('/sparkify top songs 3')
    await message('ada: top-songs n=3').getByRole('button', { name: 'Post this every…' }).click()
    const form = page.locator('dialog')
    await form.locator('[data-block-id=argument-day]').selectOption('mondays')
    await form.locator('[data-block-id=argument-time]').fill('07:30')
    await form.locator('button[type=submit], button.primary').first().click()
    const made = message('Schedule 2: top-songs n=3')
    await made.waitFor()
    expect(await made.textContent()).toContain('mondays at 07:30')
  })

  it('shows how things stand in its Home tab, with buttons for what one may do', async () => {
    await page.goto('/?as=U0ADA0ADMIN&in=D0ADA0ADMIN&tab=home')
    const tab = page.locator('.home')
    await tab.getByText('Upcoming schedules').waitFor()
    await tab.getByText('2 · top-songs n=3').waitFor()
    await picture(page, 'home', tab)
    await tab.getByRole('button', { name: 'Pause' }).first().click()
    await tab.getByRole('button', { name: 'Resume' }).first().waitFor()
    await tab.getByRole('button', { name: 'Resume' }).first().click()
    await page.goto('/?as=U0VERA0VIEW&in=D0VERA0VIEW&tab=home')
    await tab.getByText('Your role here: viewer').waitFor()
    expect(await tab.getByRole('button').allTextContents()).not.toContain('Load again')
    expect(await tab.getByRole('button').allTextContents()).not.toContain('Run now')
    await page.goto(channel)
  })

  it('says of a night that failed what helps, and carries it on at the step that failed', async () => {
    await changeNewestLog(/"registration": *[\d.E]+/, '"registration":"15401O6212796.0"')
    await say('/sparkify schedule run 1')
    const failed = message('etl failed at "Stage events"')
    await failed.waitFor()
    const said = (await failed.textContent()) ?? ''
    expect(said).toContain('registration is "15401O6212796.0", not a number')
    expect(said).toContain('Live tables are untouched')
    expect(await failed.locator('[data-action-id]').allTextContents()).toEqual([
      'Run again',
      'Run again, leaving out this row',
      'Details',
      'Snooze 8 h',
    ])
    await picture(page, 'nightly-failed', failed)
    await changeNewestLog(/"registration":"15401O6212796.0"/, '"registration":1540121279796')
    await failed.getByRole('button', { name: 'Run again', exact: true }).click()
    const mended = message('Nightly, continued by ada')
    await mended.waitFor()
    expect(await mended.textContent()).toMatch(/\d+ of \d+ checks green/)
  })

  it('tears down only when somebody else than the asker has agreed, and says who', async () => {
    await say('/sparkify tear-down')
    const card = message('Someone other than ada must approve this.')
    await card.waitFor()
    expect(await card.textContent()).toContain('@Otto')
    await picture(page, 'approval', card)
    await card.getByRole('button', { name: 'Tear down sparkify' }).click()
    await message('Only visible to you').getByText('Nothing was done').waitFor()
    await page.goto('/?as=U0OTTO0OPER&in=C0DATAENG00')
    await card.getByRole('button', { name: 'Tear down sparkify' }).click()
    const modal = page.locator('dialog')
    await modal.locator('input').fill('sparkify')
    await modal.locator('button.primary, button[type=submit]').first().click()
    await message('is deleted').waitFor()
    await message('Approved by otto').waitFor()
    await say('/sparkify runs command=tear-down')
    await message('Runs').waitFor()
  })
})
