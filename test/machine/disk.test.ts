import { expect, it } from 'vitest'
import { watchDisk } from '../../src/machine/data-dir.ts'

it('A disk that fills up is named, once in the log, until there is room again', async () => {
  let free = 1_000_000_000
  let look = (): void => undefined
  const said: string[] = []
  const keep = (_facts: object, message: string): void => void said.push(message)
  const clock = {
    every(_ms: number, tick: () => void) {
      look = tick
      return () => undefined
    },
  }
  const disk = watchDisk('/home/bot', clock, { info: keep, warn: keep, error: keep }, async () => free)
  const after = async (bytes: number): Promise<string | null> => {
    free = bytes
    look()
    await new Promise(setImmediate)
    return disk.full()
  }
  expect(await after(16_000_000)).toBeNull()
  const full = 'the disk is full: 1.5 MB free in /home/bot'
  expect(await after(1_500_000)).toBe(full)
  expect(await after(1_500_000)).toBe(full)
  expect(await after(20_000_000)).toBeNull()
  expect(said).toEqual([full, 'the disk has room again: 20.0 MB free in /home/bot'])
  disk.stop()
})
