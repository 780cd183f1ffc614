import type { Suggestion } from '../answer.ts'
import { mayUse } from '../command/catalog.ts'
import type { RunContext } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { moment } from '../format.ts'
import { isDirect } from '../place.ts'
import type { ClusterFacts } from '../ports/cluster.ts'
import type { Values } from '../ports/engine.ts'
import type { RunRecord } from '../ports/ledger.ts'
import { keptDays, mayRead } from '../runner/readers.ts'
import { dayMs } from '../span.ts'
import type { QueryFile } from '../sql/files.ts'
import type { QueryArgs } from '../sql/query-statement.ts'
import { copiedLoad } from '../warehouse/copy.ts'
import { clusterStanding } from '../warehouse/live.ts'
import { notedFirst, questionOf, type RowSource } from './query-answer.ts'

/*
 * What answers a query while the cluster does not: a copy of a load, or else an answer of the last days to the same question. Both say first
 * as of when they are, and why.
 */

/** The copy of a load, to be asked in the place of this cluster; null where there is none. */
export async function copiedRows(cluster: ClusterFacts, deps: Deps): Promise<RowSource | null> {
  const { copies } = deps.engine
  const load = await copiedLoad(deps)
  if (copies === null || load === null) return null
  const live = await deps.ledger.loads.live()
  const newer = live === null || live.id === load.id ? '' : ` Load ${live.id} is live, and was not copied.`
  return {
    load,
    engine: `copy of ${deps.engine.name}`,
    note: `${asOf(load.published ?? load.started, cluster, deps)}, so this is the copy of load ${load.id}.${newer}`,
    query: (statement, options) => copies.query(load.id, statement, options),
  }
}

/** "As of 30 Nov 2026, 07:00 UTC: cluster sparkify has been paused for 3 h". */
function asOf(at: string, cluster: ClusterFacts, deps: Deps): string {
  const standing =
    cluster.state === 'none'
      ? `there is no cluster ${cluster.name}`
      : `cluster ${cluster.name} ${clusterStanding(cluster, deps)}`
  return `As of ${moment(new Date(at))}: ${standing}`
}

/**
 * The newest answer of the last days that asked the same of its load, word for word and value for value, among those that this person may
 * read now; null where there is none.
 */
export async function keptOutcome(
  query: QueryFile,
  args: QueryArgs,
  cluster: ClusterFacts,
  context: RunContext,
  zone: string | undefined,
): Promise<Outcome | null> {
  const { deps, catalog, who } = context
  const since = new Date(deps.clock.now().getTime() - keptDays * dayMs).toISOString()
  const runs = await deps.ledger.runs.list({ command: query.name, states: ['complete'], since, limit: 200 })
  for (const run of runs) {
    if (!mayRead(run, { who, catalog }) || !(await isSameQuestion(run, query, args, zone, deps))) continue
    const { answer, id } = run
    if (answer === null) continue
    const ended = run.ended ?? run.started
    const { headline, replies, brief, facts } = answer
    return notedFirst(`${asOf(ended, cluster, deps)}, so this is the stored answer of run ${id}.`, {
      headline,
      replies,
      ...(brief === undefined ? {} : { brief }),
      ...(facts === undefined ? {} : { facts }),
      rowsOf: [{ command: query.name, ended }],
      next: [
        ...wakeButton(cluster, context),
        { label: 'CSV', line: `csv ${id}` },
        { label: 'Source', line: `result ${id} source` },
      ],
    })
  }
  return null
}

async function isSameQuestion(
  { answer }: RunRecord,
  query: QueryFile,
  args: QueryArgs,
  zone: string | undefined,
  { ledger }: Deps,
): Promise<boolean> {
  const asked = answer?.asked
  const load = asked === undefined ? null : await ledger.loads.get(asked.load)
  if (asked === undefined || load === null) return false
  const { statement, earlier } = questionOf(query, args, load, zone)
  return (
    statement.sql === asked.sql && areSame(statement.values, asked.values) && areSame(earlier?.values, asked.before)
  )
}

/** Whether these values are bound to the same names. */
function areSame(one: Values = {}, other: Values = {}): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => one[name] === other[name])
}

/** What makes the warehouse answer again, for those who may do it: in a channel for those who read it, in direct messages for the asker. */
export function wakeButton({ state }: ClusterFacts, { catalog, place, who }: RunContext): readonly Suggestion[] {
  if (state !== 'paused' && state !== 'none') return []
  const command = catalog.that(state === 'paused' ? 'resumes' : 'creates')
  if (isDirect(place) && !mayUse(command, who.role)) return []
  return [{ label: state === 'paused' ? 'Resume' : 'Spin up', line: command.name }]
}
