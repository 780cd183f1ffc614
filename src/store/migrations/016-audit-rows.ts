import { auditOfAttempts } from './010-attempts.ts'

/** The rows of an answer are counted also where words stand before its table. */
export const auditRows: readonly string[] = [
  'drop trigger audit_enters_attempts',
  auditOfAttempts(`coalesce(
              (select reply.value ->> '$.total' from json_each(new.answer, '$.replies') as reply
                where reply.value ->> '$.kind' = 'table' limit 1), 0)`),
]
