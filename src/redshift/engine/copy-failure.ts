import { OpsError } from '../../core/errors.ts'
import { plural } from '../../core/format.ts'
import { filesOf, unreadableTable } from '../../core/unreadable.ts'
import { type LoadErrors, placed } from './load-errors.ts'
import type { Submitted } from './statement.ts'
import { idsOf } from './statement-failure.ts'

// COPY takes no greater MAXERROR, and `etl` no greater number either.
export const mostErrors = 100_000

/** A prefix that holds packed objects among others. */
export function packedFile(file: string, submitted?: Submitted, errors?: LoadErrors): OpsError {
  const table = errors === undefined ? [] : [unreadableTable(errors.groups, errors.total)]
  return OpsError.untouched(
    'source_unreadable',
    `The prefix contains compressed objects among others, which are not loaded on Redshift without SPARKIFY_WORK: ${file}.`,
    `Set SPARKIFY_WORK (docs/aws.md), with which .gz objects are loaded. Or decompress them in the bucket (aws s3 cp ${file} - | gunzip | aws s3 cp - ${file.replace(/\.\w+$/, '')}) and delete the compressed ones, or set SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA to a prefix without them.`,
    { evidence: [...table, ...(submitted === undefined ? [] : [idsOf(submitted)])] },
  )
}

/** COPY stops at the row that is one too many, so how many there are in all is not known. */
export function badData(
  submitted: Submitted,
  errors: LoadErrors | null,
  rejected: number,
  maxErrors: number,
  { leavesOut }: { readonly leavesOut: boolean },
): OpsError {
  const [first] = errors?.groups ?? []
  const allowed = maxErrors === 0 ? '' : `, ${maxErrors} allowed`
  const where = first === undefined ? 'Rows cannot be read' : placed(first)
  const reason = `${where} (${plural(rejected, 'row')} so far${allowed}).`
  const evidence = [...(errors === null ? [] : [unreadableTable(errors.groups, errors.total)]), idsOf(submitted)]
  const files = leavesOut ? filesOf(errors?.rows ?? []) : []
  const fix = first?.remedy ?? 'Fix the data.'
  const next = Math.max(10, 10 * Math.max(rejected, maxErrors))
  if (next > mostErrors) return OpsError.untouched('bad_data', reason, fix, { evidence, files })
  const fixCommand = `etl max-errors=${next}`
  return OpsError.untouched('bad_data', reason, `${fix} Or leave out up to ${next} such rows: ${fixCommand}.`, {
    fixCommand,
    fixLabel: `Load without up to ${next} rows`,
    leaveOut: next,
    evidence,
    files,
  })
}
