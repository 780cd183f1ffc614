import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { plural } from '../format.ts'
import type { LoadId, Sources } from '../ports/engine.ts'
import type { LoadFacts, LoadRecord } from '../ports/ledger.ts'
import { dayMs } from '../span.ts'
import { timestampText } from '../sql/window.ts'
import type { Step } from '../step.ts'
import { type RowPlace, rowPlaceWords } from '../unreadable.ts'
import {
  auditChecks,
  type CheckResult,
  checksLine,
  findingOf,
  firstPlace,
  recipeOfAudit,
  redErrors,
  redNames,
  warned,
} from './checks.ts'
import { countRows } from './counts.ts'
import { type LoadOptions, loadSteps } from './load-steps.ts'

/** Runs the checks on the candidate, and notes what it holds. Throws `checks_red` where it must not be published. */
export function auditStep(
  load: LoadId,
  deps: Deps,
  sources: (signal: AbortSignal) => Promise<Sources>,
  { 'allow-empty': allowEmpty }: LoadOptions,
): Step {
  return {
    ...loadSteps.audit,
    run: async ({ signal }) => {
      const base = await auditedBase(load, deps)
      const [counts, results, summary] = await Promise.all([
        countRows(deps, { kind: 'candidate', load }, signal),
        auditChecks(deps, load, base, signal),
        summarise(deps, load, base, signal),
      ])
      const withPlaces = async (some: readonly CheckResult[]): Promise<readonly PlacedResult[]> =>
        Promise.all(
          some.map(async (result) => ({
            ...result,
            place: await firstPlace(deps, sources, result, signal),
          })),
        )
      const red = redErrors(results).filter(({ check }) => !(check.waiver === 'allow-empty' && allowEmpty))
      const warnings = warned(results).map(findingOf)
      await deps.ledger.loads.learn(load, {
        ...summary.facts,
        counts,
        checks: {
          total: results.length,
          red: red.map(({ check }) => check.title),
          warnings,
          names: redNames(results),
          recipe: recipeOfAudit(deps.library),
        },
      })
      if (red.length > 0) throw checksRed(await withPlaces(red))
      const { repairedPlays } = summary
      const found = (await withPlaces(warned(results))).map(({ place, ...result }) =>
        place === null ? findingOf(result) : `${findingOf(result)} (${rowsFrom(result.offending, place)})`,
      )
      return { detail: checksLine(results), output: { line: checksLine(results), warnings: found, repairedPlays } }
    },
  }
}

/** The load that another began as a copy of, where it was audited as loads are now. */
async function auditedBase(load: LoadId, { ledger: { loads }, library }: Deps): Promise<LoadRecord | null> {
  const since = (await loads.get(load))?.facts.base
  const base = since === undefined ? null : await loads.get(since)
  return base?.facts.checks?.recipe === recipeOfAudit(library) ? base : null
}

/** A result with the place of its first row, where it has one. */
interface PlacedResult extends CheckResult {
  readonly place: RowPlace | null
}

/** "4 rows, first in 2018-11-02-events.json, line 1". */
function rowsFrom(offending: number, place: RowPlace | null): string {
  if (place === null) return plural(offending, 'row')
  return `${plural(offending, 'row')}, ${offending === 1 ? '' : 'first '}${place.kind === 'record' ? 'in ' : ''}${rowPlaceWords(place)}`
}

/** A load that must not be published, with the offending rows. */
function checksRed(red: readonly PlacedResult[]): OpsError {
  const which = red.map(({ check, offending, place }) => `${check.title} (${rowsFrom(offending, place)})`).join('; ')
  return OpsError.untouched(
    'checks_red',
    `${plural(red.length, 'check')} red: ${which}.`,
    'Fix the source data and load again.',
    { evidence: red.map(({ sample }) => sample) },
  )
}

const summaryColumns = [
  'events',
  'catalogue_songs',
  'plays',
  'repeats',
  'matched',
  'repaired',
  'data_from',
  'data_until',
  'files_until',
  'anchor',
  'ahead',
] as const

async function summarise(
  deps: Deps,
  load: LoadId,
  base: LoadRecord | null,
  signal: AbortSignal,
): Promise<{ readonly facts: LoadFacts; readonly repairedPlays: number }> {
  const { rows, columns } = await deps.engine.query(
    { kind: 'candidate', load },
    { sql: deps.library.summary, values: { tomorrow: timestampText(new Date(deps.clock.now().getTime() + dayMs)) } },
    { maxRows: 1, signal },
  )
  const value = (name: (typeof summaryColumns)[number]) =>
    rows[0]?.[columns.findIndex((column) => column.name === name)]
  const time = (name: 'data_from' | 'data_until' | 'files_until' | 'anchor'): string | null =>
    typeof value(name) === 'string' ? String(value(name)) : null
  const repeats = Number(value('repeats'))
  const playsLost = repeats === 0 ? 0 : await countLostPlays(deps, load, base, signal)
  const anchor = time('anchor')
  const ahead = Number(value('ahead'))
  return {
    facts: {
      plays: Number(value('plays')),
      matched: Number(value('matched')),
      repeatsDropped: repeats - playsLost,
      playsLost,
      dataFrom: time('data_from'),
      dataUntil: time('data_until'),
      filesUntil: time('files_until'),
      ...(anchor === null || ahead === 0 ? {} : { anchor, ahead }),
    },
    repairedPlays: Number(value('repaired')),
  }
}

/** Where the load that another began as has lost no plays, those of the keys that were touched since are all. */
async function countLostPlays(
  { engine, library }: Deps,
  load: LoadId,
  base: LoadRecord | null,
  signal: AbortSignal,
): Promise<number> {
  const whole = { kind: 'candidate', load } as const
  const target = base?.facts.playsLost === 0 ? ({ ...whole, touched: { key: 'event', by: load } } as const) : whole
  const { rows } = await engine.query(target, { sql: library.lostPlays }, { maxRows: 1, signal })
  return Number(rows[0]?.[0])
}
