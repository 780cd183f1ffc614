import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lineAt } from '../../src/core/sql/lexer.ts'
import { mask } from './portability/masked-sql.ts'
import { rules } from './portability/rules.ts'

const folder = fileURLToPath(new URL('../../sql/', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'))

describe('every file of sql/ says what Redshift, DuckDB and PostgreSQL understand alike', () => {
  it.each(files.toSorted())('%s', (file) => {
    const text = readFileSync(`${folder}${file}`, 'utf8')
    const masked = mask(text)
    const findings = rules.flatMap((rule) =>
      rule.find(masked).map((offset) => `line ${lineAt(text, offset)}: ${rule.name}: ${rule.reason}`),
    )
    expect(findings).toEqual([])
  })
})

describe('the rules', () => {
  it.each(rules)('find $name and nothing near to it', ({ find, finds, passes }) => {
    for (const sql of finds) expect(find(mask(sql)), sql).not.toEqual([])
    for (const sql of passes) expect(find(mask(sql)), sql).toEqual([])
  })
})
