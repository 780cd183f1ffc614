import { dayMs } from '../core/span.ts'
import type { Database } from './database.ts'

/** No delivery, no scheduled occurrence and no click on a plan comes back after this long. What a schedule is compared with is kept as long. */
const keptDays = 90

/** Nobody is shown rows of the warehouse after seven days; one more, so that nobody loses them while reading. */
const rowsKeptDays = 8

/** By then a process is gone. One that has a run stays, for those who take it over. */
const silentDays = 1

/** Runs whose answer holds rows, in the very words of the index `attempts_holding_rows`: SQLite uses the index for no others. */
export const holdsRows = `json_array_length(answer, '$.replies') > 0
  and (answer ->> '$.asked' is not null or answer ->> '$.rowsOf' is not null)`

const isNeverCompared = `not exists (
  select 1 from runs as lines join runs as fires on fires.id = lines.parent join schedules on schedules.id = fires.schedule
  where lines.id = attempts.run and schedules.condition ->> '$.kind' in ('changed', 'checks'))`

/**
 * Forgets what has expired: plans, claims, processes that are gone, the content of sent messages, what discarded loads were read from, and the rows
 * of the warehouse in the answers of runs. The runs themselves stay, and so does what a schedule was answered that posts only what has changed
 * since.
 */
export async function forgetExpired(db: Database, now: Date): Promise<void> {
  const daysAgo = (days: number): string => new Date(now.getTime() - days * dayMs).toISOString()
  const args = { kept: daysAgo(keptDays), rows: daysAgo(rowsKeptDays), silent: daysAgo(silentDays) }
  await db.batch([
    { sql: 'delete from plans where expires < :kept', args: { kept: args.kept } },
    // Its key stays: what was sent once is not sent again.
    {
      sql: `update messages set content = null where content is not null and expires < :now and state <> 'pending'`,
      args: { now: now.toISOString() },
    },
    { sql: 'delete from claims where at < :kept', args: { kept: args.kept } },
    // The list of what a load of Redshift was read from, under its number: megabytes where there are many objects.
    {
      sql: `delete from notes where key like 'sources:%'
        and cast(substr(key, 9) as integer) in (select id from loads where state = 'discarded')`,
    },
    {
      sql: `delete from processes where heartbeat < :silent
        and not exists (select 1 from attempts where worker = processes.id and state = 'running')`,
      args: { silent: args.silent },
    },
    {
      sql: `update attempts set answer = json_set(json_remove(answer, '$.details', '$.brief', '$.lead'), '$.replies', json('[]'))
        where ${holdsRows} and ended < :rows and (ended < :kept or ${isNeverCompared})`,
      args: { rows: args.rows, kept: args.kept },
    },
  ])
}
