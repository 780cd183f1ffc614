import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import type { TestProject } from 'vitest/node'
import { compileDouble } from './aws/compile.ts'
import { offerBrowser } from './browser-server.ts'
import { seedOfRun } from './seed.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of this run's templates: see `templates.ts`. */
    readonly templates: string
    /** What everything random of this run is derived from: see `seed.ts`. */
    readonly seed: number
    /** Where the one browser of this run is asked for: see `browser.ts`. */
    readonly browser: string
  }
}

/**
 * Gives every worker one folder for templates and one browser, which are removed after the last test, and one seed. Compiles the double of
 * AWS, which on a clean clone each of them did beside the others.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const templates = mkdtempSync(join(project.config.env['TMPDIR'] ?? tmpdir(), 'sparkify-templates-'))
  project.provide('templates', templates)
  compileDouble()
  const browser = await offerBrowser()
  project.provide('browser', browser.url)
  const seed = seedOfRun(project.config.root, env)
  project.provide('seed', seed)
  project.vitest.logger.log(`Everything random in this run comes from SEED=${seed}`)
  return async () => {
    await browser.close()
    rmSync(templates, { recursive: true, force: true })
  }
}
