import { describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import { asOpsError } from '../../src/duckdb/failure.ts'

describe('a DuckDB error', () => {
  it.each([
    ['INTERRUPT Error: Interrupted!', 'cancelled'],
    ['IO Error: Could not write file "/loads/1.duckdb": No space left on device', 'storage'],
    ['Out of Memory Error: failed to offload data block of size 256.0 KiB (9.5 MiB/9.5 MiB used).', 'storage'],
    ['IO Error: Could not set lock on file "/loads/1.duckdb": Conflicting lock is held in node (PID 7)', 'busy'],
    ['IO Error: Cannot open file "/log/a.json": Permission denied', 'source_unreadable'],
    ['IO Error: No files found that match the pattern "/log/a.json"', 'source_missing'],
    ['Binder Error: Referenced column "x" not found', 'sql_failed'],
  ])('%s is an expected failure, told in its first line', (text, code) => {
    const thrown = new Error(`${text}\n\nLINE 1: select …`)
    const error = asOpsError(thrown)
    expect(error).toBeInstanceOf(OpsError)
    expect(error).toMatchObject({ code, cause: thrown, message: expect.not.stringContaining('LINE 1') })
  })

  it('is passed on as it is when it is a bug of ours', () => {
    const bug = new TypeError("Cannot read properties of undefined (reading 'x')")
    expect(asOpsError(bug)).toBe(bug)
  })
})
