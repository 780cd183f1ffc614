import type { HeadlineHint } from './files.ts'
import { badSqlFile, type HeaderField } from './header.ts'

const form = /^(\w+(?:,\w+)*) of the last row(?: where (\w+)=(\w+))?( against a week before)?$/

/** Reads `plays,hours of the last row where partial=no against a week before`. Throws `bad_sql_file` for anything else. */
export function parseHeadline(path: string, field: HeaderField | undefined): HeadlineHint | undefined {
  if (field === undefined) return undefined
  const [, columns = '', column, value, weekBefore] = form.exec(field.value) ?? []
  const [first, ...others] = columns.split(',')
  if (first !== undefined && first !== '') {
    return {
      columns: [first, ...others],
      where: column === undefined || value === undefined ? null : { column, value },
      weekBefore: weekBefore !== undefined,
    }
  }
  throw badSqlFile(
    path,
    field.line,
    `headline is "${field.value}"`,
    'Write it like "plays,hours of the last row", with "where partial=no" or "against a week before" behind it.',
  )
}
