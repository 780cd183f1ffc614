import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseSourceFields } from '../../src/core/sql/source-fields.ts'
import { driftOf } from '../../src/core/warehouse/drift.ts'
import { datasets } from '../../src/duckdb/datasets.ts'
import { fieldsIn } from '../../src/duckdb/fields.ts'
import { listFolder } from '../../src/duckdb/sources.ts'
import { shippedLibrary } from '../support/catalog.ts'
import { describeRealData, realData } from '../support/real-data.ts'
import { never, temporaryFolder, writeFiles } from './support.ts'

const whole = {
  artist: 'a',
  auth: 'Logged In',
  firstName: 'A',
  gender: 'F',
  itemInSession: 0,
  lastName: 'B',
  length: 1.5,
  level: 'free',
  location: 'x',
  method: 'PUT',
  page: 'NextSong',
  registration: 1.5e12,
  sessionId: 1,
  song: 's',
  status: 200,
  ts: 1541121934796,
  userAgent: 'u',
  userId: '7',
}
const record = (said: object = {}) => JSON.stringify({ ...whole, ...said })
const without = (name: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name)))

/** How the log files of these contents differ from the shipped contract. */
async function driftIn(files: Readonly<Record<string, string | Buffer>>) {
  const root = await temporaryFolder()
  await writeFiles(root, files)
  const { files: listed } = await listFolder(root, 'SPARKIFY_LOG_DATA', never, Date.now())
  const seen = await fieldsIn(listed, (path) => path.slice(root.length + 1), never)
  return driftOf('log', (await shippedLibrary()).source, seen)
}

describe('the contract of the source', () => {
  it('names each field that is loaded, with its kind', async () => {
    const { source } = await shippedLibrary()
    for (const { name, fields } of Object.values(datasets)) {
      const loaded = source.filter(({ dataset, presence }) => dataset === name && presence !== 'watched')
      expect(loaded.map((field) => [field.name, field.kinds])).toEqual(
        fields.map((field) => [field.key, [field.type === 'VARCHAR' ? 'text' : 'number']]),
      )
    }
  })

  it('is met by records that have every field, in any spelling, or null', async () => {
    const lower = JSON.stringify(
      Object.fromEntries(Object.entries(whole).map(([name, value]) => [name.toLowerCase(), value])),
    )
    expect(await driftIn({ 'a.json': [record({ artist: null, length: null }), lower].join('\n') })).toEqual([])
    expect(await driftIn({ 'a.json': '' })).toEqual([])
  })

  it.each<[string, string, object]>([
    ['a new field', record({ device: 'phone' }), { what: 'new field device (text)', line: 'log device text watched' }],
    [
      'a new field of objects',
      record({ device: { os: 'x' } }),
      { what: 'new field device (object)', line: 'log device object watched' },
    ],
    ['a missing field', without('page'), { what: 'field page is missing', line: 'log page text optional' }],
    [
      'a value of another kind',
      record({ ts: '1541121934796' }),
      { what: 'field ts is text, not number', line: 'log ts number|text required' },
    ],
    [
      'a number as an id',
      record({ userId: 7 }),
      { what: 'field userId is number, not text', line: 'log userId text|number required' },
    ],
  ])('reports %s, with its first file and line', async (_, line, expected) => {
    const file = [record(), record(), '', line, line].join('\n')
    expect(await driftIn({ '2018/a.json': record(), '2018/b.json': file, '2018/c.json': line })).toEqual([
      { ...expected, first: '2018/b.json, line 4' },
    ])
  })

  it('reports a field as missing where only the first records lack it, and nothing of a file that is no UTF-8', async () => {
    const utf16 = Buffer.from(`\ufeff${record({ device: 'phone' })}`, 'utf16le')
    expect(await driftIn({ 'a.json': `${without('page')}\n${record()}`, 'b.json': utf16 })).toMatchObject([
      { what: 'field page is missing', first: 'a.json, line 1' },
    ])
  })

  it('looks at a thousand of many files, evenly, and keeps at most 200 fields', async () => {
    const root = await temporaryFolder()
    await writeFiles(root, {
      'a.json': JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [at, at]))),
    })
    const [file] = (await listFolder(root, 'SPARKIFY_LOG_DATA', never, Date.now())).files
    const files = file === undefined ? [] : Array.from({ length: 2_500 }, () => file)
    let looked = 0
    const shown = (path: string): string => {
      looked += 1
      return path
    }
    const seen = await fieldsIn(files, shown, never)
    expect([looked, seen.length]).toEqual([1_000, 200])
  })

  it('reports nothing of a field that may be missing, and reads packed files', async () => {
    expect(await driftIn({ 'a.json': without('method') })).toEqual([])
    const packed = gzipSync(`${record()}\n${record({ more: 1 })}`)
    expect(await driftIn({ 'a.json.gz': packed })).toEqual([
      { what: 'new field more (number)', first: 'a.json.gz, line 2', line: 'log more number watched' },
    ])
  })

  it('takes the line that it offers', async () => {
    const shipped = await readFile(new URL('../../sql/source.txt', import.meta.url), 'utf8')
    const accepted = parseSourceFields({ path: 'source.txt', text: `${shipped}\nlog device text watched\n` })
    const seen = await fieldsInText(record({ device: 'phone' }))
    expect(driftOf('log', accepted, seen)).toEqual([])
    expect(driftOf('log', accepted, await fieldsInText(record({ device: 1 })))).toMatchObject([
      { what: 'field device is number, not text' },
    ])
  })

  it.each([
    'log page text',
    'log page word required',
    'event page text required',
    'log page text required\nlog Page text optional',
  ])('is refused with its line where it reads %j', (text) => {
    expect(() => parseSourceFields({ path: 'source.txt', text: `# fields\n${text}` })).toThrow(
      /^sql\/source\.txt, line [23]: /,
    )
  })

  it('looks at so many records that a large file costs little, the first ones of each file', async () => {
    const many = Array.from({ length: 20_000 }, () => record())
    expect(await driftIn({ 'a.json': [...many, record({ late: 1 })].join('\n') })).toEqual([])
    expect(
      await driftIn({ 'a.json': [...many.slice(0, 4_000), record({ late: 1 }), ...many].join('\n') }),
    ).toHaveLength(1)
  })
})

async function fieldsInText(text: string) {
  const root = await temporaryFolder()
  await writeFiles(root, { 'a.json': text })
  return fieldsIn([{ path: join(root, 'a.json'), bytes: text.length, day: null, stamp: null }], (path) => path, never)
}

describeRealData('the public data', () => {
  it('keeps the contract', async () => {
    const { source } = await shippedLibrary()
    for (const [name, folder] of [
      ['log', realData.logData],
      ['song', realData.songData],
    ] as const) {
      const { files } = await listFolder(folder, 'SPARKIFY_LOG_DATA', never, Date.now())
      expect(driftOf(name, source, await fieldsIn(files, (path) => path, never))).toEqual([])
    }
  })
})
