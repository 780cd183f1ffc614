import { SqlRefusal } from './dialect.ts'
import { type SqlToken, scan } from './scan.ts'

/** How a COPY finds the columns' values in a JSON object. */
export type JsonMapping =
  | { readonly kind: 'auto'; readonly ignoreCase: boolean }
  | { readonly kind: 'paths'; readonly url: string }

/** A COPY of JSON from S3. https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html */
export type CopyStatement = {
  /** As written: `staging.events`. */
  readonly table: string
  /** Empty: all columns of the table. */
  readonly columns: readonly string[]
  readonly source: string
  readonly roleArn: string
  readonly mapping: JsonMapping
  readonly region: string | undefined
  readonly maxErrors: number
  readonly truncateColumns: boolean
  /** What stands in for invalid characters; undefined when they are errors. */
  readonly replacement: string | undefined
  readonly emptyAsNull: boolean
  readonly blanksAsNull: boolean
  readonly timeFormat: string
  readonly gzip: boolean
  /** The source is the key of a manifest. */
  readonly manifest: boolean
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Reads a COPY statement; SqlRefusal for what Redshift, or the double, does not know. */
export function parseCopy(sql: string): CopyStatement {
  const tokens = scan(sql).filter((token) => token.kind !== 'space' && token.text !== ';')
  let at = 1
  const peek = () => tokens[at]
  const isWord = (word: string) => peek()?.kind === 'word' && peek()?.text.toLowerCase() === word
  const skip = (word: string) => {
    if (!isWord(word)) return false
    at += 1
    return true
  }
  const take = (): SqlToken => {
    const token = peek()
    if (token === undefined) throw new SqlRefusal('syntax error at end of input')
    at += 1
    return token
  }
  const text = () => {
    skip('as')
    const token = take()
    if (token.kind !== 'string') throw unexpected(token)
    return token.text.slice(1, -1).replaceAll("''", "'")
  }
  const optionalText = () => (isWord('as') || peek()?.kind === 'string' ? text() : undefined)
  const toggle = () => {
    for (const word of ['on', 'off', 'true', 'false', 'preset']) if (skip(word)) return
  }

  let table = take().text
  while (peek()?.text === '.') table += take().text + take().text
  const columns: string[] = []
  if (peek()?.text === '(') {
    for (take(); peek()?.text !== ')'; ) {
      const token = take()
      if (token.text !== ',') columns.push(token.text)
    }
    take()
  }
  if (!skip('from')) throw unexpected(take())
  const source = text()

  let roleArn = ''
  let mapping: JsonMapping | undefined
  const options: Writable<Omit<CopyStatement, 'table' | 'columns' | 'source' | 'roleArn' | 'mapping'>> = {
    region: undefined,
    maxErrors: 0,
    truncateColumns: false,
    replacement: undefined,
    emptyAsNull: false,
    blanksAsNull: false,
    timeFormat: 'YYYY-MM-DD HH24:MI:SS',
    gzip: false,
    manifest: false,
  }
  const known: Readonly<Record<string, () => void>> = {
    iam_role: () => {
      roleArn = text()
    },
    format: () => void skip('as'),
    json: () => {
      mapping = mappingOf(optionalText() ?? 'auto')
    },
    region: () => {
      options.region = text()
    },
    maxerror: () => {
      skip('as')
      options.maxErrors = Number(take().text)
      // https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-load.html
      if (options.maxErrors > 100_000) throw new SqlRefusal('MAXERROR must be between 0 and 100000')
    },
    timeformat: () => {
      options.timeFormat = text()
    },
    dateformat: () => void text(),
    acceptinvchars: () => {
      options.replacement = optionalText() ?? '?'
    },
    truncatecolumns: () => {
      options.truncateColumns = true
    },
    emptyasnull: () => {
      options.emptyAsNull = true
    },
    blanksasnull: () => {
      options.blanksAsNull = true
    },
    gzip: () => {
      options.gzip = true
    },
    manifest: () => {
      options.manifest = true
    },
    compupdate: toggle,
    statupdate: toggle,
  }
  while (peek() !== undefined) {
    const token = take()
    const option = token.kind === 'word' ? known[token.text.toLowerCase()] : undefined
    if (option === undefined) throw unexpected(token)
    option()
  }
  if (roleArn === '') throw new SqlRefusal('CREDENTIALS argument is required but is missing.')
  if (mapping === undefined) throw new SqlRefusal('the double loads only JSON: add FORMAT JSON')
  return { table, columns, source, roleArn, mapping, ...options }
}

/** Any other word than these is taken for a JSONPaths file, as on Redshift. */
function mappingOf(text: string): JsonMapping {
  if (text === 'auto') return { kind: 'auto', ignoreCase: false }
  if (text === 'auto ignorecase') return { kind: 'auto', ignoreCase: true }
  return { kind: 'paths', url: text }
}

function unexpected(token: SqlToken): SqlRefusal {
  return new SqlRefusal(`syntax error at or near "${token.text}"`)
}
