import type { Catalog } from '../../command/catalog.ts'
import type { Context, RunContext } from '../../command/context.ts'
import type { Command } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import { totalUsd } from '../../money/spent.ts'
import type { RunRecord } from '../../ports/ledger.ts'
import type { RunId } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { isQuestion, type Report } from './digest.ts'
import { failureOfFire } from './failure-words.ts'
import type { Live, NextPost } from './standing.ts'

const hoursAhead = 12

/** The failure of a line as the failure of its fire: what failed, what readers have now, and what costs money. Bugs stay what they are. */
export async function failedFire(
  schedule: ScheduleRecord,
  { said, error, slept }: Report & { readonly error: unknown },
  context: RunContext,
): Promise<unknown> {
  if (!(error instanceof OpsError)) return error
  const { deps, catalog, runId } = context
  const fire = await deps.ledger.runs.get(runId)
  if (fire === null) throw new Error(`run ${runId} is not in the ledger`)
  const now = deps.clock.now()
  const paused = await isPaused(deps)
  const live = writes(schedule, catalog) ? await liveAfter(runId, deps) : null
  return failureOfFire({
    schedule,
    fire,
    spoken: said.map((one) => ({ ...one, asks: isQuestion(one, context) })),
    slept,
    now,
    error,
    failed: await failedLine(runId, deps),
    live,
    posts: live === null || live.load === null || live.isNew ? [] : await postsFrom(schedule, paused, context),
    usd: totalUsd(await deps.cluster.bill(new Date(fire.started), now)),
    standing: await standingAfter(slept !== null && paused, error, deps),
  })
}

/** Whether the cluster sleeps by now. Not where that cannot be asked: that is not what failed. */
async function isPaused({ cluster }: Deps): Promise<boolean> {
  try {
    return (await cluster.describe()).state === 'paused'
  } catch (error) {
    if (error instanceof OpsError) return false
    throw error
  }
}

/** The line's run that failed, or found red checks; null where the line was refused before it began. */
async function failedLine(fire: RunId, { ledger }: Deps): Promise<RunRecord | null> {
  const lines = await ledger.runs.list({ fire, limit: 100 })
  // The first of them: where the cluster could not be paused after it, that failed as well.
  return (
    lines.findLast(({ state, answer }) => state === 'error' || state === 'cancelled' || answer?.ok === false) ?? null
  )
}

async function liveAfter(fire: RunId, { ledger, commands }: Deps): Promise<Live> {
  const load = await ledger.loads.live()
  const lines = await ledger.runs.list({ fire, commands: commands.load, limit: 100 })
  return { load, isNew: lines.some(({ id }) => id === load?.id) }
}

/** The next post of each other schedule that speaks of what is live, in the hours to come, soonest first. */
async function postsFrom(
  { id }: ScheduleRecord,
  paused: boolean,
  { deps, catalog }: Context,
): Promise<readonly NextPost[]> {
  const { ledger, timetable, clock } = deps
  const now = clock.now()
  const until = now.getTime() + hoursAhead * 3_600_000
  const others = (await ledger.schedules.list()).filter((other) => other.id !== id && other.state.kind === 'active')
  return others
    .filter((other) => readsLive(other, catalog))
    .flatMap(({ cron, zone, whenPaused }) => {
      const [at] = timetable.times(cron, zone, now)
      return at === undefined || at.getTime() > until ? [] : [{ at, waits: paused && whenPaused === 'wait' }]
    })
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
}

/** One that loads by itself has a load of its own to speak of. */
function readsLive(schedule: ScheduleRecord, catalog: Catalog): boolean {
  const commands = commandsOf(schedule, catalog)
  return commands.some(({ effect }) => effect === 'read') && commands.every(({ loads }) => loads !== true)
}

function writes(schedule: ScheduleRecord, catalog: Catalog): boolean {
  return commandsOf(schedule, catalog).some(({ effect }) => effect === 'write')
}

/** Lines that are no longer understood, after an update, name no command. */
function commandsOf({ lines }: ScheduleRecord, catalog: Catalog): readonly Command[] {
  return lines.flatMap((line) => {
    try {
      return [catalog.read(line).command]
    } catch (error) {
      if (error instanceof OpsError) return []
      throw error
    }
  })
}

/** What goes on costing money, unless that was said already; of a cluster that sleeps again only what its sleep costs. */
async function standingAfter(sleepsAgain: boolean, { message }: OpsError, { cluster }: Deps): Promise<string> {
  if (cluster.free) return ''
  if (sleepsAgain) return 'Only its storage costs money now.'
  const standing = await cluster.standing()
  return message.includes(standing) ? '' : standing
}
