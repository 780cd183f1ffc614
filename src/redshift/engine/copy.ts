import { inBackground } from '../../core/background.ts'
import { OpsError } from '../../core/errors.ts'
import type { LoadId, Staged } from '../../core/ports/engine.ts'
import type { Work } from '../../core/step.ts'
import { plural } from '../../core/words.ts'
import { removeImpossible } from './impossible-rows.ts'
import { literal } from './literal.ts'
import { errorTable, type LoadErrors, loadErrorsOf, placed } from './load-errors.ts'
import { askSystem, historyOf, type LoadHistory, tellProgress } from './load-history.ts'
import { type Performer, perform } from './perform.ts'
import { gone, isElsewhere, mustHold, stagingTables } from './places.ts'
import { writeSourceFiles } from './source-files.ts'
import type { SourceSettings } from './sources.ts'
import { failedPart, type Submitted } from './statement.ts'
import { idsOf, statementFailure } from './statement-failure.ts'

// COPY takes no greater MAXERROR, and `etl` no greater number either.
const mostErrors = 100_000
const reasonsShown = 5

/** Where and as whom COPY reads. `roleArn` is asked for each load. */
export interface CopySettings extends SourceSettings {
  readonly database: string
  /** The region of the bucket; without one that of the cluster. */
  readonly dataRegion?: string | undefined
  readonly roleArn: () => Promise<string>
}

/** What to stage. */
export interface Staging {
  readonly load: LoadId
  readonly dataset: 'log' | 'song'
  readonly maxErrors: number
}

// The guard, the DELETE, then the COPY.
const copyPart = 2

/**
 * Replaces one staging table of the candidate with what lies below its prefix, in one transaction. Throws `bad_data` for more
 * than `maxErrors` unreadable rows, with where they are and why; `source_missing`, `source_unreadable` where S3 refuses.
 */
export async function stage(
  performer: Performer,
  settings: CopySettings,
  staging: Staging,
  work: Work,
): Promise<Staged> {
  const table = stagingTables[staging.dataset]
  const sqls = [
    mustHold('candidate', performer.home, staging.load),
    `delete from staging.${table}`,
    copySql(settings, staging, await settings.roleArn()),
  ]
  const over = new AbortController()
  const telling = inBackground(performer, 'load progress', () =>
    tellProgress(performer, { database: settings.database, table }, work.progress, over.signal),
  )
  const submitted = await perform(performer, work, 'copy', { mode: 'TRANSACTION', sqls }).finally(() => over.abort())
  await telling
  if (isElsewhere(submitted, 0)) throw gone(staging.load)
  if (submitted.status !== 'FINISHED') throw await loadFailure(performer, submitted, staging, work.signal)
  return outcome(performer, submitted, staging, work)
}

function copySql({ logData, songData, jsonPaths, dataRegion }: CopySettings, staging: Staging, role: string): string {
  const { dataset, maxErrors } = staging
  const mapping = dataset === 'log' && jsonPaths !== undefined ? jsonPaths : 'auto ignorecase'
  return [
    `copy staging.${stagingTables[dataset]} from ${literal(dataset === 'log' ? logData : songData)}`,
    `iam_role ${literal(role)}`,
    ...(dataRegion === undefined ? [] : [`region ${literal(dataRegion)}`]),
    `format as json ${literal(mapping)}`,
    'compupdate off statupdate off',
    // It fails as soon as there are so many, not only when there are more.
    ...(maxErrors === 0 ? [] : [`maxerror ${Math.min(maxErrors + 1, mostErrors)}`]),
  ].join(' ')
}

