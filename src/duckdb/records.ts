import { isUtf8 } from 'node:buffer'

/** The longest record that is read: DuckDB's `maximum_object_size`. */
export const maxRecordBytes = 16 * 1024 * 1024

/** Deeper than this it is no record but text whose brackets do not close. */
const maxDepth = 64

/**
 * A record of a file, or what stands in the place of one: the text between two records that is none. `line` is where it begins,
 * `record` which of that line it is, both from 1. With a `fault` it is not loaded whatever it holds.
 */
export interface SourceRecord {
  readonly line: number
  readonly record: number
  /** Empty where it is too long or not UTF-8. */
  readonly text: string
  readonly fault: 'too_long' | 'not_utf8' | 'in_array' | null
}

/** The file is UTF-16, which neither DuckDB nor COPY reads. */
export class NotUtf8File extends Error {}

const [newline, quote, backslash, comma, colon] = [0x0a, 0x22, 0x5c, 0x2c, 0x3a]
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d]

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === newline
}

/**
 * The records of a file in batches of about a chunk: JSON objects one after the other, on one line, several lines or several on a
 * line, as COPY takes them. The elements of an array are records with a fault. Text that is no object counts as one record up to
 * the end of its line; an object that does not close, up to the next line that begins with one. Throws `NotUtf8File`.
 */
export async function* readRecords(bytes: AsyncIterable<Buffer>): AsyncGenerator<readonly SourceRecord[]> {
  const splitter = createSplitter()
  for await (const chunk of bytes) {
    const records = splitter.push(chunk)
    if (records.length > 0) yield records
  }
  const last = splitter.end()
  if (last.length > 0) yield last
}

/** The records of a file that was read as a whole. */
export function recordsOfText(content: Buffer): readonly SourceRecord[] {
  const splitter = createSplitter()
  return [...splitter.push(content), ...splitter.end()]
}

/** What is being read: nothing, an object, text to the end of its line, an array's scalar, or an object that never closes. */
type Mode = 'between' | 'object' | 'rest-of-line' | 'scalar' | 'until-object'

interface Splitter {
  push(chunk: Buffer): readonly SourceRecord[]
  end(): readonly SourceRecord[]
}

