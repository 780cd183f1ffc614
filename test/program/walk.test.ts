import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'
import { type BotHere, startBotHere } from './here.ts'
import { type Home, openHomes } from './homes.ts'
import { picture } from './pictures.ts'

const homes = openHomes()

let browser: Browser
let bot: BotHere
let page: Page

const message = (text: string) => page.locator('main .message', { hasText: text }).last()

async function say(text: string): Promise<void> {
  await page.fill('main textarea', text)
  await page.press('main textarea', 'Enter')
}

async function be(person: 'Ada' | 'Otto' | 'Vera'): Promise<void> {
  const part = { Ada: 'admin', Otto: 'operator', Vera: 'viewer' }[person]
  await page.selectOption('select[data-persona]', { label: `${person}, ${part}` })
  await page.locator(`select[data-persona] option:checked`, { hasText: person }).waitFor({ state: 'attached' })
}

describe.skipIf(withoutBrowser)(`the walk in a browser${withoutBrowser}`, { timeout: 60_000 }, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    const { SPARKIFY_HOME }: Home = await homes.twoDays()
    // Nothing else is set: this is what a newcomer gets, sample data included.
    bot = await startBotHere({ SPARKIFY_HOME })
    page = await browser.newPage({ viewport: { width: 1100, height: 820 }, baseURL: bot.origin })
    await page.goto('/')
  })
  afterAll(async () => {
    await browser.close()
    await bot.stop()
  })

  it('begins with what this is, and three buttons in order', async () => {
    const first = message("I am Sparkify's warehouse bot.")
    await first.waitFor()
    expect(await first.getByRole('button').allTextContents()).toEqual(['Spin up', 'Load', 'Top songs'])
  })

  it('spins up, loads and answers, by the buttons', async () => {
    const first = message("I am Sparkify's warehouse bot.")
    await first.getByRole('button', { name: 'Spin up' }).click()
    await message('is available on this machine').waitFor()
    await first.getByRole('button', { name: 'Load' }).click()
    await message('events and 400 songs read').waitFor()
    await first.getByRole('button', { name: 'Top songs' }).click()
    const answer = message('ada: top-songs')
    await answer.waitFor()
    expect(await answer.locator('table tbody tr').count()).toBeGreaterThan(4)
    expect(await answer.textContent()).toContain('Data until 14 Nov 2018')
    await picture(page, 'answers', answer)
    await say('/sparkify active-users')
    await message('ada: active-users').locator('svg').first().waitFor()
  })

  it('goes on from an answer: how it was asked for, another question filled in a form', async () => {
    await message('ada: top-songs').getByRole('button', { name: 'Source' }).click()
    await message('limit :n').waitFor()
    await say('/sparkify help top songs')
    await message('Parameters of top-songs').getByRole('button', { name: 'With parameters…' }).click()
    const form = page.locator('dialog')
    await form.locator('[data-block-id=argument-n]').fill('many')
    await form.locator('[data-block-id=argument-level]').selectOption('paid')
    await form.getByRole('button', { name: 'Ask' }).click()
    await form.getByText('Enter a whole number from 1 to 1,000.').waitFor()
    await form.locator('[data-block-id=argument-n]').fill('5')
    await form.getByRole('button', { name: 'Ask' }).click()
    await message('ada: top-songs n=5 level=paid').waitFor()
  })

  it('answers a mention in its thread, and plain words in direct messages, from where they are shared', async () => {
    await say('@Sparkify top songs 3')
    await message('@Sparkify top songs 3').getByText('1 reply').click()
    const thread = page.locator('aside.thread')
    await thread.locator('.message', { hasText: 'Data until' }).waitFor()
    await thread.locator('textarea').fill('@Sparkify timeframe')
    await thread.locator('textarea').press('Enter')
    await thread.locator('.message', { hasText: 'First play' }).waitFor()
    await page.goto('/?as=U0ADA0ADMIN&in=D0ADA0ADMIN')
    await say('top songs 3')
    await message('Data until').locator('select.overflow').selectOption({ label: 'Share…' })
    await page.locator('dialog [data-block-id=argument-channel]').selectOption({ label: '# music' })
    await page.locator('dialog').getByRole('button', { name: 'Share' }).click()
    await message('is shared in').waitFor()
    await page.goto('/?as=U0ADA0ADMIN&in=C0MUSIC0000')
    await message('ada shares result').waitFor()
    await page.goto('/?as=U0ADA0ADMIN&in=C0DATAENG00')
  })

  it('checks, each table in a message of its own', async () => {
    await say('/sparkify qa')
    const checks = message('ada: qa')
    await checks.waitFor()
    expect(await checks.textContent()).toMatch(/\d+ of \d+ checks green/)
  })

  it('shows a viewer what he may do, and refuses the rest with his own id', async () => {
    await be('Vera')
    await say('/sparkify etl')
    const refusal = message('etl needs an operator')
    await refusal.waitFor()
    expect(await refusal.textContent()).toContain('You are U0VERA0VIEW, viewer here. Nothing was done.')
    expect(await refusal.textContent()).toContain('Ask @Ada, @Otto.')
    expect(await refusal.textContent()).toContain('Only visible to you')
    await say('/sparkify help')
    const help = message('Your role here: viewer')
    await help.waitFor()
    expect(await help.textContent()).not.toContain('tear-down')
    await say('/sparkify tpo songs')
    await message('Did you mean top-songs').waitFor()
  })

  it('makes a schedule and lists it', async () => {
    await be('Otto')
    await say('/sparkify schedule add "etl; qa checks; top songs 10" daily at 03:00 in #music')
    const made = message('Schedule 1:')
    await made.waitFor()
    expect(await made.textContent()).toContain('in #music')
    expect(await made.textContent()).toContain('Next times')
    await say('/sparkify schedule list')
    await message('Schedules').waitFor()
  })

  it('does not post where it is not, and says how to change that', async () => {
    await page.goto('/?as=U0ADA0ADMIN&in=C0RANDOM000')
    await say('/sparkify etl')
    await message('/invite @Sparkify').waitFor()
    await say('/invite @Sparkify')
    await say('/sparkify top songs 3')
    await message('ada: top-songs').waitFor()
  })

  it('tears down only when the name of the cluster has been typed', async () => {
    await page.goto('/?as=U0ADA0ADMIN&in=C0DATAENG00')
    await say('/sparkify tear-down')
    await message('Tear down sparkify?').waitFor()
    await message('Tear down sparkify?').getByRole('button', { name: 'Tear down sparkify' }).click()
    const modal = page.locator('dialog')
    await modal.locator('input').fill('sparkfy')
    await modal.locator('button.primary, button[type=submit]').first().click()
    await modal.getByText('sparkify', { exact: false }).first().waitFor()
    expect(await modal.isVisible()).toBe(true)
    await modal.locator('input').fill('sparkify')
    await modal.locator('button.primary, button[type=submit]').first().click()
    await message('is deleted').waitFor()
    await say('/sparkify top songs')
    await message('There is no cluster sparkify yet.').waitFor()
  })
})
