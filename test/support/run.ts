import type { NewRun, RunRecord } from '../../src/core/ports/runs.ts'
import { anna, channel, today } from './core.ts'

/** A run of `greet` in a channel that began and ended at noon, by nobody's clock, unless said otherwise. */
export function runRecord(said: Partial<RunRecord> = {}): RunRecord {
  return {
    id: 1,
    key: null,
    command: 'greet',
    args: {},
    line: 'greet',
    writer: false,
    listed: true,
    origin: { kind: 'words' },
    requester: anna,
    attempt: 1,
    seq: 1,
    retries: 0,
    lost: 0,
    who: anna,
    place: channel,
    door: 'words',
    approval: null,
    state: 'complete',
    worker: null,
    available: today,
    started: today,
    ended: today,
    steps: [],
    answer: null,
    costUsd: null,
    ...said,
  }
}

/** A load that somebody asks for in a channel at noon, and that changes nothing, unless said otherwise. */
export function newRun(said: Partial<NewRun> = {}): NewRun {
  return {
    command: 'etl',
    line: 'etl',
    who: anna,
    place: channel,
    writer: false,
    listed: true,
    key: null,
    args: null,
    door: 'words',
    origin: { kind: 'words' },
    approval: null,
    worker: 'one',
    started: today,
    ...said,
  }
}
