import { messageOf } from '../core/errors.ts'
import type { Dataset } from './datasets.ts'
import { literal } from './literal.ts'
import { INTEGER, LIST, listValue, VARCHAR } from './node-api.ts'
import { type Line, maxLineBytes, readLines } from './read-lines.ts'
import { lenientSql, path, type Spellings } from './record-sql.ts'
import type { Session } from './session.ts'

const maxQuoted = 80

/** A row that could not be read. */
export interface BadRow {
  readonly line: number
  /** `registration is "15401O6212796.0", not a number`. */
  readonly reason: string
}

/**
 * The first `limit` unreadable rows of a local file. DuckDB does the judging, as it did when it refused them; the lines are
 * counted here, because DuckDB's own line numbers leave out blank lines and are one too high for malformed JSON.
 */
export async function findBadRows(
  session: Session,
  dataset: Dataset,
  spellings: Spellings,
  file: string,
  limit: number,
): Promise<readonly BadRow[]> {
  const found: BadRow[] = []
  for await (const lines of readLines(file)) {
    found.push(...(await judge(session, dataset, spellings, lines, limit - found.length)))
    if (found.length >= limit) break
  }
  return found
}

async function judge(
  session: Session,
  dataset: Dataset,
  spellings: Spellings,
  lines: readonly Line[],
  limit: number,
): Promise<readonly BadRow[]> {
  const faulty = lines.flatMap(({ number, fault }) => (fault === null ? [] : [{ line: number, reason: faults[fault] }]))
  const texts = new Map(lines.filter(({ fault }) => fault === null).map(({ number, text }) => [number, text]))
  const { parsed, problem } = lenientSql(dataset, spellings)
  const result = await session.run(
    `select number, problem from (
       select number, ${problem} as problem from (
         select number, json, ${parsed} from (
           select number, case when json_valid(text) then cast(text as json) end as json
           from (select unnest($numbers) as number, unnest($texts) as text)
         )
       )
     ) where problem is not null order by number limit ${limit}`,
    {
      values: { numbers: listValue([...texts.keys()]), texts: listValue([...texts.values()]) },
      types: { numbers: LIST(INTEGER), texts: LIST(VARCHAR) },
    },
  )
  const judged: BadRow[] = []
  for (const [number, kind] of await result.getRowsJS()) {
    const line = Number(number)
    judged.push({ line, reason: await reasonOf(session, dataset, spellings, texts.get(line) ?? '', String(kind)) })
  }
  return [...faulty, ...judged].toSorted((a, b) => a.line - b.line).slice(0, limit)
}

const faults = {
  too_long: `the line is longer than ${maxLineBytes / 1024 / 1024} MB`,
  not_utf8: 'the line is not valid UTF-8',
  byte_order_mark: 'the file begins with a byte order mark; save it as plain UTF-8',
} as const satisfies Record<NonNullable<Line['fault']>, string>

async function reasonOf(
  session: Session,
  dataset: Dataset,
  spellings: Spellings,
  text: string,
  problem: string,
): Promise<string> {
  switch (problem) {
    case 'malformed':
      return await malformed(session, text)
    case 'type':
      return `it holds ${quoted(text.trim())}, not a JSON object`
    case 'repeated':
      return 'a field is given twice'
    default:
      return await misfit(session, dataset, spellings, text, problem)
  }
}

/** What DuckDB's parser says of a text, with what stands where it stopped. */
async function malformed(session: Session, text: string): Promise<string> {
  try {
    await session.connection.run('select cast($text as json)', { text })
  } catch (error) {
    const [, at, why] = /Malformed JSON at byte (\d+) of input: ([^.]+)/.exec(messageOf(error)) ?? []
    if (at !== undefined && why !== undefined) {
      const stopped = Buffer.from(text)
        .subarray(Math.max(0, Number(at) - maxQuoted / 2))
        .subarray(0, 4 * maxQuoted)
      return `not valid JSON (${why}) at ${quoted(stopped.toString())}`
    }
  }
  return 'not valid JSON'
}

async function misfit(
  session: Session,
  dataset: Dataset,
  spellings: Spellings,
  text: string,
  column: string,
): Promise<string> {
  const field = dataset.fields.find((candidate) => candidate.column === column)
  const wanted = field?.type === 'DOUBLE' ? 'a number' : 'a whole number in range'
  for (const key of spellings.of.get(column) ?? []) {
    const result = await session.run(
      `select json_extract_string($text, ${literal(path(key))}), json_type($text, ${literal(path(key))})`,
      { values: { text } },
    )
    const [value, type] = (await result.getRowsJS())[0] ?? []
    if (typeof value !== 'string') continue
    return `${key} is ${type === 'VARCHAR' ? quoted(value) : cut(value)}, not ${wanted}`
  }
  return `${column} is not ${wanted}`
}

function quoted(text: string): string {
  const shown = cut(text)
  return shown.includes('"') ? `'${shown}'` : `"${shown}"`
}

function cut(text: string): string {
  const characters = [...text.slice(0, 2 * maxQuoted).replaceAll(/\p{Cc}/gu, ' ')]
  return characters.length > maxQuoted ? `${characters.slice(0, maxQuoted - 1).join('')}…` : characters.join('')
}
