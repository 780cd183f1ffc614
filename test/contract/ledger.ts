import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { Asker } from '../../src/core/people.ts'
import type { Place } from '../../src/core/place.ts'
import type {
  Ledger,
  NewPlan,
  NewRun,
  PlanEnd,
  ProcessRecord,
  RunId,
  RunRecord,
  ScheduleRecord,
  StepRecord,
} from '../../src/core/ports/ledger.ts'
import { describeAudit } from './audit.ts'

/** What a ledger is opened with: the time, and which pids live on the host `here`. */
export interface LedgerWorld {
  readonly now: () => Date
  readonly host: string
  readonly isAlive: (pid: number) => boolean
}

/** Opens the ledger that is kept in a folder; the same folder twice is one ledger seen by two processes. */
export type OpenLedger = (home: string, world: LedgerWorld) => Promise<Ledger>

const noon = new Date('2026-03-02T12:00:00.000Z')
const anna: Asker = { kind: 'slack', id: 'U1', name: 'Anna' }
const inChannel: Place = { kind: 'slack', channel: 'C1', channelName: 'data', direct: false }
const waiting: StepRecord = { title: 'Stage events', state: 'pending', ms: null, handles: {} }

function later(seconds: number): Date {
  return new Date(noon.getTime() + seconds * 1000)
}

function newRun(said: Partial<NewRun> = {}): NewRun {
  return {
    command: 'etl',
    line: 'etl max-errors=3',
    who: anna,
    place: inChannel,
    writer: false,
    listed: true,
    continues: null,
    origin: { kind: 'words' },
    approval: null,
    process: 'one',
    started: noon.toISOString(),
    steps: [],
    ...said,
  }
}

const nightly: Omit<ScheduleRecord, 'id'> = {
  lines: ['etl', 'qa'],
  phrase: 'daily at 03:00',
  cron: '0 3 * * *',
  zone: 'Europe/Vienna',
  place: inChannel,
  owner: anna,
  condition: { kind: 'changed', percent: 5 },
  whenPaused: 'resume',
  catchUpHours: 1.5,
  created: noon.toISOString(),
  since: noon.toISOString(),
  state: { kind: 'active' },
  approval: { plan: { title: 'Say this?', facts: [], act: 'Schedule it', danger: false }, by: anna },
  asked: null,
  snoozedUntil: null,
}

function answerOf(headline: string): Answer {
  return { ok: true, exit: 0, headline, audience: 'channel', run: null, replies: [], next: [] }
}

function newProcess(said: Partial<ProcessRecord> = {}): ProcessRecord {
  const at = noon.toISOString()
  return { id: 'one', kind: 'bot', pid: 101, host: 'here', started: at, heartbeat: at, ...said }
}

async function opened(ledger: Ledger, said: Partial<NewRun> = {}): Promise<RunRecord> {
  const answer = await ledger.runs.open(newRun(said))
  if (answer.kind === 'busy') throw new Error(`run ${answer.holder.id} holds the lock`)
  return answer.run
}

