import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pidIsAlive } from '../../src/store/liveness.ts'

it('A process is alive until it ends, whoever it belongs to', async () => {
  expect(pidIsAlive(process.pid)).toBe(true)
  expect(pidIsAlive(1)).toBe(true)
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'close')
  expect(pidIsAlive(child.pid ?? 0)).toBe(false)
})

it.runIf(process.platform === 'linux')(
  'A process that ended is dead, also while its parent has not noticed',
  async () => {
    // The shell starts a child and becomes a program that waits for nobody, before the child ends.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'])
    const [said] = await once(parent.stdout, 'data')
    const pid = Number(String(said))
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise(setImmediate)
    expect(process.kill(pid, 0)).toBe(true)
    expect(pidIsAlive(pid)).toBe(false)
    parent.kill('SIGKILL')
  },
)
