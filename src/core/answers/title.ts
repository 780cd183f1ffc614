import type { QueryFile } from '../sql/files.ts'
import type { QueryArgs } from '../sql/query-statement.ts'
import type { TimeWindow } from '../sql/window.ts'

/**
 * What was asked, as the title of its answer: "Top songs by listeners, paid, 1–30 Nov 2018 UTC"; with the period that it is compared with
 * behind it. No window where the query knows none.
 */
export function titleOfAnswer(
  query: QueryFile,
  args: QueryArgs,
  range: TimeWindow | null,
  before?: TimeWindow,
): string {
  const phrases = query.phrases.map(({ param, words }) => {
    const usual = query.params.find(({ name }) => name === param)?.default
    const value = args[param] ?? usual
    if (value === usual) return ''
    return `${words.startsWith(',') ? '' : ' '}${words.replaceAll(`{${param}}`, String(value))}`
  })
  return `${query.title}${phrases.join('')}${range === null ? '' : `, ${range.label}`}${before === undefined ? '' : ` vs ${before.label}`}`
}
