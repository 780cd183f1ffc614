import type { Outcome } from '../command/define.ts'
import { nearest } from '../command/suggest.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { LoadRecord } from '../ports/ledger.ts'
import { type Reply, stating } from '../reply.ts'
import {
  type CheckResult,
  checksLine,
  checksTable,
  findingOf,
  redErrors,
  redNames,
  redSince,
  runCheck,
  runChecks,
} from '../warehouse/checks.ts'
import { countRows, countsTable, sampleRows } from '../warehouse/counts.ts'
import { failedSince, trustLine } from './query-answer.ts'

// As many as a table of Slack holds.
const mostRows = 100

/** One check by itself, with the rows that it found. */
export async function checkAnswer(name: string, load: LoadRecord, deps: Deps, signal: AbortSignal): Promise<Outcome> {
  const names = deps.library.checks.map((check) => check.name)
  const check = deps.library.checks.find((one) => one.name === name.toLowerCase())
  if (check === undefined) {
    const meant = nearest(name.toLowerCase(), names)
    const remedy = meant === null ? 'Type qa checks to list them.' : `Did you mean check=${meant}?`
    throw new OpsError('bad_argument', `There is no check "${name}".`, remedy, { fixCommand: 'qa checks' })
  }
  const result = await runCheck(check, { kind: 'live', load: load.id }, mostRows, deps, signal)
  const isGreen = result.offending === 0
  const headline = isGreen ? `Check ${check.name} is green: ${check.title}.` : `${markOf(result)}: ${findingOf(result)}`
  return {
    headline,
    tone: isGreen ? 'good' : 'warning',
    replies: isGreen ? [] : [result.sample],
    ok: redErrors([result]).length === 0,
    facts: { red: redNames([result]), about: ['checks'] },
    next: [{ label: 'All checks', line: 'qa checks' }],
  }
}

export async function checksAnswer(
  part: 'all' | 'counts' | 'rows' | 'checks',
  load: LoadRecord,
  deps: Deps,
  signal: AbortSignal,
): Promise<Outcome> {
  const target = { kind: 'live', load: load.id } as const
  const wants = (name: typeof part): boolean => part === 'all' || part === name
  const results = wants('checks') ? await runChecks(deps, target, signal) : []
  const counts = wants('counts') ? [countsTable(await countRows(deps, target, signal))] : []
  const samples = wants('rows') ? await sampleRows(deps, target, signal) : []
  const trust = trustLine(load, { coverage: false, cut: null, failed: await failedSince(load, deps) })
  return {
    headline: wants('checks')
      ? `${checksLine(results)}.`
      : `${part === 'counts' ? 'Row counts' : 'Sample rows'} of load ${load.id}.`,
    replies: [...counts, ...(wants('checks') ? checkReplies(results) : []), ...samples, trust],
    // Sample rows are no use in a digest.
    ...(part === 'rows' ? {} : { brief: [...(await checksInBrief(results, load, deps)), ...counts, trust] }),
    ok: redErrors(results).length === 0,
    ...(wants('checks') ? { facts: { red: redNames(results), about: ['checks'] } } : {}),
    next: nextOf(load, results),
  }
}

/** Which checks are not green, and since when; nothing where none were run. */
async function checksInBrief(results: readonly CheckResult[], load: LoadRecord, deps: Deps): Promise<readonly Reply[]> {
  const red = results.filter(({ offending }) => offending > 0)
  if (results.length === 0) return []
  const checks = { about: 'checks', text: checksLine(results) }
  if (red.length === 0) return [stating([checks], '', 'good')]
  const since = await redSince(
    red.map(({ check }) => check),
    load,
    deps,
  )
  const found = red.map((result) => ({
    about: 'warnings',
    text: `${markOf(result)}: ${findingOf(result)}, ${since(result.check)}`,
  }))
  return [stating([checks, ...found], '\n', 'warning')]
}

function checkReplies(results: readonly CheckResult[]): readonly Reply[] {
  const red = results.filter(({ offending }) => offending > 0)
  return [
    stating([{ about: 'checks', text: checksLine(results) }], '', red.length === 0 ? 'good' : 'warning'),
    checksTable(results),
    ...red.map((result) => ({ ...result.sample, title: `${markOf(result)}: ${findingOf(result)}` })),
  ]
}

function markOf({ check }: CheckResult): string {
  return check.severity === 'error' ? 'Failed' : 'Warning'
}

function nextOf(load: LoadRecord, results: readonly CheckResult[]) {
  if (load.facts.plays === 0) return [{ label: 'Load', line: 'etl' }]
  return redErrors(results).length > 0
    ? [{ label: 'Load again', line: 'etl' }]
    : [{ label: 'Top songs', line: 'top-songs' }]
}
