import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'

const screenshots = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url))

/** Pictures for the README, taken with UPDATE_SCREENSHOTS=1: of the page as it is, or so high that it shows the whole of `what`, and no more. */
export async function picture(page: Page, name: string, what?: Locator): Promise<void> {
  if (process.env['UPDATE_SCREENSHOTS'] === undefined) return
  const size = page.viewportSize()
  if (size === null) throw new Error('a page whose size is not known has no picture')
  if (what !== undefined) await show(page, size.width, what)
  await page.screenshot({ path: `${screenshots}${name}.png` })
  await page.setViewportSize(size)
}

/** Makes the page as high as this takes: something in a list that scrolls, or what scrolls itself. Nothing lies under the mouse. */
async function show(page: Page, width: number, what: Locator): Promise<void> {
  await page.mouse.move(0, 0)
  const height = await what.evaluate((element) => {
    const scrolls = getComputedStyle(element).overflowY === 'auto' ? element : element.parentElement
    return window.innerHeight - (scrolls?.clientHeight ?? 0) + element.scrollHeight
  })
  await page.setViewportSize({ width, height })
  await what.evaluate((element) => element.scrollIntoView({ block: 'start' }))
}
