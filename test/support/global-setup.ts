import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of this run's templates: see `templates.ts`. */
    readonly templates: string
  }
}

/** Gives every worker one folder for templates, and removes it after the last test. */
export default function setup(project: TestProject): () => void {
  const templates = mkdtempSync(join(project.config.env['TMPDIR'] ?? '', 'sparkify-templates-'))
  project.provide('templates', templates)
  return () => rmSync(templates, { recursive: true, force: true })
}
