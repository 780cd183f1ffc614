import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { livenessOn, machineUptime, pidIsAlive } from '../../src/store/liveness.ts'
import { processStore } from '../../src/store/processes.ts'
import { later, newProcess, noon } from '../contract/ledger/world.ts'

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

describe('a process that beat at noon', () => {
  const noon = new Date('2026-03-02T12:00:00.000Z')
  const at = noon.toISOString()
  const process_ = { id: 'one', kind: 'bot', pid: 7, host: 'far', started: at, heartbeat: at } as const
  const hours = (n: number): Date => new Date(noon.getTime() + n * 3_600_000)
  const isGone = (now: Date, { passed, boot = 'a' }: { passed: number; boot?: string }): boolean => {
    const liveness = livenessOn(
      'here',
      () => true,
      () => ({ boot, ms: 5_000_000 + passed * 1000 }),
    )
    return liveness.gone({ ...process_, beaten: { boot: 'a', ms: 5_000_000 } }, now)
  }

  it('on this machine is gone 30 s later, whatever its clock was set to meanwhile', () => {
    for (const now of [noon, hours(-3), hours(48)]) {
      expect(isGone(now, { passed: 30 })).toBe(false)
      expect(isGone(now, { passed: 31 })).toBe(true)
    }
  })

  it('before the machine was started again is gone by the clock', () => {
    expect(isGone(hours(1), { passed: -4000, boot: 'b' })).toBe(true)
    expect(isGone(hours(1), { passed: -4000 })).toBe(true)
  })

  it('on another machine is gone by the clock, also where that was set back since', () => {
    expect(isGone(new Date(noon.getTime() + 30_000), { passed: 0, boot: 'b' })).toBe(false)
    expect(isGone(new Date(noon.getTime() + 31_000), { passed: 0, boot: 'b' })).toBe(true)
    expect(isGone(hours(-1), { passed: 0, boot: 'b' })).toBe(true)
  })

  it('shares its uptime with every process of its machine', async () => {
    const child = spawn(process.execPath, ['-e', 'console.log(String(process.hrtime.bigint() / 1000000n))'])
    const before = machineUptime()
    const [said] = await once(child.stdout, 'data')
    const after = machineUptime()
    expect(after.boot).toBe(before.boot)
    expect(Number(String(said))).toBeGreaterThanOrEqual(before.ms - 1000)
    expect(Number(String(said))).toBeLessThanOrEqual(after.ms + 1)
  })
})

it('A bot that beats while another finds it silent keeps its place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-beat-'))
  const url = pathToFileURL(join(folder, 'state.db')).href
  const ledger = await openLedger({ url, now: () => noon })
  const db = await openDatabase({ url })
  onTestFinished(async () => {
    await db.close()
    await ledger.close()
    await rm(folder, { recursive: true })
  })
  const beats: Promise<boolean>[] = []
  const gone = (): boolean => {
    if (beats.length > 0) return false
    beats.push(processes.beat('one', later(31)))
    return true
  }
  const processes = processStore(db, { gone, uptime: machineUptime }, () => later(31))
  expect(await processes.enter(newProcess())).toEqual({ kind: 'entered' })
  expect(await processes.enter(newProcess({ id: 'two', pid: 102 }))).toMatchObject({
    kind: 'occupied',
    by: { id: 'one' },
  })
  expect(await Promise.all(beats)).toEqual([true])
})
