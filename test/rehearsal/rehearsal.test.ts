import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../program/pictures.ts'
import { freePort, until } from '../program/program.ts'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
// A lease warns at the next full minute.
const timeout = 120_000

let browser: Browser
let page: Page
let rehearsal: ChildProcess
let printed = ''

const message = (text: string | RegExp) => page.locator('main .message', { hasText: text }).last()

async function say(text: string): Promise<void> {
  await page.fill('main textarea', text)
  await page.press('main textarea', 'Enter')
}

/** Waits, longer than Playwright does by itself, until such a message stands there. */
async function reads(text: string | RegExp) {
  await message(text).waitFor({ timeout })
  return message(text)
}

// What `npm run rehearsal` does first.
beforeAll(() => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', join(root, 'test/rehearsal/tsconfig.json')], { stdio: 'inherit' })
})

/** Starts what is built. */
async function startRehearsal(...args: readonly string[]): Promise<string> {
  rehearsal = spawn(process.execPath, [join(root, 'dist/rehearsal/rehearsal/main.js'), ...args], {
    env: { ...process.env, SPARKIFY_PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  printed = ''
  rehearsal.stdout?.on('data', (chunk) => {
    printed += chunk
  })
  return until('the rehearsal prints its address', () => /Open (\S+)/.exec(printed)?.[1])
}

describe.skipIf(withoutBrowser)(`the rehearsal in a browser${withoutBrowser}`, { timeout: 2 * timeout }, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    const address = await startRehearsal()
    const baseURL = new URL(address).origin
    page = await browser.newPage({ viewport: { width: 1100, height: 820 }, baseURL })
    await page.goto(address)
  }, timeout)
  afterAll(async () => {
    await browser.close()
    rehearsal.kill('SIGKILL')
  })

  it('says what it is in at most five lines, and above the messages', async () => {
    expect(printed.trim().split('\n').length).toBeLessThanOrEqual(5)
    expect(await page.locator('.banner').textContent()).toContain('Rehearsal: no AWS account is used.')
    await reads("I am Sparkify's warehouse bot.")
  })

  it('shows plan and price, and the cluster in the making', async () => {
    await say('/sparkify spin-up lease=30m')
    const plan = await reads('Spin up sparkify?')
    expect(await plan.textContent()).toContain('$0.54 an hour (list price, March 2026) · lease 30 min: at most $0.27')
    await plan.getByRole('button', { name: 'Spin up for $0.54 an hour' }).click()
    await reads(/Wait until available.*creating/s)
    await reads('Cluster sparkify is available.')
  })

  it('loads with percentages of the COPY, checks and publishes', async () => {
    await say('/sparkify etl')
    await reads(/\d+%, \d+ of 400 files/)
    await picture(page, 'rehearsal-copy')
    const loaded = await reads('4,000 events and 400 songs read from 414 files')
    expect(await loaded.textContent()).toMatch(/\d+ of \d+ checks green/)
  })

  it('answers', async () => {
    await say('/sparkify top songs 5')
    const answer = await reads('ada: top-songs')
    expect(await answer.locator('table tbody tr').count()).toBe(5)
    await answer.getByText('Data until').scrollIntoViewIfNeeded()
  })

  it('warns before the lease ends, with buttons', async () => {
    const warning = await reads('The lease of sparkify ends at')
    expect(await warning.getByRole('button').allTextContents()).toEqual(['Extend 2 h', 'Extend 24 h', 'Pause now'])
    await warning.scrollIntoViewIfNeeded()
  })

  it('tears down when the name is typed, and says what is left, as does the stand-in at the end', async () => {
    await say('/sparkify tear-down')
    const plan = await reads('Tear down sparkify?')
    await plan.scrollIntoViewIfNeeded()
    await plan.getByRole('button', { name: 'Tear down sparkify' }).click()
    const modal = page.locator('dialog')
    await modal.locator('input').fill('sparkify')
    await modal.locator('button.primary, button[type=submit]').first().click()
    const gone = await reads('Cluster sparkify is deleted.')
    expect(await gone.textContent()).toContain('its final snapshot, until')
    expect(await gone.textContent()).toContain('Still there: the copy in s3://sparkify-data/copies')
    await gone.scrollIntoViewIfNeeded()
    rehearsal.kill('SIGINT')
    await until('the rehearsal lists what is left', () =>
      printed.includes('Left in the stand-in:') ? true : undefined,
    )
    expect(printed).toMatch(/Left in the stand-in: snapshot sparkify-final-\S+ \(7 days\)\.\n$/)
  })
})

describe.skipIf(withoutBrowser)(`the rehearsal on Serverless${withoutBrowser}`, { timeout: 2 * timeout }, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    const address = await startRehearsal('serverless')
    page = await browser.newPage({ viewport: { width: 1100, height: 820 }, baseURL: new URL(address).origin })
    await page.goto(address)
  }, timeout)
  afterAll(async () => {
    await browser.close()
    rehearsal.kill('SIGKILL')
  })

  it('spins up, loads, idles by itself, and lists what is left', async () => {
    await say('/sparkify spin-up')
    const plan = await reads('Spin up sparkify?')
    expect(await plan.textContent()).toContain('At most 16 RPU-hours a day (UTC): at most $5.76 a day')
    await plan.getByRole('button', { name: 'Spin up sparkify' }).click()
    await reads('Workgroup sparkify is available. It idles by itself.')
    await say('/sparkify etl')
    await reads('4,000 events and 400 songs read from 414 files')
    await say('/sparkify pause')
    await reads('Workgroup sparkify idles by itself')
    rehearsal.kill('SIGINT')
    const left = await until(
      'the rehearsal lists what is left',
      () => /Left in the stand-in: (.*)\.\n/.exec(printed)?.[1],
    )
    expect(left).toBe('namespace sparkify AVAILABLE, workgroup sparkify AVAILABLE, role sparkify-s3-read')
  })
})
