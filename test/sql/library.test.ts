import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseFragment } from '../../src/core/sql/parse-file.ts'
import { readLibrary } from '../../src/library.ts'
import { library } from './build.ts'

const shipped = fileURLToPath(new URL('../../sql/', import.meta.url))

describe('the library that is shipped', () => {
  it('has the tables that the checks and scripts outside count on', () => {
    expect(library.tables).toEqual({
      staging: ['staging_events', 'staging_songs'],
      star: ['songplays', 'users', 'songs', 'artists', 'time', 'page_views'],
    })
  })

  it('has queries with examples and descriptions of one line', () => {
    for (const query of library.queries) {
      expect(query.examples.length, query.name).toBeGreaterThan(0)
      expect(query.description.length, query.name).toBeLessThan(120)
    }
  })
})

describe('the fragments that are shipped', async () => {
  const names = (await readdir(shipped, { recursive: true })).filter((name) => name.endsWith('.sql'))
  const texts = await Promise.all(names.map((name) => readFile(join(shipped, name), 'utf8')))
  const uses = texts.map((text) => /^-- uses: (.*)$/m.exec(text)?.[1]?.split(', ') ?? [])
  const contributing = await readFile(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8')
  const fragments = names
    .filter((name) => name.startsWith('fragments'))
    .map((name) => parseFragment({ path: name.replaceAll('\\', '/'), text: texts[names.indexOf(name)] ?? '' }))

  it.each(fragments.map((fragment) => [fragment.name, fragment] as const))(
    '%s is used by several files, and described in CONTRIBUTING.md',
    (name, { table, description }) => {
      expect(uses.filter((used) => used.includes(name)).length).toBeGreaterThan(1)
      expect(contributing).toContain(`| \`${table}\` | ${description} |`)
    },
  )
})

describe('readLibrary', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sql-'))
    await cp(shipped, folder, { recursive: true })
  })

  afterEach(() => rm(folder, { recursive: true }))

  it('takes a new query by its file alone, and passes over hidden files', async () => {
    await writeFile(join(folder, 'analytics', 'new-one.sql'), '-- title: New\n-- description: One\n\nselect 1 as x\n')
    await writeFile(join(folder, '.DS_Store'), '')
    const { queries } = await readLibrary(folder)
    expect(queries.map(({ name }) => name)).toEqual([...library.queries.map(({ name }) => name), 'new-one'].toSorted())
  })

  it('refuses a wrong header with file, line and reason', async () => {
    await writeFile(join(folder, 'analytics', 'new-one.sql'), '-- title: New\n-- descripton: One\n\nselect 1 as x\n')
    await expect(readLibrary(folder)).rejects.toThrow('sql/analytics/new-one.sql, line 2: unknown key "descripton".')
  })

  it('refuses a file that has no place, and a folder that is not there', async () => {
    await mkdir(join(folder, 'extra'))
    await writeFile(join(folder, 'extra', 'a.sql'), 'select 1')
    await expect(readLibrary(folder)).rejects.toThrow('sql/extra/a.sql')
    await expect(readLibrary(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'bad_sql_file' })
  })
})
