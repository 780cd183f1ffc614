import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Stage } from './stage.ts'

/** Opens a page of the stage in a context of its own; errors, and requests to anywhere but the stage, go to `complaints`. */
export async function openPage(
  browser: Browser,
  stage: Stage,
  complaints: string[],
  path: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL: stage.origin, ...options })
  // Before a test's own 30 s are over, so that a step that hangs is named by what failed.
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(stage.origin) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(path)
  return page
}
