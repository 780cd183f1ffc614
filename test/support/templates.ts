import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { codeOf } from '../../src/core/errors.ts'

const made = new Map<string, Promise<string>>()

/**
 * The folder of a template, which `make` fills once per run of the suite, whichever worker needs it first. `name` is its key among all
 * test files. Never write into it; `copyOfTemplate` gives a copy.
 */
export function template(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject('templates'), name)
  const present = made.get(name) ?? (existsSync(folder) ? Promise.resolve(folder) : fill(folder, make))
  made.set(name, present)
  return present
}

async function fill(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  const draft = await mkdtemp(`${folder}-`)
  await make(draft)
  try {
    renameSync(draft, folder)
  } catch (error) {
    // Another worker was faster.
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error
    rmSync(draft, { recursive: true })
  }
  return folder
}

/** A copy of a template's folder, which is removed when the test ends. */
export async function copyOfTemplate(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'sparkify-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(await template(name, make), copy, { recursive: true })
  return copy
}
