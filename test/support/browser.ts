import { type Browser, chromium } from 'playwright-core'
import { inject } from 'vitest'

/** Connects to the one browser of this run. `close` removes what was opened here, and leaves the browser to others. */
export async function openBrowser(): Promise<Browser> {
  const response = await fetch(inject('browser'))
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  return chromium.connect(answer)
}