/** What every ledger does, whatever it is made of. */
export function describeLedger(name: string, open: OpenLedger): void {
  describeAudit(name, open)
  describe(`the ledger ${name}`, () => {
    const closing: (() => Promise<unknown>)[] = []
    const dead = new Set<number>()
    let now = noon

    async function processes(count: number): Promise<Ledger[]> {
      const home = await mkdtemp(join(tmpdir(), 'ledger-'))
      const world = { now: () => now, host: 'here', isAlive: (pid: number) => !dead.has(pid) }
      const ledgers = await Promise.all(Array.from({ length: count }, () => open(home, world)))
      closing.push(async () => {
        await Promise.all(ledgers.map((ledger) => ledger.close()))
        await rm(home, { recursive: true })
      })
      return ledgers
    }

    async function pair(): Promise<readonly [Ledger, Ledger]> {
      const [one, other] = await processes(2)
      if (one === undefined || other === undefined) throw new Error('two were asked for')
      return [one, other]
    }

    async function single(): Promise<Ledger> {
      return (await pair())[0]
    }

    afterEach(async () => {
      now = noon
      dead.clear()
      for (const close of closing.splice(0)) await close()
    })

    describe('runs', () => {
      it('are the same to the process that opened one and to another that reads it', async () => {
        const [one, other] = await pair()
        const steps: StepRecord[] = [
          {
            title: 'Stage events',
            state: 'complete',
            ms: 12,
            detail: '8 rows',
            output: { rows: 8 },
            handles: { id: 'a' },
          },
          waiting,
        ]
        const run = await opened(one, { writer: true, continues: 7, steps })
        expect(run).toMatchObject({ state: 'running', attempts: 1, ended: null, answer: null, post: null, steps })
        expect(await other.runs.get(run.id)).toEqual(run)
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
        expect(await other.runs.open(newRun({ writer: true, process: 'two' }))).toEqual({ kind: 'busy', holder })
        expect((await other.runs.open(newRun({ process: 'two' }))).kind).toBe('opened')
      })

      it('that are a fire are opened once for each schedule and time, whoever asks, also when it is over', async () => {
        const [one, other] = await pair()
        const at = (intended: Date, schedule = 3): Partial<NewRun> => ({
          origin: { kind: 'fire', schedule, intended: intended.toISOString(), cause: 'clock' },
        })
        const answers = await Promise.all([one, other, one, other].map((ledger) => ledger.runs.open(newRun(at(noon)))))
        const ids = answers.map((answer) => (answer.kind === 'busy' ? null : answer.run.id))
        expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['known', 'known', 'known', 'opened'])
        expect(new Set(ids).size).toBe(1)
        await one.runs.end(ids[0] ?? 0, 'one', {
          state: 'complete',
          answer: answerOf('Said'),
          ended: noon.toISOString(),
          costUsd: 0.25,
        })
        const again = await other.runs.open(newRun(at(noon)))
        expect(again).toMatchObject({ kind: 'known', run: { id: ids[0], state: 'complete', costUsd: 0.25 } })
        expect((await other.runs.open(newRun(at(later(60))))).kind).toBe('opened')
        expect((await other.runs.open(newRun(at(noon, 4)))).kind).toBe('opened')
        const fires = await other.runs.list({ schedule: 3, limit: 10 })
        expect(fires.map(({ origin }) => origin)).toMatchObject([
          { intended: later(60).toISOString() },
          at(noon).origin,
        ])
        expect(await other.runs.list({ schedule: 3, intended: noon.toISOString(), limit: 10 })).toHaveLength(1)
      })

      it('that are a line of a fire are opened once for each place in it, and once again, also where they write, and are told with their fire', async () => {
        const [one, other] = await pair()
        const line: Partial<NewRun> = { writer: true, origin: { kind: 'line', fire: 7, at: 0 } }
        const first = await opened(one, line)
        expect(await other.runs.open(newRun({ ...line, process: 'two' }))).toEqual({ kind: 'known', run: first })
        expect(await other.runs.open(newRun({ writer: true, origin: { kind: 'line', fire: 7, at: 1 } }))).toEqual({
          kind: 'busy',
          holder: first,
        })
        await one.runs.end(first.id, 'one', {
          state: 'complete',
          answer: answerOf('Done'),
          ended: later(1).toISOString(),
          costUsd: null,
        })
        const again: Partial<NewRun> = { origin: { kind: 'line', fire: 7, at: 0, again: true } }
        const second = await opened(other, again)
        expect(await one.runs.open(newRun(again))).toEqual({ kind: 'known', run: second })
        expect(await one.runs.open(newRun(line))).toMatchObject({ kind: 'known', run: { id: first.id } })
        expect(await other.runs.untold(noon.toISOString())).toEqual([])
        expect((await other.runs.list({ fire: 7, limit: 10 })).map(({ id }) => id)).toEqual([second.id, first.id])
        expect((await other.runs.list({ whole: true, limit: 10 })).map(({ id }) => id)).not.toContain(first.id)
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
        await ledger.runs.end(holder.id, 'one', {
          state: 'complete',
          answer: answerOf('Done'),
          ended: later(1).toISOString(),
          costUsd: null,
        })
        expect((await ledger.runs.open(newRun({ writer: true }))).kind).toBe('opened')
      })

      it('are listed newest first and by every filter', async () => {
        const ledger = await single()
        const old = await opened(ledger, { started: later(-3600).toISOString(), command: 'qa' })
        const hidden = await opened(ledger, { listed: false, who: { ...anna, id: 'U2' } })
        const ended = await opened(ledger)
        await ledger.runs.end(ended.id, 'one', {
          state: 'error',
          answer: answerOf('Failed'),
          ended: later(1).toISOString(),
          costUsd: null,
        })
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

      it('keep each step at its place, the last word winning', async () => {
        const [one, other] = await pair()
        const { id } = await opened(one, { steps: [waiting, waiting] })
        const second: StepRecord = { title: 'Publish', state: 'in_progress', ms: 3, handles: { statement: 'x-1' } }
        expect(await one.runs.saveStep(id, 'one', 1, { ...second, state: 'pending' })).toBe(true)
        expect(await one.runs.saveStep(id, 'one', 1, second)).toBe(true)
        expect(await one.runs.saveStep(id, 'one', 2, waiting)).toBe(true)
        expect((await other.runs.get(id))?.steps).toEqual([waiting, second, waiting])
      })

      it('keep the order in which steps were written, also when nobody waits in between', async () => {
        const ledger = await single()
        const { id } = await opened(ledger, { steps: [waiting] })
        await Promise.all(Array.from({ length: 50 }, (_, ms) => ledger.runs.saveStep(id, 'one', 0, { ...waiting, ms })))
        expect((await ledger.runs.get(id))?.steps[0]?.ms).toBe(49)
      })

      it('remember the message they live in', async () => {
        const ledger = await single()
        const { id } = await opened(ledger)
        await ledger.runs.savePost(id, { channel: 'C1', ts: '1.2' })
        expect((await ledger.runs.get(id))?.post).toEqual({ channel: 'C1', ts: '1.2' })
      })

      it('end once, with the first answer', async () => {
        const [one, other] = await pair()
        const { id } = await opened(one)
        const ended = later(41).toISOString()
        const ends = await Promise.all([
          one.runs.end(id, 'one', { state: 'complete', answer: answerOf('Done'), ended, costUsd: null }),
          other.runs.end(id, 'one', { state: 'complete', answer: answerOf('Done'), ended, costUsd: null }),
        ])
        expect(ends.toSorted()).toEqual([false, true])
        expect(await one.runs.end(id, 'one', { state: 'error', answer: answerOf('Late'), ended, costUsd: null })).toBe(
          false,
        )
        expect(await one.runs.get(id)).toMatchObject({ state: 'complete', ended, answer: answerOf('Done') })
      })

      it('take nothing from a process that lost them, or after their end', async () => {
        const ledger = await single()
        const { id } = await opened(ledger, { steps: [waiting] })
        expect(await ledger.runs.adopt(id, 'one', 'two')).toBe(true)
        const late: StepRecord = { ...waiting, state: 'complete' }
        expect(await ledger.runs.saveStep(id, 'one', 0, late)).toBe(false)
        expect(
          await ledger.runs.end(id, 'one', {
            state: 'complete',
            answer: answerOf('Late'),
            ended: noon.toISOString(),
            costUsd: null,
          }),
        ).toBe(false)
        await ledger.runs.end(id, 'two', {
          state: 'cancelled',
          answer: answerOf('Cancelled'),
          ended: noon.toISOString(),
          costUsd: null,
        })
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
        await one.runs.end(id, 'one', {
          state: 'cancelled',
          answer: answerOf('Cancelled'),
          ended: noon.toISOString(),
          costUsd: null,
        })
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
        const runs = await Promise.all(processes.map((process) => opened(ledger, { process })))
        const over = await opened(ledger, { process: 'unknown' })
        await ledger.runs.end(over.id, 'unknown', {
          state: 'complete',
          answer: answerOf('Done'),
          ended: noon.toISOString(),
          costUsd: null,
        })
        const orphansAt = async (at: Date) => (await ledger.runs.orphans(at)).map((run) => run.process).toSorted()
        expect(runs).toHaveLength(5)
        expect(await orphansAt(later(30))).toEqual(['died', 'left', 'unknown'])
        await ledger.processes.beat('living', later(20))
        expect(await orphansAt(later(31))).toEqual(['died', 'far', 'left', 'unknown'])
        expect(await orphansAt(later(51))).toEqual(['died', 'far', 'left', 'living', 'unknown'])
      })

      it('are adopted by one process, which counts as one more attempt', async () => {
        const [one, other] = await pair()
        const { id } = await opened(one, { writer: true })
        const adopted = await Promise.all([one.runs.adopt(id, 'one', 'two'), other.runs.adopt(id, 'one', 'three')])
        expect(adopted.toSorted()).toEqual([false, true])
        const run = await one.runs.get(id)
        expect(run).toMatchObject({ attempts: 2, state: 'running', process: adopted[0] ? 'two' : 'three' })
        await one.runs.end(id, run?.process ?? '', {
          state: 'complete',
          answer: answerOf('Done'),
          ended: noon.toISOString(),
          costUsd: null,
        })
        expect(await one.runs.adopt(id, run?.process ?? '', 'four')).toBe(false)
      })

      it('that are handed over in good order are carried on without counting that as an attempt', async () => {
        const ledger = await single()
        const { id } = await opened(ledger, { writer: true })
        await ledger.runs.handOver(id, 'somebody else')
        expect((await ledger.runs.get(id))?.attempts).toBe(1)
        await ledger.runs.handOver(id, 'one')
        await ledger.runs.adopt(id, 'one', 'two')
        expect(await ledger.runs.get(id)).toMatchObject({ attempts: 1, process: 'two' })
      })

      it('said in Slack are untold from their end until told, others never', async () => {
        const ledger = await single()
        const runs = [await opened(ledger), await opened(ledger), await opened(ledger, { place: { kind: 'terminal' } })]
        await opened(ledger)
        for (const [index, run] of runs.entries())
          await ledger.runs.end(run.id, 'one', {
            state: 'complete',
            answer: answerOf('Done'),
            ended: later(index).toISOString(),
            costUsd: null,
          })
        const untoldSince = async (at: Date) => (await ledger.runs.untold(at.toISOString())).map((run) => run.id)
        expect(await untoldSince(later(-1))).toEqual([runs[0]?.id, runs[1]?.id])
        expect(await untoldSince(later(0))).toEqual([runs[1]?.id])
        await ledger.runs.told(runs[0]?.id ?? 0)
        expect(await untoldSince(later(-1))).toEqual([runs[1]?.id])
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

      it('never have two writers, however opening, ending and adopting fall together', async () => {
        const seat = fc.nat({ max: 2 })
        const act = fc.oneof(
          fc.record({ kind: fc.constant('open' as const), seat, writer: fc.boolean() }),
          fc.record({ kind: fc.constant('end' as const), seat, pick: fc.nat() }),
          fc.record({ kind: fc.constant('adopt' as const), seat, pick: fc.nat() }),
        )
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(act, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
            async (rounds) => {
              const ledgers = await processes(3)
              const known: RunRecord[] = []
              const perform = async (step: (typeof rounds)[number][number]): Promise<void> => {
                const ledger = ledgers[step.seat]
                if (ledger === undefined) throw new Error('there are three seats')
                const me = `seat-${step.seat}`
                if (step.kind === 'open') {
                  const answer = await ledger.runs.open(newRun({ writer: step.writer, process: me }))
                  if (answer.kind === 'opened') known.push(answer.run)
                  else if (answer.kind === 'busy') expect(answer.holder.writer).toBe(true)
                  return
                }
                const run = known[step.pick % Math.max(known.length, 1)]
                if (run === undefined) return
                if (step.kind === 'end')
                  await ledger.runs.end(run.id, me, {
                    state: 'complete',
                    answer: answerOf('Done'),
                    ended: noon.toISOString(),
                    costUsd: null,
                  })
                else await ledger.runs.adopt(run.id, run.process, me)
              }
              for (const round of rounds) {
                await Promise.all(round.map(perform))
                const running = (await ledgers[0]?.runs.list({ limit: 1000, states: ['running'] })) ?? []
                expect(running.filter((run) => run.writer).length).toBeLessThanOrEqual(1)
                for (const run of known) expect((await ledgers[1]?.runs.get(run.id))?.writer).toBe(run.writer)
              }
            },
          ),
          { numRuns: 25 },
        )
      })
    })

    describe('plans', () => {
      const plan: NewPlan = {
        id: 'p1',
        line: 'tear-down',
        asker: anna,
        place: { kind: 'terminal' },
        draft: { title: 'Tear down?', facts: ['7 loads'], act: 'Tear down', typed: 'sparkify', danger: true },
        expires: later(600).toISOString(),
        reasons: [],
        card: false,
      }
      const card: NewPlan = {
        ...plan,
        id: 'c1',
        draft: { title: 'Spin up?', facts: [], act: 'Spin up', danger: false, mostUsd: null },
        reasons: [{ kind: 'costly', words: 'It costs.' }],
        card: true,
      }
      const approved: PlanEnd = { kind: 'approved', by: anna, at: noon.toISOString() }
      const rejected: PlanEnd = { kind: 'rejected', by: anna, at: later(1).toISOString() }
      const post = { channel: 'C1', ts: '1.2' }

      it('are read by any process until they are settled, and after', async () => {
        const [one, other] = await pair()
        await one.plans.save(plan)
        await one.plans.save(card)
        expect(await other.plans.get('p1')).toEqual({ ...plan, post: null, end: null })
        await other.plans.settle('p1', approved)
        expect(await one.plans.get('p1')).toEqual({ ...plan, post: null, end: approved })
        await other.plans.savePost('c1', post)
        expect(await one.plans.get('c1')).toEqual({ ...card, post, end: null })
        expect(await one.plans.get('p2')).toBeNull()
      })

      it('are settled by exactly one of many, whose word alone is kept', async () => {
        const [one, other] = await pair()
        await one.plans.save(plan)
        const ends = [approved, rejected, approved, rejected]
        const settled = await Promise.all(ends.map((end, at) => (at < 2 ? one : other).plans.settle('p1', end)))
        expect(settled.filter(Boolean)).toHaveLength(1)
        expect((await one.plans.get('p1'))?.end).toEqual(ends[settled.indexOf(true)])
        expect(await one.plans.settle('p2', approved)).toBe(false)
      })

      it('keep what became of them after all', async () => {
        const [one, other] = await pair()
        await one.plans.save(plan)
        await one.plans.settle('p1', approved)
        const failed: PlanEnd = { ...rejected, kind: 'failed', why: 'Another run is going on.' }
        await one.plans.revise('p1', failed)
        expect((await other.plans.get('p1'))?.end).toEqual(failed)
        expect(await other.plans.settle('p1', approved)).toBe(false)
      })

      it('are unbegun where the process that was to carry them out is gone and has opened no run', async () => {
        const [one, other] = await pair()
        await one.processes.enter(newProcess({ id: 'living', kind: 'terminal' }))
        const by = (process?: string): PlanEnd => ({ ...approved, ...(process === undefined ? {} : { process }) })
        const ends = { lost: by('gone'), living: by('living'), begun: by('gone'), old: by(), rejected }
        for (const [id, end] of Object.entries(ends)) {
          await one.plans.save({ ...plan, id })
          await one.plans.settle(id, end)
        }
        await opened(one, { approval: { id: 'begun', plan: plan.draft, by: anna } })
        expect(await other.plans.unbegun(later(1))).toEqual([{ ...plan, id: 'lost', post: null, end: ends.lost }])
      })

      it('wait where their card was posted and nobody settled it yet, and are overdue after their time', async () => {
        const [one, other] = await pair()
        for (const id of ['open', 'settled', 'unposted', 'later']) {
          await one.plans.save({ ...card, id, expires: later(id === 'later' ? 601 : 600).toISOString() })
          if (id !== 'unposted') await one.plans.savePost(id, post)
        }
        await one.plans.settle('settled', rejected)
        const overdue = async (seconds: number) => (await other.plans.overdue(later(seconds))).map(({ id }) => id)
        expect(await overdue(600)).toEqual([])
        expect(await overdue(601)).toEqual(['open', 'unposted'])
        expect(await overdue(602)).toEqual(['open', 'unposted', 'later'])
        const waiting = async (seconds: number) => (await other.plans.waiting(later(seconds))).map(({ id }) => id)
        expect(await waiting(600)).toEqual(['open', 'later'])
        expect(await waiting(601)).toEqual(['later'])
        expect(await waiting(602)).toEqual([])
      })
    })

    describe('loads', () => {
      async function published(ledger: Ledger): Promise<RunId> {
        const { id } = await opened(ledger)
        await ledger.loads.begin(id, noon.toISOString())
        expect(await ledger.loads.publish(id, id, 'one', later(id).toISOString())).toBe(true)
        return id
      }

      it('begin empty, and again when they were not published', async () => {
        const ledger = await single()
        await ledger.loads.begin(3, noon.toISOString())
        await ledger.loads.learn(3, { files: 2 })
        await ledger.loads.begin(3, later(5).toISOString())
        expect(await ledger.loads.get(3)).toEqual({
          id: 3,
          state: 'building',
          started: later(5).toISOString(),
          published: null,
          facts: {},
        })
        expect(await ledger.loads.get(4)).toBeNull()
        expect(await ledger.loads.live()).toBeNull()
      })

      it('learn facts bit by bit, each replaced as a whole, null being a fact', async () => {
        const [one, other] = await pair()
        await one.loads.begin(1, noon.toISOString())
        await one.loads.learn(1, { files: 2, counts: { users: 97, time: 5 }, dataFrom: '2018-11-01' })
        await other.loads.learn(1, {
          counts: { users: 98 },
          dataFrom: null,
          checks: { total: 12, red: ['orphans'], warnings: [] },
        })
        await other.loads.learn(1, {})
        expect((await one.loads.get(1))?.facts).toEqual({
          files: 2,
          counts: { users: 98 },
          dataFrom: null,
          checks: { total: 12, red: ['orphans'], warnings: [] },
        })
      })

      it('that never began learn nothing', async () => {
        await expect((await single()).loads.learn(9, { files: 1 })).rejects.toThrow('load 9')
      })

      it('move the pointer: the live one becomes previous, the previous one is discarded', async () => {
        const [ledger, other] = await pair()
        const [first, second, third] = [await published(ledger), await published(ledger), await published(ledger)]
        expect(await other.loads.live()).toMatchObject({ id: third, published: later(third).toISOString() })
        const states = async (id: number) => (await other.loads.get(id))?.state
        expect([await states(first), await states(second), await states(third)]).toEqual([
          'discarded',
          'previous',
          'live',
        ])
        expect((await other.loads.list(['live', 'previous'])).map((load) => load.id)).toEqual([third, second])
        expect(await other.loads.list(['building'])).toEqual([])
      })

      it('published twice by the same run stay as they are', async () => {
        const ledger = await single()
        const first = await published(ledger)
        const second = await published(ledger)
        const before = await ledger.loads.list(['live', 'previous', 'discarded'])
        expect(await ledger.loads.publish(second, second, 'one', later(900).toISOString())).toBe(true)
        expect(await ledger.loads.list(['live', 'previous', 'discarded'])).toEqual(before)
        expect((await ledger.loads.get(first))?.state).toBe('previous')
        await expect(ledger.loads.begin(second, noon.toISOString())).rejects.toThrow('published')
      })

      it('are refused, and nothing moves, when the run has ended or belongs to another process', async () => {
        const ledger = await single()
        const live = await published(ledger)
        const { id } = await opened(ledger)
        await ledger.loads.begin(id, noon.toISOString())
        await ledger.runs.adopt(id, 'one', 'two')
        expect(await ledger.loads.publish(id, id, 'one', noon.toISOString())).toBe(false)
        await ledger.runs.end(id, 'two', {
          state: 'cancelled',
          answer: answerOf('Cancelled'),
          ended: noon.toISOString(),
          costUsd: null,
        })
        expect(await ledger.loads.publish(id, id, 'two', noon.toISOString())).toBe(false)
        expect((await ledger.loads.live())?.id).toBe(live)
        expect((await ledger.loads.get(id))?.state).toBe('building')
      })

      it('that were discarded or never began are not published', async () => {
        const ledger = await single()
        const live = await published(ledger)
        const { id } = await opened(ledger)
        expect(await ledger.loads.publish(id, id, 'one', noon.toISOString())).toBe(false)
        await ledger.loads.begin(id, noon.toISOString())
        await ledger.loads.discard(id)
        expect(await ledger.loads.publish(id, id, 'one', noon.toISOString())).toBe(false)
        expect((await ledger.loads.live())?.id).toBe(live)
      })

      it('are discarded one by one unless live, and all of them after a tear-down', async () => {
        const ledger = await single()
        const live = await published(ledger)
        await ledger.loads.begin(live + 1, noon.toISOString())
        await ledger.loads.discard(live + 1)
        await ledger.loads.discard(live)
        expect((await ledger.loads.get(live + 1))?.state).toBe('discarded')
        expect((await ledger.loads.live())?.id).toBe(live)
        await ledger.loads.discardAll()
        expect(await ledger.loads.live()).toBeNull()
        expect((await ledger.loads.list(['discarded'])).map((load) => load.id)).toEqual([live + 1, live])
      })
    })

    describe('schedules', () => {
      it('are added, listed in the order of their numbers, changed and removed', async () => {
        const [one, other] = await pair()
        const first = await one.schedules.add(nightly)
        const second = await one.schedules.add({ ...nightly, phrase: 'hourly' })
        expect(first).toEqual({ ...nightly, id: first.id })
        expect(await other.schedules.list()).toEqual([first, second])
        const parked = { ...first, state: { kind: 'parked', why: 'The channel is archived.' }, lines: ['qa'] } as const
        expect(await other.schedules.change(first.id, { state: parked.state, lines: parked.lines })).toEqual(parked)
        expect(await one.schedules.get(first.id)).toEqual(parked)
        expect(await one.schedules.remove(first.id)).toBe(true)
        expect(await one.schedules.remove(first.id)).toBe(false)
        expect(await one.schedules.change(first.id, { state: { kind: 'active' } })).toBeNull()
        expect(await other.schedules.get(first.id)).toBeNull()
        await one.schedules.remove(second.id)
        expect((await one.schedules.add(nightly)).id).toBeGreaterThan(second.id)
      })
    })

    describe('a schedule that is changed as it stands', () => {
      it('is left alone where its state, its place or its owner is another by then', async () => {
        const [one, other] = await pair()
        const schedule = await one.schedules.add(nightly)
        const parked = { state: { kind: 'parked', why: 'It is archived.' } } as const
        for (const meanwhile of [
          { state: { kind: 'paused' } },
          { place: { kind: 'slack', channel: 'C0OTHER', direct: false } },
          { place: { kind: 'terminal' } },
          { owner: { ...nightly.owner, id: 'somebody else' } },
        ] as const) {
          await other.schedules.change(schedule.id, meanwhile)
          expect(await one.schedules.change(schedule.id, parked, schedule)).toBeNull()
          expect(await one.schedules.get(schedule.id)).toEqual({ ...schedule, ...meanwhile })
          const { state, place, owner } = nightly
          await other.schedules.change(schedule.id, { state, place, owner })
        }
        expect(await one.schedules.change(schedule.id, parked, schedule)).toEqual({ ...schedule, ...parked })
      })
    })

    describe('a schedule that somebody wants to hear now', () => {
      it('is heard once, and not forgotten when it was asked for again since', async () => {
        const [one, other] = await pair()
        const { id } = await one.schedules.add(nightly)
        const [first, second] = [later(1), later(2)].map((at) => ({
          at: at.toISOString(),
          by: anna,
          from: null,
          maxErrors: 3,
          approval: null,
        }))
        if (first === undefined || second === undefined) throw new Error('there are two')
        await one.schedules.change(id, { asked: first })
        await other.schedules.change(id, { asked: second })
        await one.schedules.heard(id, first.at)
        expect((await other.schedules.get(id))?.asked).toEqual(second)
        await one.schedules.heard(id, second.at)
        expect((await other.schedules.get(id))?.asked).toBeNull()
      })
    })

    describe('notes', () => {
      it('are kept by key, for every process, until they are kept anew', async () => {
        const [one, other] = await pair()
        expect(await one.notes.get('lease')).toBeNull()
        await one.notes.set('lease', { until: '2026-11-23T12:00:00.000Z', ran: [] })
        expect(await other.notes.get('lease')).toEqual({ until: '2026-11-23T12:00:00.000Z', ran: [] })
        await other.notes.set('lease', null)
        expect(await one.notes.get('lease')).toBeNull()
      })

      it('are settled once, the same for everybody who asks', async () => {
        const [one, other] = await pair()
        const settled = await Promise.all([one.notes.settle('home', 'a'), other.notes.settle('home', 'b')])
        expect(new Set(settled).size).toBe(1)
        expect(await one.notes.settle('home', 'c')).toBe(settled[0])
      })
    })

    describe('processes', () => {
      it('of kind bot are refused while another bot lives, terminals never are', async () => {
        const [one, other] = await pair()
        const bot = newProcess()
        expect(await one.processes.enter(bot)).toEqual({ kind: 'entered' })
        expect(await other.processes.enter(newProcess({ id: 'two', pid: 102 }))).toEqual({ kind: 'occupied', by: bot })
        expect(await other.processes.enter(newProcess({ id: 'three', pid: 103, kind: 'terminal' }))).toEqual({
          kind: 'entered',
        })
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
          (await ledger.processes.enter(newProcess({ id, pid, host, heartbeat: now.toISOString() }))).kind
        await ledger.processes.enter(newProcess())
        dead.add(101)
        expect(await enters('two', 102, 'elsewhere')).toBe('entered')
        now = later(30)
        expect(await enters('three', 103)).toBe('occupied')
        now = later(31)
        expect(await enters('three', 103)).toBe('entered')
        await ledger.processes.leave('three')
        expect(await enters('four', 104)).toBe('entered')
        expect((await ledger.processes.bot(now))?.id).toBe('four')
      })

      it('replace a predecessor with the same pid on the same host, whose runs are orphans then', async () => {
        const ledger = await single()
        await ledger.processes.enter(newProcess({ id: 'before', pid: 1 }))
        const run = await opened(ledger, { process: 'before' })
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

    it('gives each claim to one caller, for ever', async () => {
      const ledgers = await processes(3)
      const won = await Promise.all(
        Array.from({ length: 60 }, async (_, n) => (await ledgers[n % 3]?.claim(`fire-${n % 20}`, noon)) === true),
      )
      expect(won.filter(Boolean)).toHaveLength(20)
      expect(await ledgers[0]?.claim('fire-0', later(86_400))).toBe(false)
    })
  })
}
