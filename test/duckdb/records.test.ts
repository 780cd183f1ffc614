import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxRecordBytes, NotUtf8File, readRecords, type SourceRecord } from '../../src/duckdb/records.ts'

/** The records of these bytes, which come in chunks of these sizes, over and over. */
async function recordsOf(bytes: Buffer, sizes: readonly number[] = [1 << 20]): Promise<readonly SourceRecord[]> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let [at, n] = [0, 0]; at < bytes.length; n++) {
      const size = sizes[n % sizes.length] ?? 1
      yield bytes.subarray(at, at + size)
      at += size
    }
  }
  const found: SourceRecord[] = []
  for await (const batch of readRecords(chunks())) found.push(...batch)
  return found
}

/** "1.2 {"a":1}": line, record of the line, text; the fault behind it where it has one. */
const shown = ({ line, record, text, fault }: SourceRecord) =>
  `${line}.${record} ${text}${fault === null ? '' : ` !${fault}`}`
const read = async (text: string) => (await recordsOf(Buffer.from(text))).map(shown)

const deep = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

describe('the records of a file', () => {
  it.each<readonly [title: string, text: string, records: readonly string[]]>([
    ['side by side', '{"a":1}{"b":2} {"c":3}\n{"d":4}', ['1.1 {"a":1}', '1.2 {"b":2}', '1.3 {"c":3}', '2.1 {"d":4}']],
    ['over several lines', '\n{\n"a":\n{}}\n\n {"b":2}', ['2.1 {\n"a":\n{}}', '6.1 {"b":2}']],
    ['with brackets and quotes in texts', '{"a":"}\\"]{\\\\"}{"b":"["}', ['1.1 {"a":"}\\"]{\\\\"}', '1.2 {"b":"["}']],
    ['behind byte order marks', '\ufeff{"a":1}\n\ufeff{"b":2}', ['1.1 {"a":1}', '2.1 {"b":2}']],
    ['as deep as they may be', `${deep(64)}{}`, [`1.1 ${deep(64)}`, '1.2 {}']],
    ['deeper than that', `${deep(65)}{}\n{}`, [`1.1 ${deep(65)}{}`, '2.1 {}']],
    ['of nothing', ' \t\r\n\n ', []],
  ])('that stand %s', async (_, text, records) => {
    expect(await read(text)).toEqual(records)
  })

  it.each<readonly [title: string, text: string, records: readonly string[]]>([
    ['text, up to the end of its line', 'xx {"a":1}\n{"b":2}', ['1.1 xx {"a":1}', '2.1 {"b":2}']],
    ['text behind a record, up to the next one', '{"a":1} xx {"b":2}', ['1.1 {"a":1}', '1.2 xx ', '1.3 {"b":2}']],
    ['an object without its end, up to the next', '{"a":1 {"b":2}', ['1.1 {"a":1 ', '1.2 {"b":2}']],
    ['one that another closes, up to its line', '{"a":1]}{\n{"b":2}', ['1.1 {"a":1]}{', '2.1 {"b":2}']],
    ['a text without its end, up to its line', '{"a":"x\n{"b":2}', ['1.1 {"a":"x', '2.1 {"b":2}']],
    ['lines up to one that begins with an object', '{"a":1\n2\n {"b":2}', ['1.1 {"a":1\n2\n ', '3.1 {"b":2}']],
    [
      'lines of which a later one began another',
      '{"a":\n{"b":2}\n{"c":3}',
      ['1.1 {"a":\n', '2.1 {"b":2}', '3.1 {"c":3}'],
    ],
    ['lines up to the end of the file', '{"a":\n1\n2', ['1.1 {"a":\n1\n2']],
    ['lines up to an object behind them', '{"a":[\n1}\n2\n{"b":2}', ['1.1 {"a":[\n1}\n2\n', '4.1 {"b":2}']],
  ])('has in the place of one: %s', async (_, text, records) => {
    expect(await read(text)).toEqual(records)
  })

  it.each<readonly [title: string, text: string, records: readonly string[]]>([
    [
      'objects, on whichever lines',
      '[{"a":1},\n{"b":2}]\n{"c":3}',
      ['1.1 {"a":1} !in_array', '2.1 {"b":2} !in_array', '3.1 {"c":3}'],
    ],
    [
      'scalars and arrays',
      '[1,"],", [null ] ,{}]{}',
      ['1.1 1 !in_array', '1.2 "]," !in_array', '1.3 null !in_array', '1.4 {} !in_array', '1.5 {}'],
    ],
    ['no more than commas part', '[{"a":1}\n{"b":2}\n{"c":3}', ['1.1 {"a":1} !in_array', '2.1 {"b":2}', '3.1 {"c":3}']],
    ['a text without its end', '["x\n{"b":2}', ['1.1 "x !in_array', '2.1 {"b":2}']],
  ])('are none where they are elements of an array: %s', async (_, text, records) => {
    expect(await read(text)).toEqual(records)
  })

  it('are none where they are too long or no UTF-8, and those behind them are read', async () => {
    const long = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`
    const text = `${long(maxRecordBytes)}\n${long(maxRecordBytes + 1)}\n{"b":"`
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0xff]), Buffer.from('"}{"c":"ü"}\n')])
    const records = await recordsOf(bytes)
    expect(records.map(({ text: own, ...place }) => ({ ...place, length: own.length }))).toEqual([
      { line: 1, record: 1, fault: null, length: maxRecordBytes },
      { line: 2, record: 1, fault: 'too_long', length: 0 },
      { line: 3, record: 1, fault: 'not_utf8', length: 0 },
      { line: 3, record: 2, fault: null, length: 9 },
    ])
    const endless = Buffer.from(`{"a":[${`"${'x'.repeat(1 << 20)}",\n`.repeat(17)}}\n{"b":2}`)
    expect((await recordsOf(endless)).map(shown)).toEqual(['1.1  !too_long', '19.1 {"b":2}'])
    const unclosed = Buffer.from(`{"a":[${`"${'x'.repeat(1 << 20)}",\n`.repeat(18)}{"b":2}\n {"c":3}\n{"d":4}`)
    expect((await recordsOf(unclosed)).map(shown)).toEqual(['1.1  !too_long', '20.1 {"c":3}', '21.1 {"d":4}'])
    expect((await recordsOf(unclosed, [300_001])).map(shown)).toEqual([
      '1.1  !too_long',
      '20.1 {"c":3}',
      '21.1 {"d":4}',
    ])
  })

  it.each([1, 2, 3, 8, 9, 10])('are read behind a byte order mark, in chunks of %i bytes', async (size) => {
    const records = await recordsOf(Buffer.from('\ufeff{"a":1}\n\ufeff{"b":2}'), [size])
    expect(records.map(shown)).toEqual(['1.1 {"a":1}', '2.1 {"b":2}'])
    expect((await recordsOf(Buffer.from([0xef, 0xbb]), [size])).map(({ fault }) => fault)).toEqual(['not_utf8'])
  })

  it.each(['le', 'be'])('are not read of UTF-16%s', async (order) => {
    const bytes = Buffer.from('\ufeff{"a":1}', 'utf16le')
    await expect(recordsOf(order === 'le' ? bytes : bytes.swap16())).rejects.toThrow(NotUtf8File)
  })

  const json = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
  const gap = fc.constantFrom('', ' ', '\n', '\r\n', '\n\n', '\t\n ', '\n\ufeff')

  it('are the objects that were written, each under its line and its place there, in whatever chunks they come', async () => {
    const written = fc.array(fc.tuple(json, fc.constantFrom(undefined, 1), gap), { maxLength: 8 })
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(written, sizes, async (objects, chunks) => {
        let text = ''
        const wanted = objects.map(([object, indent, after]) => {
          const own = JSON.stringify(object, null, indent)
          const line = text.split('\n').length
          const record = { line, text: own }
          text += own + after
          return record
        })
        const records = await recordsOf(Buffer.from(text), chunks)
        expect(records.map(({ line, text: own }) => ({ line, text: own }))).toEqual(wanted)
        for (const [at, { fault, line, record }] of records.entries()) {
          // The end of one that stands on several lines begins no count of its own.
          const before = records[at - 1]
          const onSameLine = before !== undefined && before.line === line
          expect([fault, record]).toEqual([null, onSameLine ? before.record + 1 : 1])
        }
      }),
    )
  })

  it('are the same in whatever chunks they come, whatever is wrong with them', async () => {
    const piece = fc.oneof(
      json.map((object) => JSON.stringify(object)),
      fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', 'x', ' ', '\n', '{"a":', '{"a":1', '["x', 'ü'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 14 }).map((pieces) => Buffer.from(pieces.join(''))),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        async (bytes, sizes) => {
          const whole = await recordsOf(bytes)
          expect(await recordsOf(bytes, sizes)).toEqual(whole)
          // Nothing is passed over but what parts records.
          const rest = whole.reduce((left, { text }) => left.slice(left.indexOf(text) + text.length), String(bytes))
          expect(whole.reduce((length, { text }) => length + text.length, 0)).toBeLessThanOrEqual(bytes.length)
          expect(rest).toMatch(/^[\s,[\]]*$/)
        },
      ),
      { numRuns: 200 },
    )
  })
})
