import type { LoadId } from '../../core/ports/engine.ts'
import type { Work } from '../../core/step.ts'
import { type Performer, perform } from './perform.ts'
import { mustHold } from './places.ts'
import { errorOf } from './statement.ts'

/** Which COPY filled which part of a load, and how many files it read. */
export interface FilledBy {
  readonly load: LoadId
  readonly dataset: 'log' | 'song'
  readonly queryId: number
  readonly files: number
}

/**
 * Writes the candidate's `source_files` from SYS_LOAD_DETAIL, which has a row for each file that a COPY read
 * (https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_DETAIL.html). It stays empty where the server has no such view, or
 * where the view does not name all files yet: the checks know nothing then, rather than something wrong.
 */
export async function writeSourceFiles(
  performer: Performer,
  { load, dataset, queryId, files }: FilledBy,
  work: Work,
): Promise<void> {
  const read = `from sys_load_detail where query_id = ${queryId}`
  const day = "nullif(left(regexp_substr(file_name, '[0-9]{4}-[0-9]{2}-[0-9]{2}-events[.]json'), 10), '')"
  const submitted = await perform(performer, work, 'files', {
    mode: 'TRANSACTION',
    sqls: [
      mustHold('candidate', performer.home, load),
      `delete from candidate.source_files where dataset = '${dataset}'`,
      'insert into candidate.source_files (path, dataset, bytes, day) ' +
        `select trim(file_name), '${dataset}', sum(bytes_scanned), cast(${day} as date) ${read} ` +
        `and (select count(distinct file_name) ${read}) = ${files} group by file_name`,
    ],
  })
  if (submitted.status === 'FINISHED') return
  performer.log.info({ error: errorOf(submitted), dataset }, 'the server does not say which files a load has read')
}
