import { describe, expect, it } from 'vitest'
import type { RunRecord, StepRecord } from '../../../../src/core/ports/runs.ts'
import type { ScheduleRecord } from '../../../../src/core/ports/schedules.ts'
import {
  hasSameLines,
  isPowerStep,
  latenessOf,
  lineSteps,
  powerStep,
  restoreStep,
} from '../../../../src/core/schedule/report/occurrence-steps.ts'
import { anna, channel, today } from '../../../support/core.ts'
import { runRecord } from '../../../support/run.ts'
import { scheduled } from '../../../support/schedule.ts'

const zone = 'America/New_York'
const schedule: ScheduleRecord = { id: 3, ...scheduled({ place: channel, owner: anna, created: today, zone }) }
const due = new Date('2026-11-24T08:00:00.000Z')
const fire = { kind: 'fire', schedule: 3, intended: due.toISOString(), cause: 'clock' } as const
const later = (ms: number) => new Date(due.getTime() + ms)
const night = (said: Partial<RunRecord> = {}): RunRecord =>
  runRecord({ origin: fire, started: due.toISOString(), ...said })
const step = (id: string, ms: number | null): StepRecord => ({ id, title: id, state: 'complete', ms, handles: {} })

describe('that it comes late', () => {
  const late = (run: Partial<RunRecord>, nowMs: number) => latenessOf(schedule, night(run), later(nowMs))

  it('is told with the reason, from two minutes on', () => {
    expect(late({ started: later(120_000).toISOString() }, 120_000)).toBeNull()
    expect(late({ started: later(120_001).toISOString() }, 180_000)).toBe(
      'Due 03:00, posted 03:03: the bot was not running.',
    )
    expect(late({ lost: 1 }, 120_000)).toBeNull()
    expect(late({ lost: 1 }, 3_600_000)).toBe('Due 03:00, posted 04:00: the bot was restarted.')
    expect(late({}, 3_600_000)).toBeNull()
    expect(late({ steps: [step('awake-1', 120_000)] }, 130_000)).toBeNull()
    expect(late({ steps: [step('awake-1', 180_000), step('line-1', 900_000)] }, 180_000)).toBe(
      'Due 03:00, posted 03:03: it waited 3 min for the warehouse.',
    )
    expect(late({ steps: [step('line-1', 900_000)] }, 900_000)).toBeNull()
    expect(late({ lost: 2, started: later(600_000).toISOString(), steps: [step('awake-1', 180_000)] }, 900_000)).toBe(
      'Due 03:00, posted 03:15: the bot was not running, the bot was restarted and it waited 3 min for the warehouse.',
    )
  })

  it('is nothing to tell of what somebody wants now, or has continued', () => {
    const hours = 6 * 3_600_000
    const started = later(hours).toISOString()
    expect(late({ started, retries: 1 }, hours)).toBeNull()
    expect(late({ started, origin: { ...fire, cause: 'asked' } }, hours)).toBeNull()
    expect(late({ started, origin: { kind: 'words' } }, hours)).toBeNull()
  })
})

describe('the steps of an occurrence', () => {
  it('look at the warehouse and put it back anew at each attempt', () => {
    expect([powerStep(1), powerStep(2)]).toEqual([
      { id: 'awake-1', title: 'Check the warehouse' },
      { id: 'awake-2', title: 'Check the warehouse (2)' },
    ])
    expect([restoreStep(1), restoreStep(3)].map(({ title }) => title)).toEqual([
      'Pause the warehouse again',
      'Pause the warehouse again (3)',
    ])
    expect([powerStep(2), restoreStep(1), ...lineSteps(['awake-1'])].map(isPowerStep)).toEqual([true, false, false])
  })

  it('number a line that is run more than once', () => {
    expect(lineSteps(['etl', 'pulse', 'etl', 'etl'])).toEqual([
      { id: 'line-1', title: 'etl', request: 'etl' },
      { id: 'line-2', title: 'pulse', request: 'pulse' },
      { id: 'line-3', title: 'etl (2)', request: 'etl' },
      { id: 'line-4', title: 'etl (3)', request: 'etl' },
    ])
  })

  it('are of the lines that the schedule has still, as far as they have come', () => {
    const steps = [step('awake-1', 0), ...['etl', 'pulse'].map((request) => ({ ...step(request, 0), request }))]
    const isSame = (...lines: readonly string[]) => hasSameLines({ ...schedule, lines }, night({ steps }))
    expect([isSame('etl', 'pulse'), isSame('etl', 'pulse', 'qa'), isSame('etl'), isSame('pulse', 'etl')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
