import type { Answer } from '../../../src/core/answer.ts'
import type { Command } from '../../../src/core/command/define.ts'
import type { OpsErrorCode } from '../../../src/core/errors.ts'
import type { LoadFacts } from '../../../src/core/ports/loads.ts'
import type { NewRun, RunId } from '../../../src/core/ports/runs.ts'
import { answerOf, opened } from '../../contract/ledger/world.ts'
import { command, type TestProcess } from '../../support/core.ts'

/** Stand-ins for the commands that explain why a day is late; what they would do, the tests write into the ledger. */
export const loadingCommands: readonly Command[] = [
  command('etl', async () => undefined),
  command('pause', async () => undefined),
  command('resume', async () => undefined),
  command('schedule-run', async () => undefined),
]

/** How a load that the tests write goes on: `covers` is up to when its source is complete. Times are ISO 8601. */
export interface WrittenLoad {
  readonly started: string
  readonly ended: string
  readonly covers: string
}

/** What happens to the ledger while the bot does something else, at a clock that the caller has set. */
export function ledgerHand({ ledger, id: process }: TestProcess) {
  const end = async (run: RunId, at: string, state: 'complete' | 'error' | 'cancelled', answer: Answer) =>
    void (await ledger.runs.end(run, process, { state, answer, ended: at, costUsd: null }, []))
  const begin = async (started: string, facts: LoadFacts = {}, run: Partial<NewRun> = {}): Promise<RunId> => {
    const { id } = await opened(ledger, { writer: true, worker: process, started, ...run })
    await ledger.loads.begin(id, started)
    await ledger.loads.learn(id, facts)
    return id
  }
  const factsOf = (covers: string): LoadFacts => ({ plays: 1, dataUntil: covers, filesUntil: covers })
  return {
    begin,
    end,
    factsOf,
    async publish(run: RunId, at: string): Promise<void> {
      if (!(await ledger.loads.publish(run, run, process, at, 9))) throw new Error(`load ${run} was not published`)
      await end(run, at, 'complete', answerOf('Loaded.'))
    },
    async fail(run: RunId, at: string, code: OpsErrorCode, message: string): Promise<void> {
      const failure = { kind: 'failure', code, message, remedy: '' } as const
      await end(run, at, 'error', { ...answerOf(message), ok: false, exit: 1, failure, replies: [] })
    },
    /** Makes a kept load live again. */
    async restore(load: RunId, at: string): Promise<void> {
      const { id } = await opened(ledger, { command: 'rollback', writer: true, worker: process, started: at })
      if (!(await ledger.loads.restore(load, id, process, at))) throw new Error(`load ${load} was not restored`)
      await end(id, at, 'complete', answerOf('Rolled back.'))
    },
    /** A command that is over at once. */
    async run(name: string, at: string): Promise<RunId> {
      const { id } = await opened(ledger, { command: name, line: name, writer: true, worker: process, started: at })
      await end(id, at, 'complete', answerOf('Done.'))
      return id
    },
  }
}
