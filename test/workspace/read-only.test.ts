import promises from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { openStage } from './stage.ts'

it('serves the page however late the disk gives React', async () => {
  const read = promises.readFile
  const late = vi.spyOn(promises, 'readFile').mockImplementation(async (...wanted) => {
    if (/\/react\/index\.js$/.test(String(wanted[0]))) await sleep(200)
    return read(...wanted)
  })
  const stage = await openStage()
  try {
    expect((await fetch(stage.origin)).status).toBe(200)
    expect(late.mock.calls.some(([file]) => /\/react\/index\.js$/.test(String(file)))).toBe(true)
  } finally {
    late.mockRestore()
    await stage.close()
  }
})
