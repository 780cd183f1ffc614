import { execFileSync, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { picture } from '../program/pictures.ts'
import { freePort, until } from '../program/program.ts'
import { openBrowser } from '../support/browser.ts'
import { withoutBrowser } from '../support/chromium.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
// A lease warns at the next full minute.
const timeout = 120_000

let browser: Browser

// What `npm run rehearsal` does first.
beforeAll(async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', join(root, 'test/rehearsal/tsconfig.json')], { stdio: 'inherit' })
  if (withoutBrowser === '') browser = await openBrowser()
}, timeout)
afterAll(() => browser?.close())

/** Starts what is built, and opens the address that it prints. It is killed at the end of the test, if it still runs by then. */
async function open(context: TestContext, ...args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, 'dist/rehearsal/rehearsal/main.js'), ...args], {
    env: { ...process.env, SPARKIFY_PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  context.onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const address = await until('the rehearsal prints its address', () => /Open (\S+)/.exec(printed)?.[1])
  const page = await browser.newPage({ viewport: { width: 1100, height: 820 }, baseURL: new URL(address).origin })
  context.onTestFinished(() => page.close())
  await page.goto(address)
  return {
    page,
    printed: () => printed,
    async say(text: string): Promise<void> {
      await page.fill('main textarea', text)
      await page.press('main textarea', 'Enter')
    },
    /** Waits, longer than Playwright does by itself, until such a message stands there. */
    async reads(text: string | RegExp): Promise<Locator> {
      const message = page.locator('main .message', { hasText: text }).last()
      await message.waitFor({ timeout })
      return message
    },
    /** Ctrl-C; what it lists as left. */
    async interrupt(): Promise<string> {
      child.kill('SIGINT')
      return until('the rehearsal lists what is left', () => /Left in the stand-in: (.*)\.\n$/.exec(printed)?.[1])
    },
  }
}

// They wait for the stand-in most of the time, so they do it beside each other.
describe
  .skipIf(withoutBrowser)
  .concurrent(`the rehearsal in a browser${withoutBrowser}`, { timeout: 2 * timeout }, () => {
    it('shows the price, loads with percentages, answers, warns before the lease ends, tears down and lists what is left', async (context) => {
      const { page, printed, say, reads, interrupt } = await open(context)
      expect(printed().trim().split('\n').length).toBeLessThanOrEqual(5)
      expect(await page.locator('.banner').textContent()).toContain('Rehearsal: no AWS account is used.')
      await reads("I am Sparkify's warehouse bot.")

      await say('/sparkify spin-up lease=30m')
      const plan = await reads('Spin up sparkify?')
      expect(await plan.textContent()).toContain('$0.54 an hour (list price, March 2026) · lease 30 min: at most $0.27')
      await plan.getByRole('button', { name: 'Spin up for $0.54 an hour' }).click()
      await reads(/Wait until available.*creating/s)
      await reads('Cluster sparkify is available.')

      await say('/sparkify etl')
      await reads(/\d+%, \d+ of 400 files/)
      await picture(page, 'rehearsal-copy')
      const loaded = await reads('4,000 events and 400 songs read from 414 files')
      expect(await loaded.textContent()).toMatch(/\d+ of \d+ checks green/)

      await say('/sparkify top songs 5')
      const answer = await reads('ada: top-songs')
      expect(await answer.locator('table tbody tr').count()).toBe(5)
      await answer.getByText('Data until').scrollIntoViewIfNeeded()

      const warning = await reads('The lease of sparkify ends at')
      expect(await warning.getByRole('button').allTextContents()).toEqual(['Extend 2 h', 'Extend 24 h', 'Pause now'])

      await say('/sparkify tear-down')
      const end = await reads('Tear down sparkify?')
      await end.getByRole('button', { name: 'Tear down sparkify' }).click()
      const modal = page.locator('dialog')
      await modal.locator('input').fill('sparkify')
      await modal.locator('button.primary, button[type=submit]').first().click()
      const gone = await reads('Cluster sparkify is deleted.')
      expect(await gone.textContent()).toContain('its final snapshot, until')
      expect(await gone.textContent()).toContain('Still there: the copy in s3://sparkify-data/copies')
      expect(await interrupt()).toMatch(/^snapshot sparkify-final-\S+ \(7 days\)$/)
    })

    it('spins up on Serverless, loads, idles by itself, and lists what is left', async (context) => {
      const { say, reads, interrupt } = await open(context, 'serverless')
      await say('/sparkify spin-up')
      const plan = await reads('Spin up sparkify?')
      expect(await plan.textContent()).toContain('At most 16 RPU-hours a day (UTC): at most $5.76 a day')
      await plan.getByRole('button', { name: 'Spin up sparkify' }).click()
      await reads('Workgroup sparkify is available. It idles by itself.')
      await say('/sparkify etl')
      await reads('4,000 events and 400 songs read from 414 files')
      await say('/sparkify pause')
      await reads('Workgroup sparkify idles by itself')
      expect(await interrupt()).toBe(
        'namespace sparkify AVAILABLE, workgroup sparkify AVAILABLE, role sparkify-s3-read',
      )
    })
  })
