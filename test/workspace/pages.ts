import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Stage } from './stage.ts'

/** The pages of one test file. */
export interface Pages {
  /**
   * Opens a path of the stage: in the usual page, which stays open from test to test, because a new one costs a second of a processor;
   * in one of its own where options are asked for, or where the test has the usual one already.
   */
  open(stage: Stage, path: string, options?: BrowserContextOptions): Promise<Page>
  /** Leaves the stage, with nothing kept of it. */
  leave(): Promise<void>
}

/** Errors of the pages, and their requests to anywhere but the stage, go to `complaints`. */
export function createPages(browser: Browser, complaints: string[]): Pages {
  let origin = ''
  let usual: Page | undefined
  let isTaken = false

  async function newPage(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext(options)
    // Before a test's own 30 s are over, so that a step that hangs is named by what failed.
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) complaints.push(request.url())
    })
    return page
  }

  return {
    async open(stage, path, options) {
      origin = stage.origin
      const isUsual = options === undefined && !isTaken
      if (isUsual) usual ??= await newPage({})
      const page = isUsual && usual !== undefined ? usual : await newPage(options ?? {})
      isTaken ||= isUsual
      await page.goto(`${origin}${path}`)
      return page
    },
    async leave() {
      const others = browser.contexts().filter((context) => context !== usual?.context())
      await Promise.all(others.map((context) => context.close()))
      if (usual === undefined || !isTaken) return
      await usual.unrouteAll({ behavior: 'ignoreErrors' })
      // Another stage may listen on the same port.
      await usual.evaluate('sessionStorage.clear(), localStorage.clear()')
      await usual.goto('about:blank')
      await usual.context().clearCookies()
      isTaken = false
    },
  }
}
