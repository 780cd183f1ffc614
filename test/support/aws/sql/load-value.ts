import type { CopyStatement } from './copy-statement.ts'
import type { JsonField } from './json-objects.ts'

/** A column that is loaded into. `limit` is the length of CHAR and VARCHAR in bytes; undefined for other types. */
export type LoadColumn = {
  readonly name: string
  readonly type: string
  readonly limit: number | undefined
  readonly notNull: boolean
}

/** What is to be stored, or why it cannot be. Codes: Redshift developer guide, r_Load_Error_Reference. */
export type Loaded =
  | { readonly kind: 'value'; readonly text: string | null }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly position: number }

type Options = Pick<CopyStatement, 'truncateColumns' | 'replacement' | 'emptyAsNull' | 'blanksAsNull' | 'timeFormat'>

const integers: Readonly<Record<string, { readonly name: string; readonly most: bigint }>> = {
  int2: { name: 'Short', most: 2n ** 15n },
  int4: { name: 'Integer', most: 2n ** 31n },
  int8: { name: 'Long', most: 2n ** 63n },
}

/** Converts a JSON value for a column as COPY does. */
export function loadValue(field: JsonField, column: LoadColumn, options: Options): Loaded {
  const text = field.kind === 'null' ? null : field.text
  const loaded = text === null ? value(null) : converted(text, column, options)
  const missing = loaded.kind === 'value' && loaded.text === null && column.notNull
  return missing ? failure(1213, 'Missing data for not-null field') : loaded
}

function converted(text: string, column: LoadColumn, options: Options): Loaded {
  if (column.type === 'varchar' || column.type === 'bpchar') return characters(text, column, options)
  if (text.trim() === '') return value(null)
  const integer = integers[column.type]
  if (integer !== undefined) return wholeNumber(text, integer)
  switch (column.type) {
    case 'float4':
    case 'float8':
      return decimal(text, 'Double', 1208)
    case 'numeric':
      return decimal(text, 'Decimal', 1209)
    case 'bool':
      return /^(t|true|y|yes|1|f|false|n|no|0)$/i.test(text) ? value(text) : failure(1210, 'Unknown boolean format')
    case 'date':
      return /^\d{4}-\d{2}-\d{2}/.test(text)
        ? value(text.slice(0, 10))
        : failure(1205, 'Invalid Date Format - length must be 10 or more')
    case 'timestamp':
    case 'timestamptz':
      return timestamp(text, options.timeFormat)
    default:
      return value(text)
  }
}

function characters(raw: string, column: LoadColumn, options: Options): Loaded {
  if (options.replacement === undefined && raw.includes('\uFFFD')) {
    return failure(1220, 'String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: ff (error 4)')
  }
  const text = raw.replaceAll('\uFFFD', options.replacement ?? '')
  if (options.emptyAsNull && text === '') return value(null)
  if (options.blanksAsNull && text !== '' && text.trim() === '') return value(null)
  const limit = column.limit ?? Number.POSITIVE_INFINITY
  if (Buffer.byteLength(text) <= limit) return value(text)
  return options.truncateColumns ? value(cut(text, limit)) : failure(1204, 'String length exceeds DDL length')
}

function wholeNumber(text: string, type: { readonly name: string; readonly most: bigint }): Loaded {
  const position = text.search(/(?!^[+-])[^0-9]/)
  if (position !== -1) return invalidDigit(text, position, type.name)
  const number = BigInt(text.replace(/^\+/, ''))
  if (number >= type.most || number < -type.most) return failure(1222, `Overflow, Type: ${type.name}`)
  return value(text)
}

function decimal(text: string, type: string, code: number): Loaded {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return value(text)
  const position = text.search(/[^0-9+\-.eE]/)
  return position === -1 ? failure(code, `Invalid ${type.toLowerCase()} format`) : invalidDigit(text, position, type)
}

/** 'auto' does not know epochs, and the keywords are case-sensitive. */
function timestamp(text: string, format: string): Loaded {
  const unit = { epochsecs: 1000, epochmillisecs: 1 }[format]
  if (unit !== undefined) {
    if (!/^-?\d+(\.\d+)?$/.test(text)) return failure(1206, `Invalid timestamp format or value [${format}]`)
    return value(new Date(Number(text) * unit).toISOString().replace('T', ' ').replace('Z', ''))
  }
  const fits = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?/.test(text)
  return fits
    ? value(text)
    : failure(1206, `Invalid timestamp format or value [${format === 'auto' ? 'YYYY-MM-DD HH24:MI:SS' : format}]`)
}

function invalidDigit(text: string, position: number, type: string): Loaded {
  return failure(1207, `Invalid digit, Value '${text.charAt(position)}', Pos ${position}, Type: ${type}`, position)
}

/** The longest beginning of whole characters that fits into so many bytes. */
function cut(text: string, bytes: number): string {
  let kept = ''
  let used = 0
  for (const character of text) {
    used += Buffer.byteLength(character)
    if (used > bytes) return kept
    kept += character
  }
  return kept
}

function value(text: string | null): Loaded {
  return { kind: 'value', text }
}

function failure(code: number, message: string, position = 0): Loaded {
  return { kind: 'error', code, message, position }
}
