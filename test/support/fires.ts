import type { Answer } from '../../src/core/answer.ts'
import { tendCluster } from '../../src/core/app.ts'
import type { Command } from '../../src/core/command/define.ts'
import type { RunRecord } from '../../src/core/ports/runs.ts'
import { isLeftOpen } from '../../src/core/runner/answers.ts'
import type { Session } from '../../src/core/runner/session.ts'
import { claimRuns } from '../../src/core/runner/worker.ts'
import { insertFollowed } from '../../src/core/schedule/run/follow.ts'
import { insertDue } from '../../src/core/schedule/run/occurrences.ts'
import { command, step, type TestProcess, unfollowed } from './core.ts'

interface Bot {
  readonly session: Session
}

/** An occurrence that was run to its end, and its answer. */
export interface Fired {
  readonly run: RunRecord
  readonly answer: Answer
}

/** Inserts the occurrences that are due, and runs them to their end, as a tick and the worker do. */
export async function runDue(bot: Bot): Promise<readonly Fired[]> {
  await Promise.all([insertDue(bot.session), insertFollowed(bot.session)])
  return runAsked(bot)
}

/** Runs what waits to its end, as the worker does. */
export async function runAsked(bot: Bot): Promise<readonly Fired[]> {
  const claimed = await claimRuns(bot.session, () => unfollowed)
  const ended = await Promise.all(
    claimed.map(async ({ run: { id }, answer }) => {
      const said = await answer
      const run = await bot.session.deps.ledger.runs.get(id)
      return run === null || isLeftOpen(said) ? [] : [{ run, answer: said }]
    }),
  )
  return ended.flat()
}

/** Looks after the cluster, as a tick does. */
export async function tend({ session }: Bot): Promise<void> {
  await tendCluster(session)
}

/** Has a fire said again, as with the button under it, and gives what the bot then says for it. */
export async function sayAgain(
  bot: TestProcess,
  { run }: { readonly run: Pick<RunRecord, 'id'> | null },
): Promise<Fired> {
  const answer = await bot.say(`run-again ${run?.id}`)
  if (!answer.ok) throw new Error(answer.headline)
  const [fired] = await runAsked(bot)
  if (fired === undefined) throw new Error('nothing was said again')
  return fired
}

/** A line of a fire in two steps that notes what it does in `order`; `act` is what it does besides. */
export function noting(
  name: string,
  order: string[],
  act: (() => Promise<void>) | undefined,
  said: Parameters<typeof command>[2] = {},
): Command {
  return command(
    name,
    async ({ perform }) => {
      await perform([step(`${name} begins`, () => order.push(`${name} begins`)), step(`${name} acts`, act)])
      order.push(name)
      return undefined
    },
    said,
  )
}
