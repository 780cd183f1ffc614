import type { LoadId } from '../../core/ports/engine.ts'
import type { Work } from '../../core/step.ts'
import { type RedshiftConnection, runBatch } from './batches.ts'
import { readByNone, requireLoad } from './load-schemas.ts'
import { errorOfStatement } from './statement.ts'

/** Which part of a load COPYs filled, how many files they read, and which files the load takes over from its base. */
interface FilledBy {
  readonly load: LoadId
  readonly dataset: 'log' | 'song'
  readonly queryIds: readonly number[]
  readonly files: number
  readonly base: LoadId | null
  readonly before: number
  /** The loads whose files are not taken over from the base. */
  readonly without: readonly LoadId[]
}

/**
 * Writes the candidate's `source_files` from SYS_LOAD_DETAIL, which has a row for each file that a COPY read
 * (https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_DETAIL.html). It stays empty where the server has no such view, or
 * where the view does not name all files yet: the checks know nothing then, rather than something wrong.
 */
export async function writeSourceFiles(
  connection: RedshiftConnection,
  { load, dataset, queryIds, files, base, before, without }: FilledBy,
  work: Work,
): Promise<void> {
  const read = `from sys_load_detail where query_id in (${queryIds.join(', ') || 'null'})`
  const named =
    "nullif(left(regexp_substr(file_name, '[12][0-9]{3}-(0[1-9]|1[0-2])-[0-3][0-9]-events[.]json'), 10), '')"
  // Where the month has no such day, this is one of another month.
  const day = "(cast(left(named, 8) || '01' as date) + cast(substring(named, 9, 2) as integer) - 1)"
  const submitted = await runBatch(connection, work, 'files', {
    mode: 'TRANSACTION',
    sqls: [
      requireLoad('candidate', connection.home, load),
      `delete from candidate.source_files where dataset = '${dataset}'`,
      ...(base === null
        ? []
        : [
            `insert into candidate.source_files select * from live.source_files where dataset = '${dataset}'` +
              ` and ${readByNone(without)}`,
          ]),
      'insert into candidate.source_files (path, dataset, bytes, day) ' +
        `select path, '${dataset}', bytes, case when left(cast(${day} as varchar(10)), 8) = left(named, 8) then ${day} end ` +
        `from (select trim(file_name) as path, sum(bytes_scanned) as bytes, ${named} as named ${read} ` +
        `and (select count(distinct file_name) ${read}) = ${files} group by file_name) as files ` +
        // How consoles show a folder.
        "where bytes > 0 or path not like '%/'",
      // Files of the base alone, or the new ones alone, would be something wrong.
      ...(base === null
        ? []
        : [
            `delete from candidate.source_files where dataset = '${dataset}'` +
              ` and (select count(*) from candidate.source_files where dataset = '${dataset}') <> ${before + files}`,
          ]),
    ],
  })
  if (submitted.status === 'FINISHED') return
  connection.log.info(
    { error: errorOfStatement(submitted), dataset },
    'the server does not say which files a load has read',
  )
}
