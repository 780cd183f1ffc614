import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { inFolder } from '../../src/duckdb/failure.ts'
import { openLog } from '../../src/machine/log.ts'

const isRoot = process.getuid?.() === 0

it('A log that cannot be opened is named with the fix', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'terminal.log')
  mkdirSync(path)
  expect(() => openLog({ kind: 'file', path }, [])).toThrow(
    expect.objectContaining({ code: 'storage', message: expect.stringContaining(path) }),
  )
})

it.each([
  'EACCES: permission denied, mkdir',
  'EROFS: read-only file system, open',
  'IO Error: Cannot open file: Permission denied',
])('A folder of loads that refuses with "%s" is named with the fix', async (refusal) => {
  const refused = inFolder('/home/bot/loads', async () => {
    throw new Error(refusal)
  })
  await expect(refused).rejects.toMatchObject({
    code: 'storage',
    message: 'The folder of loads /home/bot/loads cannot be written by this user. Live tables are untouched.',
  })
})

it.runIf(isRoot)('A folder that another user may not write refuses in words that are recognised', () => {
  const folder = mkdtempSync(join(tmpdir(), 'refused-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  chownSync(folder, 65534, 65534)
  writeFileSync(join(folder, 'x'), '')
  chmodSync(folder, 0o555)
  const script = `try { require('fs').writeFileSync(${JSON.stringify(join(folder, 'y'))}, '') } catch (error) { console.log(error.message) }`
  const { stdout } = spawnSync(process.execPath, ['-e', script], { uid: 65534, gid: 65534, encoding: 'utf8' })
  expect(stdout).toContain('permission denied')
})
