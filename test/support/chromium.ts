import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const candidates = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function onPath(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    // `which` is missing, or does not find it.
    return undefined
  }
}

/** A Chromium that is already on this machine, or undefined. `CHROMIUM_PATH` names another. */
export const chromiumPath: string | undefined =
  candidates.find((path) => path !== undefined && existsSync(path)) ??
  ['chromium', 'google-chrome', 'google-chrome-stable'].map(onPath).find((path) => path !== undefined && path !== '')

/** What a skipped title says when the browser is missing; empty when it is there. */
export const withoutBrowser: string =
  chromiumPath === undefined ? ' (skipped: no Chromium found, set CHROMIUM_PATH)' : ''
