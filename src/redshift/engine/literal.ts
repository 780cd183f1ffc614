import { OpsError } from '../../core/errors.ts'

/**
 * A configured text as an SQL string, for the places where Redshift takes no parameter (COPY's). Throws `bad_config` for
 * backslashes and control characters, which Redshift and PostgreSQL read differently.
 */
export function literal(text: string): string {
  if (/[\\\p{Cc}]/u.test(text)) {
    throw new OpsError('bad_config', `"${text}" holds a backslash or a control character.`, 'Correct it in .env.')
  }
  return `'${text.replaceAll("'", "''")}'`
}