function createSplitter(): Splitter {
  let found: SourceRecord[] = []
  let data: Buffer = Buffer.alloc(0)
  let at = 0
  let line = 1
  // Where the line of `at` begins.
  let lineStart = 0
  let recordsOfLine = 0
  let lineIsBlank = true
  let begun = false
  let ended = false

  let mode: Mode = 'between'
  let start = 0
  let startLine = 1
  let startRecord = 1
  let dropped = false
  let stopAtObject = false

  let closers: number[] = []
  let inText = false
  let escaped = false
  let previous = 0
  let arrays = 0
  let afterElement = false

  const begin = (next: Mode): void => {
    mode = next
    start = at
    startLine = line
    recordsOfLine++
    startRecord = recordsOfLine
    dropped = false
    closers = []
    inText = false
    escaped = false
    previous = 0
    // Elements of an array are parted by commas; where one is missing, the array was none.
    if (arrays > 0 && afterElement) arrays = 0
    afterElement = true
    stopAtObject = !lineIsBlank
    lineIsBlank = false
  }

  const close = (end: number): void => {
    const bytes = data.subarray(start, end)
    const fault =
      dropped || bytes.length > maxRecordBytes
        ? 'too_long'
        : !isUtf8(bytes)
          ? 'not_utf8'
          : arrays > 0
            ? 'in_array'
            : null
    const text = fault === 'too_long' || fault === 'not_utf8' ? '' : bytes.toString()
    found.push({ line: startLine, record: startRecord, text, fault })
    mode = 'between'
  }

  const nextLine = (): void => {
    line++
    lineStart = at + 1
    recordsOfLine = 0
    lineIsBlank = true
  }

  /** Where the object ends that cannot go on at `at`. Of one that is too long, only the line of `at` is still there. */
  const nextObjectLine = (): ObjectLine | null => {
    if (!dropped) return objectLineAfter(data, start, at)
    const first = objectOfLine(data, lineStart, at)
    return first === null ? null : { at: first, lines: line - startLine }
  }

  /** The object cannot go on at `at`: it ends before the next one, which may lie within what was taken for its own. */
  const giveUp = (byte: number): void => {
    if (line === startLine && byte === openObject && !inText) {
      close(at)
    } else if (line === startLine) {
      mode = 'rest-of-line'
      stopAtObject = false
    } else {
      const next = nextObjectLine()
      if (next === null) {
        mode = 'until-object'
        lineIsBlank = false
      } else {
        close(next.at)
        at = next.at
        line = startLine + next.lines
        recordsOfLine = 0
        lineIsBlank = true
      }
    }
  }

  /*
   * What each mode makes of the byte at `at`. True where it belongs to the mode; otherwise the mode has changed, and the byte is
   * looked at once more.
   */

  const between = (byte: number): boolean => {
    const isScalar = arrays > 0 && !afterElement
    if (byte === newline) {
      nextLine()
    } else if (byte === openArray) {
      arrays = isScalar ? arrays + 1 : 1
      afterElement = false
      lineIsBlank = false
    } else if (byte === closeArray && arrays > 0) {
      arrays--
      afterElement = true
    } else if (byte === comma) {
      afterElement = false
    } else if (isByteOrderMark(data, at)) {
      at += 2
    } else if (!isSpace(byte)) {
      begin(byte === openObject ? 'object' : isScalar ? 'scalar' : 'rest-of-line')
      return false
    }
    return true
  }

  const object = (byte: number): boolean => {
    if (inText) return text(byte)
    if (byte === quote) {
      inText = true
    } else if (byte === openObject || byte === openArray) {
      const within = closers.at(-1)
      const inOrder = within === closeObject ? previous === colon : previous === openArray || previous === comma
      if ((within !== undefined && !inOrder) || closers.length === maxDepth) {
        giveUp(byte)
        return false
      }
      closers.push(byte === openObject ? closeObject : closeArray)
    } else if (byte === closeObject || byte === closeArray) {
      if (closers.pop() !== byte) {
        giveUp(byte)
        return false
      }
      if (closers.length === 0) {
        at++
        close(at)
        return false
      }
    } else if (byte === newline) {
      nextLine()
    }
    if (!isSpace(byte)) previous = byte
    return true
  }

  /** Within a text of an object or an array; JSON has no line ends there. */
  const text = (byte: number): boolean => {
    if (byte === newline) {
      if (mode === 'object') giveUp(byte)
      else close(at)
      return false
    }
    if (escaped) escaped = false
    else if (byte === backslash) escaped = true
    else if (byte === quote) inText = false
    else at = plainUntil(data, at)
    return true
  }

  const restOfLine = (byte: number): boolean => {
    const goesOn = byte !== newline && !(stopAtObject && byte === openObject)
    if (!goesOn) close(at)
    return goesOn
  }

  const scalar = (byte: number): boolean => {
    if (inText) return text(byte)
    if (byte === comma || byte === closeArray || isSpace(byte)) {
      close(at)
      return false
    }
    if (byte === quote) inText = true
    return true
  }

  const untilObject = (byte: number): boolean => {
    if (lineIsBlank && byte === openObject) {
      close(at)
      return false
    }
    if (byte === newline) nextLine()
    else if (!isSpace(byte)) lineIsBlank = false
    return true
  }

  const modes = { between, object, 'rest-of-line': restOfLine, scalar, 'until-object': untilObject } as const

  /** Whether the bytes from `at` on are the beginning of a byte order mark, of which the rest has not come yet. */
  const mayBecomeMark = (): boolean =>
    mode === 'between' && !ended && data.length - at < mark.length && mark.indexOf(data.subarray(at)) === 0

  const scan = (): readonly SourceRecord[] => {
    while (at < data.length && !mayBecomeMark()) if (modes[mode](data[at] ?? 0)) at++
    const records = found
    found = []
    return records
  }

  return {
    push(chunk) {
      if (mode !== 'between' && at - start > maxRecordBytes) dropped = true
      const lineKept = at - lineStart <= maxRecordBytes ? lineStart : at
      const kept = mode === 'between' ? at : dropped ? lineKept : start
      data = kept === data.length ? chunk : Buffer.concat([data.subarray(kept), chunk])
      at -= kept
      lineStart -= kept
      start = mode === 'between' || dropped ? 0 : start - kept
      if (!begun && isUtf16(data)) throw new NotUtf8File()
      begun = true
      return scan()
    },
    end() {
      ended = true
      const records = [...scan()]
      for (; mode !== 'between'; records.push(...scan())) {
        if (mode === 'object') giveUp(0)
        // It ends with the file, unless an object was found within it.
        if (at >= data.length) close(data.length)
      }
      return records
    },
  }
}

/** The last byte from `at` on before one that means something in a text: most bytes, and a call for each would take most of the time. */
function plainUntil(data: Buffer, at: number): number {
  let next = at + 1
  for (; next < data.length; next++) {
    const byte = data[next]
    if (byte === quote || byte === backslash || byte === newline) break
  }
  return next - 1
}

/** Where the object is with which a line begins, and how many lines below another one that is. */
interface ObjectLine {
  readonly at: number
  readonly lines: number
}

/** The first line after the one of `from` that begins with an object, up to and with the byte `to`. */
function objectLineAfter(data: Buffer, from: number, to: number): ObjectLine | null {
  let lines = 0
  for (let end = data.indexOf(newline, from); end !== -1 && end < to; end = data.indexOf(newline, end + 1)) {
    lines++
    const first = objectOfLine(data, end + 1, to)
    if (first !== null) return { at: first, lines }
  }
  return null
}

/** Where the object is with which a line begins, up to and with the byte `to`; null where it begins with another byte, or was not kept. */
function objectOfLine(data: Buffer, lineStart: number, to: number): number | null {
  let first = lineStart
  while (first < to && isSpace(data[first] ?? 0) && data[first] !== newline) first++
  return data[first] === openObject ? first : null
}

const mark = Buffer.from('\ufeff')

function isByteOrderMark(data: Buffer, at: number): boolean {
  return data[at] === mark[0] && data[at + 1] === mark[1] && data[at + 2] === mark[2]
}

function isUtf16(data: Buffer): boolean {
  return (data[0] === 0xff && data[1] === 0xfe) || (data[0] === 0xfe && data[1] === 0xff)
}
