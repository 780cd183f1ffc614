import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, it, onTestFinished } from 'vitest'
import { DiskFull } from '../../src/core/errors.ts'
import { StatementError } from '../../src/store/connection.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { isFull } from '../../src/store/storage-failure.ts'

const now = (): Date => new Date('2026-03-02T12:00:00.000Z')

/** A disk of 2 MB; null where this machine lets nobody mount one. */
function smallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'full-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
  onTestFinished(() => {
    if (status === 0) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return status === 0 ? folder : null
}

it('A ledger on a full disk is read, whether it was open before or not, and takes nothing', async ({ skip }) => {
  const disk = smallDisk()
  if (disk === null) return skip('nothing can be mounted here')
  const url = pathToFileURL(join(disk, 'state.db')).href
  const first = await openLedger({ url, now })
  await first.notes.set('kept', 7)
  const audit = await first.audit.state()
  await first.close()
  expect(() => writeFileSync(join(disk, 'fill'), Buffer.alloc(4_000_000))).toThrow('ENOSPC')
  const ledger = await openLedger({ url, now })
  expect(await ledger.notes.get('kept')).toBe(7)
  expect(await ledger.runs.list({ limit: 10 })).toEqual([])
  expect(await ledger.audit.state()).toEqual(audit)
  await expect(ledger.notes.set('kept', 8)).rejects.toThrow(DiskFull)
  await expect(ledger.claim('mine', now())).rejects.toThrow(DiskFull)
  await ledger.close()
  rmSync(join(disk, 'fill'))
  const after = await openLedger({ url, now })
  await after.notes.set('kept', 9)
  expect(await after.notes.get('kept')).toBe(9)
  await after.close()
})

it('An error of reading, writing or opening is a full disk where nothing is free, and another fault where something is', ({
  skip,
}) => {
  const disk = smallDisk()
  if (disk === null) return skip('nothing can be mounted here')
  const ledger = join(disk, 'state.db')
  const full = (code: string): boolean => isFull(ledger, new StatementError('it failed', code))
  const codes = ['SQLITE_IOERR', 'SQLITE_IOERR_SHMSIZE', 'SQLITE_CANTOPEN', 'SQLITE_CORRUPT']
  expect(codes.map(full)).toEqual([false, false, false, false])
  writeFileSync(join(disk, 'fill'), Buffer.alloc(1_900_000))
  expect(codes.map(full)).toEqual([true, true, true, false])
})
