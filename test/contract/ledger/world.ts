import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import type { Asker } from '../../../src/core/people.ts'
import type { Place } from '../../../src/core/place.ts'
import type {
  Ledger,
  NewRun,
  ProcessRecord,
  RunRecord,
  ScheduleRecord,
  StepRecord,
} from '../../../src/core/ports/ledger.ts'
import { newRun as loadRun } from '../../support/run.ts'

/** What a ledger is opened with: the time, and which pids live on the host `here`. */
export interface LedgerWorld {
  readonly now: () => Date
  readonly host: string
  readonly isAlive: (pid: number) => boolean
  readonly uptime: () => { readonly boot: string; readonly ms: number }
}

/** Opens the ledger that is kept in a folder; the same folder twice is one ledger seen by two processes. */
export type OpenLedger = (home: string, world: LedgerWorld) => Promise<Ledger>

export const noon = new Date('2026-03-02T12:00:00.000Z')
export const anna: Asker = { kind: 'slack', id: 'U1', name: 'Anna' }
export const inChannel: Place = { kind: 'slack', channel: 'C1', channelName: 'data', direct: false }
export const waiting: StepRecord = {
  id: 'stage-events',
  title: 'Stage events',
  state: 'pending',
  ms: null,
  handles: {},
}

export function later(seconds: number): Date {
  return new Date(noon.getTime() + seconds * 1000)
}

export function newRun(said: Partial<NewRun> = {}): NewRun {
  return loadRun({ line: 'etl max-errors=3', who: anna, place: inChannel, started: noon.toISOString(), ...said })
}

export const nightly: Omit<ScheduleRecord, 'id'> = {
  lines: ['etl', 'qa'],
  phrase: 'daily at 03:00',
  days: 'daily',
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
  approval: { plan: { title: 'Say this?', facts: [], act: 'Schedule', danger: false }, by: anna },
  snoozedUntil: null,
  personal: false,
}

export function answerOf(headline: string): Answer {
  return { ok: true, exit: 0, headline, audience: 'channel', run: null, replies: [], next: [] }
}

export function newProcess(said: Partial<ProcessRecord> = {}): ProcessRecord {
  const at = noon.toISOString()
  return { id: 'one', kind: 'bot', pid: 101, host: 'here', started: at, heartbeat: at, ...said }
}

export async function opened(ledger: Ledger, said: Partial<NewRun> = {}): Promise<RunRecord> {
  const answer = await ledger.runs.open(newRun(said))
  if (answer.kind === 'busy' || answer.kind === 'settled') throw new Error(`it was not opened: ${answer.kind}`)
  return answer.run
}

/** Ledgers for the tests of one group, closed after each; its time and its dead processes begin anew. */
export interface Ledgers {
  now: Date
  /** Pids of the host `here` that are gone. */
  readonly dead: Set<number>
  /** So many processes at one ledger. */
  processes(count: number): Promise<Ledger[]>
  pair(): Promise<readonly [Ledger, Ledger]>
  single(): Promise<Ledger>
}

export function openLedgers(open: OpenLedger): Ledgers {
  const closing: (() => Promise<unknown>)[] = []
  const dead = new Set<number>()
  const ledgers: Ledgers = {
    now: noon,
    dead,
    async processes(count) {
      const home = await mkdtemp(join(tmpdir(), 'ledger-'))
      const world = {
        now: () => ledgers.now,
        host: 'here',
        isAlive: (pid: number) => !dead.has(pid),
        // Two looks are never at one machine here, so the times that are given decide.
        uptime: () => ({ boot: randomUUID(), ms: 0 }),
      }
      const opened = await Promise.all(Array.from({ length: count }, () => open(home, world)))
      closing.push(async () => {
        await Promise.all(opened.map((ledger) => ledger.close()))
        await rm(home, { recursive: true })
      })
      return opened
    },
    async pair() {
      const [one, other] = await ledgers.processes(2)
      if (one === undefined || other === undefined) throw new Error('two were asked for')
      return [one, other]
    },
    single: async () => (await ledgers.pair())[0],
  }
  afterEach(async () => {
    ledgers.now = noon
    dead.clear()
    for (const close of closing.splice(0)) await close()
  })
  return ledgers
}
