import { describe, expect, it } from 'vitest'
import { later, newProcess, noon, type OpenLedger, opened, openLedgers } from './world.ts'

/** What every ledger knows of processes. */
export function describeProcesses(open: OpenLedger): void {
  const world = openLedgers(open)
  const { pair, single, processes, dead } = world

  describe('processes', () => {
    it('of kind bot are refused while another bot lives, terminals never are', async () => {
      const [one, other] = await pair()
      const bot = newProcess()
      const terminal = newProcess({ id: 'three', pid: bot.pid, host: 'elsewhere', kind: 'terminal' })
      expect(await other.processes.enter(terminal)).toEqual({ kind: 'entered' })
      expect(await one.processes.bot(noon)).toBeNull()
      expect(await one.processes.enter(bot)).toEqual({ kind: 'entered' })
      expect(await other.processes.enter(newProcess({ id: 'two', pid: 102 }))).toEqual({ kind: 'occupied', by: bot })
      // The same number on another machine is another process.
      expect(await other.processes.enter(terminal)).toEqual({ kind: 'entered' })
      expect(await other.processes.bot(noon)).toEqual(bot)
    })

    it('are one bot when several enter at once', async () => {
      const ledgers = await processes(4)
      const answers = await Promise.all(
        ledgers.map((ledger, n) => ledger.processes.enter(newProcess({ id: `bot-${n}`, pid: 200 + n }))),
      )
      expect(answers.filter((answer) => answer.kind === 'entered')).toHaveLength(1)
    })

    it('of kind bot take the place of one that died, was silent for over 30 s, or left', async () => {
      const ledger = await single()
      const enters = async (id: string, pid: number, host = 'here') =>
        (await ledger.processes.enter(newProcess({ id, pid, host, heartbeat: world.now.toISOString() }))).kind
      await ledger.processes.enter(newProcess())
      dead.add(101)
      expect(await enters('two', 102, 'elsewhere')).toBe('entered')
      world.now = later(30)
      expect(await enters('three', 103)).toBe('occupied')
      world.now = later(31)
      expect(await enters('three', 103)).toBe('entered')
      await ledger.processes.leave('three')
      expect(await enters('four', 104)).toBe('entered')
      expect((await ledger.processes.bot(world.now))?.id).toBe('four')
    })

    it('replace a predecessor with the same pid on the same host, whose runs are orphans then', async () => {
      const ledger = await single()
      await ledger.processes.enter(newProcess({ id: 'before', pid: 1 }))
      const run = await opened(ledger, { worker: 'before' })
      expect(await ledger.processes.enter(newProcess({ id: 'after', pid: 1 }))).toEqual({ kind: 'entered' })
      expect(await ledger.runs.orphans(noon)).toEqual([run])
    })

    it('stay as long as they beat', async () => {
      const ledger = await single()
      await ledger.processes.enter(newProcess())
      await ledger.processes.beat('one', later(25))
      expect((await ledger.processes.bot(later(55)))?.heartbeat).toBe(later(25).toISOString())
      expect(await ledger.processes.bot(later(56))).toBeNull()
    })

    it('that enter again are written anew', async () => {
      const ledger = await single()
      await ledger.processes.enter(newProcess())
      const again = newProcess({ heartbeat: later(3).toISOString() })
      expect(await ledger.processes.enter(again)).toEqual({ kind: 'entered' })
      expect(await ledger.processes.bot(noon)).toEqual(again)
    })
  })
}
