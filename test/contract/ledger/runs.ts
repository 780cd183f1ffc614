import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ledger, NewRun, Retry, RunEnd, RunId, RunRecord, StepRecord } from '../../../src/core/ports/ledger.ts'
import type { NewMessage } from '../../../src/core/ports/outbox.ts'
import { said } from '../../core/outbox/support.ts'
import { lengths } from '../../support/soak.ts'
import {
  anna,
  answerOf,
  later,
  newProcess,
  newRun,
  noon,
  type OpenLedger,
  opened,
  openLedgers,
  waiting,
} from './world.ts'

async function withSteps(ledger: Ledger, id: RunId, steps: readonly StepRecord[]): Promise<void> {
  for (const [at, step] of steps.entries()) await ledger.runs.saveStep(id, 'one', at, step)
}

async function end(
  ledger: Ledger,
  id: RunId,
  state: RunEnd['state'] = 'complete',
  worker: string | null = 'one',
): Promise<void> {
  const how = { state, answer: answerOf('Done'), ended: later(41).toISOString(), costUsd: null }
  expect(await ledger.runs.end(id, worker, how, [])).toBe(true)
}

/** What every ledger does with runs. */
export function describeRuns(open: OpenLedger): void {
  const { pair, single, processes, dead } = openLedgers(open)

  describe('runs', () => {
    it('are the same to the process that opened one and to another that reads it', async () => {
      const [one, other] = await pair()
      const steps: StepRecord[] = [
        {
          id: 'stage-events',
          title: 'Stage events',
          state: 'complete',
          ms: 12,
          detail: '8 rows',
          output: { rows: 8 },
          handles: { id: 'a' },
        },
        waiting,
      ]
      const run = await opened(one, { writer: true, args: { 'max-errors': '3', words: ['a', 'b'] } })
      expect(run).toMatchObject({
        state: 'running',
        attempt: 1,
        retries: 0,
        lost: 0,
        ended: null,
        answer: null,
      })
      expect(await other.runs.get(run.id)).toEqual(run)
      await withSteps(one, run.id, steps)
      expect(await other.runs.get(run.id)).toEqual({ ...run, steps })
      const { steps: _, answer: __, ...summary } = run
      expect(await other.runs.summaries({ limit: 2 })).toEqual([summary])
    })

    it('that do not exist are null', async () => {
      expect(await (await single()).runs.get(404)).toBeNull()
    })

    it('have rising numbers without gaps, refused ones take none', async () => {
      const ledger = await single()
      const first = await opened(ledger, { writer: true })
      await ledger.runs.open(newRun({ writer: true }))
      expect((await opened(ledger)).id).toBe(first.id + 1)
    })

    it('that write are refused while another writes, and the answer is the holder', async () => {
      const [one, other] = await pair()
      const holder = await opened(one, { writer: true, line: 'etl' })
      expect(await other.runs.open(newRun({ writer: true, worker: 'two' }))).toEqual({ kind: 'busy', holder })
      expect((await other.runs.open(newRun({ worker: 'two' }))).kind).toBe('opened')
    })

    it('that are a fire are opened once for each schedule and time, whoever asks, also when it is over', async () => {
      const [one, other] = await pair()
      const at = (intended: Date, schedule = 3): Partial<NewRun> => ({
        key: `schedule:${schedule}:${intended.toISOString()}`,
        origin: { kind: 'fire', schedule, intended: intended.toISOString(), cause: 'clock' },
      })
      const answers = await Promise.all([one, other, one, other].map((ledger) => ledger.runs.open(newRun(at(noon)))))
      const ids = answers.map((answer) => ('run' in answer ? answer.run.id : null))
      expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['known', 'known', 'known', 'opened'])
      expect(new Set(ids).size).toBe(1)
      await one.runs.end(
        ids[0] ?? 0,
        'one',
        {
          state: 'complete',
          answer: answerOf('Said'),
          ended: noon.toISOString(),
          costUsd: 0.25,
        },
        [],
      )
      const again = await other.runs.open(newRun(at(noon)))
      expect(again).toMatchObject({ kind: 'known', run: { id: ids[0], state: 'complete', costUsd: 0.25 } })
      expect((await other.runs.open(newRun(at(later(60))))).kind).toBe('opened')
      expect((await other.runs.open(newRun(at(noon, 4)))).kind).toBe('opened')
      const fires = await other.runs.list({ schedule: 3, limit: 10 })
      expect(fires.map(({ origin }) => origin)).toMatchObject([{ intended: later(60).toISOString() }, at(noon).origin])
      expect(await other.runs.list({ schedule: 3, intended: noon.toISOString(), limit: 10 })).toHaveLength(1)
    })

    it('that are a line of a fire are opened once for each place in it, also where they write, and are told with their fire', async () => {
      const [one, other] = await pair()
      const line = (at: number): Partial<NewRun> => ({
        writer: true,
        key: `run:7:line:${at}`,
        door: 'parent',
        origin: { kind: 'line', fire: 7, at },
      })
      const first = await opened(one, line(0))
      expect(await other.runs.open(newRun({ ...line(0), worker: 'two' }))).toEqual({ kind: 'known', run: first })
      expect(await other.runs.open(newRun(line(1)))).toEqual({ kind: 'busy', holder: first })
      await end(one, first.id)
      expect(await one.runs.open(newRun(line(0)))).toMatchObject({ kind: 'known', run: { id: first.id } })
      expect((await other.runs.list({ parent: 7, limit: 10 })).map(({ id }) => id)).toEqual([first.id])
      expect((await other.runs.list({ whole: true, limit: 10 })).map(({ id }) => id)).not.toContain(first.id)
    })

    it('that nothing asks for twice have no key, and any number of them is opened', async () => {
      const ledger = await single()
      const ids = [await opened(ledger), await opened(ledger)].map(({ id, key }) => [id, key])
      expect(ids).toEqual([
        [1, null],
        [2, null],
      ])
    })

    describe('are tried again', () => {
      const again = (run: RunRecord, said: Partial<Retry> = {}): Retry => ({
        after: run.attempt,
        args: run.args,
        line: run.line,
        who: { kind: 'slack', id: 'U2', name: 'Bert' },
        place: { kind: 'slack', channel: 'C9', direct: true },
        door: 'words',
        approval: null,
        worker: 'two',
        started: later(60).toISOString(),
        steps: [],
        ...said,
      })

      it('as another attempt of the same run, in the name and the place of whoever wants it, with a message of its own', async () => {
        const [one, other] = await pair()
        const run = await opened(one, { writer: true })
        const done: StepRecord = { ...waiting, state: 'complete', ms: 4 }
        await withSteps(one, run.id, [done, { ...waiting, title: 'Build', state: 'error' }])
        await end(one, run.id, 'error')
        const retried = await other.runs.retry(
          run.id,
          again(run, { line: 'etl max-errors=9', args: { 'max-errors': '9' }, steps: [done] }),
        )
        expect(retried).toEqual({
          kind: 'opened',
          run: {
            ...run,
            line: 'etl max-errors=9',
            args: { 'max-errors': '9' },
            attempt: 2,
            seq: run.seq + 1,
            retries: 1,
            who: { kind: 'slack', id: 'U2', name: 'Bert' },
            place: { kind: 'slack', channel: 'C9', direct: true },
            worker: 'two',
            started: later(60).toISOString(),
            available: later(60).toISOString(),
            steps: [done],
          },
        })
        expect(await one.runs.get(run.id)).toEqual(retried.kind === 'opened' ? retried.run : null)
        expect(await one.runs.attempts(run.id)).toMatchObject([
          { attempt: 1, who: anna, state: 'error', answer: answerOf('Done') },
          { attempt: 2, who: { name: 'Bert' }, state: 'running', answer: null },
        ])
        expect(await one.runs.list({ limit: 9 })).toHaveLength(1)
      })

      it('once, whoever asks, and only what is over', async () => {
        const [one, other] = await pair()
        const run = await opened(one)
        expect(await one.runs.retry(run.id, again(run))).toEqual({ kind: 'known', run })
        await end(one, run.id, 'cancelled')
        const tries = await Promise.all([one, other, one].map((ledger) => ledger.runs.retry(run.id, again(run))))
        expect(tries.map(({ kind }) => kind).toSorted()).toEqual(['known', 'known', 'opened'])
        expect(await one.runs.attempts(run.id)).toHaveLength(2)
        // Nor by who has seen the attempt before, once the next one is over as well.
        await end(one, run.id, 'complete', 'two')
        expect(await other.runs.retry(run.id, again(run))).toMatchObject({
          kind: 'known',
          run: { attempt: 2, state: 'complete' },
        })
      })

      it('not while another one writes, where they write', async () => {
        const [one, other] = await pair()
        const run = await opened(one, { writer: true })
        expect(await other.runs.retry(run.id, again(run))).toEqual({ kind: 'known', run })
        await end(one, run.id, 'error')
        const holder = await opened(one, { writer: true })
        expect(await other.runs.retry(run.id, again(run))).toEqual({ kind: 'busy', holder })
        expect(await other.runs.open(newRun({ writer: true }))).toEqual({ kind: 'busy', holder })
        await end(one, holder.id)
        expect((await other.runs.retry(run.id, again(run))).kind).toBe('opened')
        expect(await other.runs.open(newRun({ writer: true }))).toMatchObject({ kind: 'busy', holder: { id: run.id } })
        // Who asks for the attempt before that reads what has become of it, whoever writes.
        await end(one, run.id, 'error', 'two')
        await opened(one, { writer: true })
        expect(await other.runs.retry(run.id, again(run))).toMatchObject({ kind: 'known', run: { attempt: 2 } })
      })

      it('and are the newest of all then; their old process can do nothing for them', async () => {
        const ledger = await single()
        const run = await opened(ledger)
        await end(ledger, run.id, 'error')
        const other = await opened(ledger)
        await ledger.runs.retry(run.id, again(run))
        expect((await ledger.runs.list({ limit: 9 })).map(({ id }) => id)).toEqual([run.id, other.id])
        expect(await ledger.runs.saveStep(run.id, 'one', 0, waiting)).toBe(false)
        expect(await ledger.runs.list({ limit: 9, who: 'U2' })).toHaveLength(1)
        await end(ledger, run.id, 'complete', 'two')
        expect((await ledger.audit.list({ limit: 9 })).entries).toMatchObject([
          { run: run.id, attempt: 1, who: anna, result: 'error' },
          { run: run.id, attempt: 2, who: { name: 'Bert' }, result: 'complete' },
        ])
        expect(await ledger.audit.state()).toMatchObject({ unrecorded: 0, lost: 0 })
      })
    })

    it('keep the plan that was read before them, and who said yes to it', async () => {
      const [one, other] = await pair()
      const plan = { title: 'Spin up?', facts: ['$0.54 an hour'], act: 'Spin up', danger: false, mostUsd: 4.34 }
      const { id } = await opened(one, { approval: { plan, by: anna } })
      expect((await other.runs.get(id))?.approval).toEqual({ plan, by: anna })
    })

    it('may write again when the holder has ended', async () => {
      const ledger = await single()
      const holder = await opened(ledger, { writer: true })
      await ledger.runs.end(
        holder.id,
        'one',
        {
          state: 'complete',
          answer: answerOf('Done'),
          ended: later(1).toISOString(),
          costUsd: null,
        },
        [],
      )
      expect((await ledger.runs.open(newRun({ writer: true }))).kind).toBe('opened')
    })

    it('are listed newest first and by every filter', async () => {
      const ledger = await single()
      const old = await opened(ledger, { started: later(-3600).toISOString(), command: 'qa' })
      const hidden = await opened(ledger, { listed: false, who: { ...anna, id: 'U2' } })
      const ended = await opened(ledger)
      await ledger.runs.end(
        ended.id,
        'one',
        {
          state: 'error',
          answer: answerOf('Failed'),
          ended: later(1).toISOString(),
          costUsd: null,
        },
        [],
      )
      const ids = async (filter: Parameters<Ledger['runs']['list']>[0]) =>
        (await ledger.runs.list(filter)).map((run) => run.id)
      expect(await ids({ limit: 10 })).toEqual([ended.id, hidden.id, old.id])
      expect(await ids({ limit: 2 })).toEqual([ended.id, hidden.id])
      expect(await ids({ limit: 10, listedOnly: true })).toEqual([ended.id, old.id])
      expect(await ids({ limit: 10, states: ['error', 'cancelled'] })).toEqual([ended.id])
      expect(await ids({ limit: 10, states: [] })).toEqual([])
      expect(await ids({ limit: 10, who: 'U2' })).toEqual([hidden.id])
      expect(await ids({ limit: 10, person: 'U2' })).toEqual([hidden.id])
      expect(await ids({ limit: 10, person: 'anna', listedOnly: true })).toEqual([ended.id, old.id])
      expect(await ids({ limit: 10, who: 'Anna' })).toEqual([])
      expect(await ids({ limit: 10, until: noon.toISOString() })).toEqual([old.id])
      expect(await ids({ limit: 10, command: 'qa' })).toEqual([old.id])
      expect(await ids({ limit: 10, since: noon.toISOString() })).toEqual([ended.id, hidden.id])
      expect(await ids({ limit: 10, besides: ['qa', 'none'] })).not.toContain(old.id)
      expect(await ids({ limit: 10, besides: [] })).toHaveLength(3)
    })

    it('are listed by what called them, whether they write, and who reads their answers', async () => {
      const ledger = await single()
      const intended = noon.toISOString()
      const fire = await opened(ledger, {
        command: 'qa',
        key: 'fire',
        origin: { kind: 'fire', schedule: 4, intended, cause: 'clock' },
      })
      const line = await opened(ledger, { command: 'qa', key: 'line', origin: { kind: 'line', fire: fire.id, at: 0 } })
      const alone = await opened(ledger, { command: 'qa', writer: true })
      for (const [{ id }, audience] of [
        [fire, 'channel'],
        [line, 'asker'],
        [alone, 'nobody'],
      ] as const) {
        const answer = { ...answerOf('Done'), audience }
        await ledger.runs.end(id, 'one', { state: 'complete', answer, ended: intended, costUsd: null }, [])
      }
      const ids = async (filter: Partial<Parameters<Ledger['runs']['list']>[0]>) =>
        (await ledger.runs.summaries({ limit: 9, ...filter })).map((run) => run.id)
      // Those of a schedule are there whatever command runs its lines.
      expect(await ids({ besides: ['qa'] })).toEqual([fire.id])
      expect(await ids({ commands: ['etl', 'qa'] })).toEqual([alone.id, line.id, fire.id])
      expect(await ids({ commands: ['etl'] })).toEqual([])
      expect([await ids({ schedule: 4 }), await ids({ schedule: 5 })]).toEqual([[fire.id], []])
      expect([await ids({ intended }), await ids({ parent: fire.id })]).toEqual([[fire.id], [line.id]])
      expect(await ids({ whole: true })).toEqual([alone.id, fire.id])
      expect([await ids({ writer: true }), await ids({ posted: true })]).toEqual([[alone.id], [fire.id]])
    })

    it('keep each step at its place, the last word winning', async () => {
      const [one, other] = await pair()
      const { id } = await opened(one)
      await withSteps(one, id, [waiting, waiting])
      const second: StepRecord = {
        id: 'publish',
        title: 'Publish',
        state: 'in_progress',
        ms: 3,
        handles: { statement: 'x-1' },
      }
      expect(await one.runs.saveStep(id, 'one', 1, { ...second, state: 'pending' })).toBe(true)
      expect(await one.runs.saveStep(id, 'one', 1, second)).toBe(true)
      expect(await one.runs.saveStep(id, 'one', 2, waiting)).toBe(true)
      expect((await other.runs.get(id))?.steps).toEqual([waiting, second, waiting])
    })

    it('keep the order in which steps were written, also when nobody waits in between', async () => {
      const ledger = await single()
      const { id } = await opened(ledger)
      await withSteps(ledger, id, [waiting])
      await Promise.all(Array.from({ length: 50 }, (_, ms) => ledger.runs.saveStep(id, 'one', 0, { ...waiting, ms })))
      expect((await ledger.runs.get(id))?.steps[0]?.ms).toBe(49)
    })

    it('end once, with the first answer', async () => {
      const [one, other] = await pair()
      const { id } = await opened(one)
      const ended = later(41).toISOString()
      const ends = await Promise.all([
        one.runs.end(id, 'one', { state: 'complete', answer: answerOf('Done'), ended, costUsd: null }, []),
        other.runs.end(id, 'one', { state: 'complete', answer: answerOf('Done'), ended, costUsd: null }, []),
      ])
      expect(ends.toSorted()).toEqual([false, true])
      expect(
        await one.runs.end(id, 'one', { state: 'error', answer: answerOf('Late'), ended, costUsd: null }, []),
      ).toBe(false)
      expect(await one.runs.get(id)).toMatchObject({ state: 'complete', ended, answer: answerOf('Done') })
    })

    it('take nothing from a process that lost them, or after their end', async () => {
      const ledger = await single()
      const { id } = await opened(ledger)
      await withSteps(ledger, id, [waiting])
      expect(await ledger.runs.claim(id, 'one', 'two', noon)).toMatchObject({ worker: 'two', steps: [waiting] })
      const late: StepRecord = { ...waiting, state: 'complete' }
      expect(await ledger.runs.saveStep(id, 'one', 0, late)).toBe(false)
      expect(
        await ledger.runs.end(
          id,
          'one',
          {
            state: 'complete',
            answer: answerOf('Late'),
            ended: noon.toISOString(),
            costUsd: null,
          },
          [],
        ),
      ).toBe(false)
      await ledger.runs.end(
        id,
        'two',
        {
          state: 'cancelled',
          answer: answerOf('Cancelled'),
          ended: noon.toISOString(),
          costUsd: null,
        },
        [],
      )
      expect(await ledger.runs.saveStep(id, 'two', 0, late)).toBe(false)
      expect((await ledger.runs.get(id))?.steps).toEqual([waiting])
    })

    it('are cancelled by asking the process that owns them, the first asker being named', async () => {
      const [one, other] = await pair()
      const { id } = await opened(one)
      await opened(one)
      expect(await other.runs.requestCancel(id, 'U8')).toBe(true)
      expect(await other.runs.requestCancel(id, 'U9')).toBe(true)
      expect(await one.runs.cancelRequests('one')).toEqual([{ id, by: 'U8' }])
      expect(await one.runs.cancelRequests('two')).toEqual([])
      await one.runs.end(
        id,
        'one',
        {
          state: 'cancelled',
          answer: answerOf('Cancelled'),
          ended: noon.toISOString(),
          costUsd: null,
        },
        [],
      )
      expect(await one.runs.cancelRequests('one')).toEqual([])
      expect(await other.runs.requestCancel(id, 'U8')).toBe(false)
      expect(await other.runs.requestCancel(404, 'U8')).toBe(false)
    })

    it('are orphans when their process never entered, left, died or was silent for 30 s', async () => {
      const ledger = await single()
      await ledger.processes.enter(newProcess({ id: 'living', kind: 'terminal', pid: 1 }))
      await ledger.processes.enter(newProcess({ id: 'left', kind: 'terminal', pid: 2 }))
      await ledger.processes.enter(newProcess({ id: 'died', kind: 'terminal', pid: 3 }))
      await ledger.processes.enter(newProcess({ id: 'far', kind: 'terminal', pid: 3, host: 'elsewhere' }))
      await ledger.processes.leave('left')
      dead.add(3)
      const processes = ['living', 'left', 'died', 'far', 'unknown']
      const runs = await Promise.all(processes.map((worker) => opened(ledger, { worker })))
      const over = await opened(ledger, { worker: 'unknown' })
      await ledger.runs.end(
        over.id,
        'unknown',
        {
          state: 'complete',
          answer: answerOf('Done'),
          ended: noon.toISOString(),
          costUsd: null,
        },
        [],
      )
      const orphansAt = async (at: Date) => (await ledger.runs.orphans(at)).map((run) => run.worker).toSorted()
      expect(runs).toHaveLength(5)
      expect(await orphansAt(later(30))).toEqual(['died', 'left', 'unknown'])
      await ledger.processes.beat('living', later(20))
      expect(await orphansAt(later(31))).toEqual(['died', 'far', 'left', 'unknown'])
      expect(await orphansAt(later(51))).toEqual(['died', 'far', 'left', 'living', 'unknown'])
    })

    it('are taken over by one process, and what they have lost is an attempt of its own', async () => {
      const [one, other] = await pair()
      const { id, seq } = await opened(one, { writer: true })
      await opened(one)
      const begun: StepRecord = { ...waiting, state: 'in_progress', key: 'statement', handles: { id: 'x-1' } }
      await withSteps(one, id, [begun])
      await one.runs.requestCancel(id, 'U8')
      const taken = await Promise.all([
        one.runs.claim(id, 'one', 'two', later(40)),
        other.runs.claim(id, 'one', 'three', later(40)),
      ])
      const [run, ...others] = taken.flatMap((one) => one ?? [])
      expect(others).toEqual([])
      const worker = taken[0] === null ? 'three' : 'two'
      expect(run).toMatchObject({ attempt: 2, seq, lost: 1, retries: 0, state: 'running', worker, steps: [begun] })
      expect(await one.runs.get(id)).toEqual(run)
      expect(await one.runs.cancelRequests(worker)).toEqual([{ id, by: 'U8' }])
      expect(await one.runs.attempts(id)).toMatchObject([
        { attempt: 1, state: 'lost', ended: later(40).toISOString() },
        { attempt: 2, state: 'running' },
      ])
      // Nor is it given to its taker a second time, who would be at work on it twice.
      for (const next of ['four', worker]) expect(await one.runs.claim(id, 'one', next, later(50))).toBeNull()
      await end(one, id, 'complete', worker)
      expect(await one.runs.claim(id, worker, 'four', later(50))).toBeNull()
      expect((await one.audit.list({ limit: 9 })).entries).toMatchObject([{ run: id, attempt: 2 }])
      expect(await one.audit.state()).toMatchObject({ unrecorded: 0 })
      const again = { ...newRun(), after: 2, started: later(60).toISOString(), steps: [] }
      expect(await one.runs.retry(id, again)).toMatchObject({ run: { attempt: 3, lost: 0, retries: 1 } })
    })

    it('that are left in good order wait for one process, which goes on with the same attempt', async () => {
      const [one, other] = await pair()
      await one.processes.enter(newProcess({ id: 'one', kind: 'terminal', pid: 1 }))
      const { id } = await opened(one, { writer: true })
      await one.runs.release(id, 'somebody else')
      expect(await one.runs.orphans(noon)).toEqual([])
      await one.runs.release(id, 'one')
      expect(await one.runs.orphans(noon)).toMatchObject([{ id, worker: null }])
      expect(await other.runs.open(newRun({ writer: true }))).toMatchObject({ kind: 'busy', holder: { id } })
      const taken = await Promise.all([
        one.runs.claim(id, null, 'two', noon),
        other.runs.claim(id, null, 'three', noon),
      ])
      expect(taken.flatMap((run) => run ?? [])).toMatchObject([{ attempt: 1, lost: 0 }])
      for (const next of ['two', 'three']) expect(await one.runs.claim(id, null, next, noon)).toBeNull()
    })

    it('that wait for a process can be ended by whoever finds them, once', async () => {
      const ledger = await single()
      const { id } = await opened(ledger, { worker: null })
      await end(ledger, id, 'cancelled', null)
      expect(await ledger.runs.claim(id, null, 'two', noon)).toBeNull()
      expect(await ledger.runs.get(id)).toMatchObject({ state: 'cancelled', worker: null })
    })

    it('bring their messages with their end, which counts once', async () => {
      const [one, other] = await pair()
      const { id } = await opened(one)
      const end = { state: 'complete', answer: answerOf('Done'), ended: later(1).toISOString(), costUsd: null } as const
      const message = (key: string): readonly NewMessage[] => [said(key), said(`${key}:heartbeat`)]
      expect(await other.runs.end(id, 'two', end, message('stranger'))).toBe(false)
      expect(await one.runs.end(id, 'one', end, message('run'))).toBe(true)
      expect(await one.runs.end(id, 'one', end, message('again'))).toBe(false)
      const found = await Promise.all(['run', 'run:heartbeat', 'again'].map((key) => other.messages.find(key)))
      expect(found.map((message) => message?.key)).toEqual(['run', 'run:heartbeat', undefined])
    })

    it('are opened three hundred at a time', async () => {
      const [one, other] = await pair()
      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? one : other).runs.open(newRun({ writer: n % 3 === 0 }))),
      )
      const ids = answers.flatMap((answer) => (answer.kind === 'opened' ? [answer.run.id] : []))
      expect(new Set(ids).size).toBe(201)
      expect(answers.filter((answer) => answer.kind === 'busy')).toHaveLength(99)
    })

    it('never have two writers, however opening, ending, claiming and retrying fall together', async () => {
      const seat = fc.nat({ max: 2 })
      const act = fc.oneof(
        fc.record({ kind: fc.constant('open' as const), seat, writer: fc.boolean() }),
        fc.record({ kind: fc.constant('end' as const), seat, pick: fc.nat() }),
        fc.record({ kind: fc.constant('claim' as const), seat, pick: fc.nat() }),
        fc.record({ kind: fc.constant('retry' as const), seat, pick: fc.nat() }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 5 }), { maxLength: 8 }), async (rounds) => {
          const ledgers = await processes(3)
          const known: RunRecord[] = []
          const perform = async (step: (typeof rounds)[number][number]): Promise<void> => {
            const ledger = ledgers[step.seat]
            if (ledger === undefined) throw new Error('there are three seats')
            const me = `seat-${step.seat}`
            if (step.kind === 'open') {
              const answer = await ledger.runs.open(newRun({ writer: step.writer, worker: me }))
              if (answer.kind === 'opened') known.push(answer.run)
              else if (answer.kind === 'busy') expect(answer.holder.writer).toBe(true)
              return
            }
            const run = known[step.pick % Math.max(known.length, 1)]
            if (run === undefined) return
            if (step.kind === 'end')
              await ledger.runs.end(
                run.id,
                me,
                {
                  state: 'complete',
                  answer: answerOf('Done'),
                  ended: noon.toISOString(),
                  costUsd: null,
                },
                [],
              )
            else if (step.kind === 'retry') await ledger.runs.retry(run.id, { ...run, after: run.attempt, worker: me })
            else await ledger.runs.claim(run.id, run.worker, me, noon)
          }
          for (const round of rounds) {
            await Promise.all(round.map(perform))
            const running = (await ledgers[0]?.runs.list({ limit: 1000, states: ['running'] })) ?? []
            expect(running.filter((run) => run.writer).length).toBeLessThanOrEqual(1)
            for (const run of known) expect((await ledgers[1]?.runs.get(run.id))?.writer).toBe(run.writer)
          }
        }),
        { numRuns: lengths({ gate: 8, soak: 250 }) },
      )
    })
  })
}
