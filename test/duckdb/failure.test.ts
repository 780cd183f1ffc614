import { describe, expect, it } from 'vitest'
import { DiskFull, OpsError } from '../../src/core/errors.ts'
import { asOpsError, damaged, inFolder, isCorrupt, isDamage } from '../../src/duckdb/failure.ts'

describe('a DuckDB error', () => {
  it.each([
    ['INTERRUPT Error: Interrupted!', 'cancelled', ''],
    ['IO Error: Could not write file "/loads/1.duckdb": No space left on device', 'storage', 'The disk that holds'],
    ['IO Error: Could not write file "/loads/1.duckdb": Disk quota exceeded', 'storage', 'The disk that holds'],
    ['IO Error: Could not write file "/loads/1.duckdb": File too large', 'storage', 'The disk that holds'],
    [
      'Out of Memory Error: failed to offload data block of size 256.0 KiB (9.5 MiB/9.5 MiB used).',
      'storage',
      'The warehouse ran out of memory: ',
    ],
    ['IO Error: more than max_temp_directory_size was used', 'storage', 'The warehouse ran out of memory: '],
    [
      'IO Error: Could not set lock on file "/loads/1.duckdb": Conflicting lock is held in node (PID 7)',
      'busy',
      'Another process is writing this load.',
    ],
    ['IO Error: Cannot open file "/log/a.json": Permission denied', 'source_unreadable', 'A file cannot be read: '],
    ['IO Error: Cannot open file "/log/a.json": No such file or directory', 'source_missing', 'A file is gone: '],
    ['IO Error: No files found that match the pattern "/log/a.json"', 'source_missing', 'A file is gone: '],
    ['Binder Error: Referenced column "x" not found', 'sql_failed', 'The warehouse refused a statement: '],
  ])('%s is an expected failure, told in its first line', (text, code, words) => {
    const thrown = new Error(`${text}\n\nLINE 1: select …`)
    const error = asOpsError(thrown)
    expect(error).toBeInstanceOf(OpsError)
    expect(error).toMatchObject({ code, cause: thrown, message: expect.not.stringContaining('LINE 1') })
    expect(error).toMatchObject({ message: expect.stringContaining(words) })
    expect(error instanceof DiskFull).toBe(words === 'The disk that holds')
  })

  it.each([
    ['IO Error: Could not read all bytes from file', true, false],
    ['IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2 in block', true, true],
    ['Serialization Error: Failed to deserialize', true, true],
    ['INTERNAL Error: Attempted to access index 7', true, true],
    ['FATAL Error: Failed: database has been invalidated', true, true],
    ['Binder Error: Referenced column "x" not found', false, false],
    ['Out of Memory Error: failed to allocate', false, false],
  ])('%s is of a damaged file: %s; of a damaged block: %s', (text, isOfFile, isOfBlock) => {
    const thrown = new Error(text)
    const wrapped = asOpsError(thrown)
    expect([isDamage(thrown), isCorrupt(thrown)]).toEqual([isOfFile, isOfBlock])
    expect([isDamage(wrapped), isCorrupt(wrapped)]).toEqual([isOfFile, isOfBlock])
  })

  it.each([
    ["EACCES: permission denied, open '/loads/1'", 'cannot be written by this user'],
    ["EROFS: read-only file system, open '/loads/1'", 'cannot be written by this user'],
    ["EPERM: operation not permitted, chmod '/loads'", 'cannot be written by this user'],
    ['IO Error: Cannot open file "/loads/1.duckdb": Permission denied', 'cannot be written by this user'],
    ['ENOSPC: no space left on device, write', 'The disk that holds the loads is full.'],
  ])('in the folder of loads %s is told with the folder', async (text, words) => {
    const failing = inFolder('/loads', () => Promise.reject(new Error(text)))
    await expect(failing).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining(words) })
  })

  it('in the folder of loads is passed on where it is about something else', async () => {
    const bug = new TypeError('x is undefined')
    await expect(inFolder('/loads', () => Promise.reject(bug))).rejects.toBe(bug)
    expect(await inFolder('/loads', async () => 7)).toBe(7)
  })

  it('says of the live load alone that questions cannot be answered', () => {
    const words = 'load 7 is damaged or not a load any more.'
    expect(damaged(7, 'live', null).message).toBe(`The file of live ${words} Questions cannot be answered from it.`)
    for (const which of ['kept', 'held'] as const) {
      expect(damaged(7, which, null).message).toBe(`The file of ${which} ${words} Live tables are untouched.`)
    }
  })

  it('is passed on as it is when it is a bug of ours', () => {
    const bug = new TypeError("Cannot read properties of undefined (reading 'x')")
    expect(asOpsError(bug)).toBe(bug)
  })
})