async function outcome(performer: Performer, submitted: Submitted, staging: Staging, work: Work): Promise<Staged> {
  const { signal } = work
  const queryId = submitted.parts[copyPart]?.queryId ?? null
  const history = queryId === null ? null : await historyOf(performer, queryId, signal)
  const errors =
    staging.maxErrors === 0 || queryId === null || history?.errors === 0
      ? null
      : await loadErrorsOf(performer, queryId, signal)
  if (staging.maxErrors > 0 && history === null && errors === null) {
    performer.log.warn({ statement: submitted.id }, 'the server does not say whether rows were left out')
  }
  // However many rows may be left out: these are not rows.
  if (errors?.packed !== undefined) throw packedFile(submitted, errors, errors.packed)
  const refused = history?.errors ?? errors?.total ?? 0
  if (refused > staging.maxErrors) throw badData(submitted, errors, refused, staging.maxErrors)
  const impossible = await removeImpossible(performer, staging, refused, work)
  if (queryId !== null && history !== null) {
    await writeSourceFiles(performer, { ...staging, queryId, files: history.files }, work)
  }
  const reasons = refused === 0 ? [] : (errors?.groups ?? []).map(withRows)
  return {
    rows: (await rowsOf(performer, history, staging, signal)) - (history === null ? 0 : impossible.removed),
    rejected: refused + impossible.removed,
    reasons: [...reasons, ...impossible.reasons].slice(0, reasonsShown),
    ...(history === null ? {} : { files: history.files }),
  }
}

async function rowsOf(
  performer: Performer,
  history: LoadHistory | null,
  { dataset }: Staging,
  signal: AbortSignal,
): Promise<number> {
  if (history !== null) return history.rows
  const { rows } = await askSystem(performer, `select count(*) from staging.${stagingTables[dataset]}`, 1, signal)
  return Number(rows[0]?.[0])
}

/** Why a load failed: rows that cannot be read, or whatever else Redshift says. */
async function loadFailure(
  performer: Performer,
  submitted: Submitted,
  { maxErrors }: Staging,
  signal: AbortSignal,
): Promise<OpsError> {
  const failed = failedPart(submitted)
  const isCopy = failed !== undefined && failed === submitted.parts[copyPart]
  if (!isCopy || failed.queryId === null) return statementFailure(submitted)
  const errors = await loadErrorsOf(performer, failed.queryId, signal)
  if (errors === null || errors.total === 0) return statementFailure(submitted)
  if (errors.packed !== undefined) return packedFile(submitted, errors, errors.packed)
  return badData(submitted, errors, errors.total, maxErrors)
}

/** A prefix that holds packed objects. */
function packedFile(submitted: Submitted, errors: LoadErrors, file: string): OpsError {
  return OpsError.untouched(
    'source_unreadable',
    `The prefix holds packed objects, which are not loaded on Redshift: ${file}.`,
    `Unpack them in the bucket (aws s3 cp ${file} - | gunzip | aws s3 cp - ${file.replace(/\.\w+$/, '')}) and delete the packed ones, or set SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA to a prefix without them.`,
    { evidence: [errorTable(errors), idsOf(submitted)] },
  )
}

/** COPY stops at the row that is one too many, so how many there are in all is not known. */
function badData(submitted: Submitted, errors: LoadErrors | null, rejected: number, maxErrors: number): OpsError {
  const [first] = errors?.groups ?? []
  const allowed = maxErrors === 0 ? '' : `, ${maxErrors} allowed`
  const where = first === undefined ? 'Rows cannot be read' : placed(first)
  const reason = `${where} (${plural(rejected, 'row')} so far${allowed}).`
  const evidence = [...(errors === null ? [] : [errorTable(errors)]), idsOf(submitted)]
  const mend = first?.cure ?? 'Mend the data.'
  const next = Math.max(10, 10 * Math.max(rejected, maxErrors))
  if (next > mostErrors) return OpsError.untouched('bad_data', reason, mend, { evidence })
  const cure = `etl max-errors=${next}`
  return OpsError.untouched('bad_data', reason, `${mend} Or leave out up to ${next} such rows: ${cure}.`, {
    cure,
    leaveOut: next,
    evidence,
  })
}

function withRows(group: LoadErrors['groups'][number]): string {
  return group.rows === 1 ? placed(group) : `${placed(group)} (${plural(group.rows, 'row')})`
}
