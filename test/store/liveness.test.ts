import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { pidIsAlive } from '../../src/store/liveness.ts'

it('A process is alive until it ends, whoever it belongs to', async () => {
  expect(pidIsAlive(process.pid)).toBe(true)
  expect(pidIsAlive(1)).toBe(true)
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'close')
  expect(pidIsAlive(child.pid ?? 0)).toBe(false)
})
