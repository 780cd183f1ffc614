import type { z } from 'zod'
import type { RunView } from '../answer.ts'
import { OpsError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { RunRecord, RunStore, StepRecord } from '../ports/ledger.ts'
import type { Step, Work } from '../step.ts'
import { viewOf } from './answers.ts'

/** Is told each state of a run in its own process. Must return at once and not throw. */
export type OnProgress = (run: RunView) => void

/** A run of this process: its record as last stored, and the means to go on with it. */
export interface LiveRun {
  readonly record: RunRecord
  readonly signal: AbortSignal
  abort(reason: OpsError): void
  perform(steps: readonly (Step | readonly Step[])[]): Promise<void>
  compensate(step: Step): Promise<void>
  output<S extends z.ZodType>(id: string, schema: S): z.output<S>
}

/** Brings an opened run to life. Steps it finished before, in this or an earlier process, count as done. */
export function createLiveRun(opened: RunRecord, store: RunStore, clock: Clock, onProgress?: OnProgress): LiveRun {
  const controller = new AbortController()
  // Stops compensation as well: another process has the run, or will.
  const leaving = new AbortController()
  const abort = (reason: OpsError): void => {
    if (reason.code === 'interrupted') leaving.abort(reason)
    controller.abort(reason)
  }
  let record = opened
  const announced = new Set<string>()

  const begun = new Map<number, number>()

  // A step that reports no progress may run beside one that does; its time passes all the same.
  const timed = (step: StepRecord, index: number): StepRecord => {
    const start = begun.get(index)
    return step.state === 'in_progress' && start !== undefined
      ? { ...step, ms: Math.round(clock.elapsed() - start) }
      : step
  }
  const show = (): void => onProgress?.(viewOf({ ...record, steps: record.steps.map(timed) }))
  const put = (index: number, step: StepRecord): void => {
    record = { ...record, steps: record.steps.toSpliced(index, 1, step) }
    show()
  }
  const saveStep = async (index: number, step: StepRecord): Promise<void> => {
    put(index, step)
    if (!(await store.saveStep(record.id, record.worker, index, step))) {
      const taken = new OpsError('interrupted', `Run ${record.id} was taken over or ended by another process.`)
      abort(taken)
      throw taken
    }
  }
  const stepAt = (index: number): StepRecord => {
    const step = record.steps[index]
    if (step === undefined) throw new Error(`run ${record.id} has no step ${index}`)
    return step
  }

  /** The place of each step in the audit log; unknown ones are added as pending. */
  const announce = (steps: readonly Step[]): readonly number[] => {
    const places = steps.map((step) => {
      if (announced.has(step.id)) throw new Error(`run ${record.id} has two steps "${step.id}"`)
      announced.add(step.id)
      const known = record.steps.findIndex(({ id }) => id === step.id)
      if (known >= 0) return known
      record = { ...record, steps: [...record.steps, { ...namesOf(step), state: 'pending', ms: null, handles: {} }] }
      return record.steps.length - 1
    })
    show()
    return places
  }

  const runOne = async (step: Step, index: number, signal: AbortSignal): Promise<void> => {
    const before = stepAt(index)
    if (before.state === 'complete' || before.state === 'skipped') return
    signal.throwIfAborted()
    const start = clock.elapsed()
    begun.set(index, start)
    const elapsed = (): number => Math.round(clock.elapsed() - start)
    // Stored before anything is done outside, so that a process that takes this run over asks for the same work, and a retry for its own.
    const key = before.key ?? `run-${record.id}-attempt-${record.attempt}-step-${index}`
    await saveStep(index, { ...namesOf(step), state: 'in_progress', ms: 0, key, handles: before.handles })
    const work: Work = {
      key,
      signal,
      handle: (name) => stepAt(index).handles[name],
      keep: (name, handle) =>
        saveStep(index, { ...stepAt(index), handles: { ...stepAt(index).handles, [name]: handle } }),
      progress: (detail) => put(index, { ...stepAt(index), ms: elapsed(), detail }),
    }
    try {
      // A run that was cancelled while that was stored must not go on.
      signal.throwIfAborted()
      const result = await step.run(work)
      const { handles } = stepAt(index)
      await saveStep(index, {
        ...namesOf(step),
        state: result.skipped === undefined ? 'complete' : 'skipped',
        ms: elapsed(),
        handles,
        ...detailOf(result.skipped ?? result.detail),
        ...(result.output === undefined ? {} : { output: result.output }),
      })
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error
      // A step that is left to another process is not over.
      if (!(reason instanceof OpsError && reason.code === 'interrupted')) {
        await saveStep(index, { ...namesOf(step), state: 'error', ms: elapsed(), handles: stepAt(index).handles })
      }
      throw error
    }
  }

  return {
    get record() {
      return record
    },
    signal: controller.signal,
    abort,
    async perform(steps) {
      const places = announce(steps.flat())
      let next = 0
      for (const step of steps) {
        const together = [step].flat()
        const from = next
        next += together.length
        // All of them end before the first failure goes on, so that nothing of a failed run is still at work.
        const ends = await Promise.allSettled(
          together.map((one, i) => runOne(one, places[from + i] ?? -1, controller.signal)),
        )
        const failed = ends.find((end) => end.status === 'rejected')
        if (failed !== undefined) throw failed.reason
      }
    },
    async compensate(step) {
      // Steps that never began are not stored, and their places are free: who carries this on finds it where it is.
      record = { ...record, steps: record.steps.filter(({ state }) => state !== 'pending') }
      const [index = -1] = announce([step])
      await runOne(step, index, leaving.signal)
    },
    output(id, schema) {
      return schema.parse(record.steps.find((step) => step.id === id)?.output)
    },
  }
}

function namesOf({ id, title, request }: Step): Pick<StepRecord, 'id' | 'title' | 'request'> {
  return request === undefined ? { id, title } : { id, title, request }
}

function detailOf(detail: string | undefined): { detail?: string } {
  return detail === undefined ? {} : { detail }
}
