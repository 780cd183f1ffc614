import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../redshift/cluster.ts'
import { openUnloadTarget } from '../s3/copy-source.ts'
import type { World } from '../world.ts'
import { refuseForeign, SqlRefusal } from './dialect.ts'
import { scan } from './scan.ts'
import type { ResultColumn, SqlResult, Warehouse } from './warehouse.ts'

/*
 * UNLOAD ('select …') TO 's3://…' IAM_ROLE '…' FORMAT AS PARQUET, as
 * https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html describes it: a file for each slice, and a manifest of them.
 */

type UnloadStatement = {
  readonly select: string
  readonly target: string
  readonly roleArn: string
  readonly region: string | undefined
  readonly overwrite: boolean
  readonly manifest: 'none' | 'plain' | 'verbose'
}

// A ra3.large has two.
const slices = 2

/** Runs an UNLOAD; the number of rows written. What it has written stays when the transaction around it is rolled back. */
export async function runUnload(world: World, cluster: Database, warehouse: Warehouse, sql: string): Promise<number> {
  const unload = parseUnload(sql)
  refuseForeign(unload.select)
  const { region, overwrite } = unload
  const target = openUnloadTarget(world, cluster, unload.target, unload.roleArn, { region, overwrite })
  const result = await warehouse.query(unload.select)
  const files: { readonly key: string; readonly bytes: number; readonly rows: number }[] = []
  for (let slice = 0; slice < slices; slice++) {
    const rows = result.rows.filter((_, at) => at % slices === slice)
    if (rows.length === 0) continue
    const key = `${target.prefix}${String(slice).padStart(4, '0')}_part_00.parquet`
    const content = await parquetOf(result.columns, rows)
    target.put(key, content)
    files.push({ key, bytes: content.byteLength, rows: rows.length })
  }
  if (unload.manifest !== 'none') {
    const isVerbose = unload.manifest === 'verbose'
    const entries = files.map(({ key, bytes, rows }) => ({
      url: `s3://${target.bucket.name}/${key}`,
      meta: { content_length: bytes, ...(isVerbose ? { record_count: rows } : {}) },
    }))
    const whole = {
      schema: { elements: result.columns.map(({ name, oid }) => ({ name, type: { base: typeOf(oid).redshift } })) },
      meta: {
        content_length: files.reduce((sum, { bytes }) => sum + bytes, 0),
        record_count: result.rows.length,
      },
      author: { name: 'Amazon Redshift', version: '1.0.0' },
    }
    target.put(`${target.prefix}manifest`, Buffer.from(JSON.stringify({ entries, ...(isVerbose ? whole : {}) })))
  }
  return result.rows.length
}

function parseUnload(sql: string): UnloadStatement {
  const tokens = scan(sql).filter(({ kind, text }) => kind !== 'space' && text !== ';')
  let at = 1
  const take = () => {
    const token = tokens[at++]
    if (token === undefined) throw new SqlRefusal('syntax error at end of input')
    return token
  }
  const expect = (word: string) => {
    const token = take()
    if (token.text.toLowerCase() !== word) throw unexpected(token.text)
  }
  const string = () => {
    const token = take()
    if (token.kind !== 'string') throw unexpected(token.text)
    return token.text.slice(1, -1).replaceAll("''", "'")
  }
  const isNext = (word: string) => tokens[at]?.text.toLowerCase() === word
  expect('(')
  const select = string()
  expect(')')
  expect('to')
  const target = string()
  let [roleArn, region, isParquet, overwrite] = ['', undefined as string | undefined, false, false]
  let manifest: UnloadStatement['manifest'] = 'none'
  while (at < tokens.length) {
    const word = take().text
    switch (word.toLowerCase()) {
      case 'iam_role':
        roleArn = string()
        break
      case 'region':
        if (isNext('as')) at++
        region = string()
        break
      case 'format':
        if (isNext('as')) at++
        break
      case 'parquet':
        isParquet = true
        break
      case 'allowoverwrite':
        overwrite = true
        break
      case 'manifest':
        manifest = isNext('verbose') ? 'verbose' : 'plain'
        if (manifest === 'verbose') at++
        break
      default:
        throw unexpected(word)
    }
  }
  if (roleArn === '') throw new SqlRefusal('CREDENTIALS argument is required but is missing.')
  if (!isParquet) throw new SqlRefusal('the double unloads only Parquet: add FORMAT AS PARQUET')
  return { select, target, roleArn, region, overwrite, manifest }
}

function unexpected(word: string): SqlRefusal {
  return new SqlRefusal(`syntax error at or near "${word}"`)
}

/** PostgreSQL's types, as the manifest and DuckDB name them. */
const types: Readonly<Record<number, { readonly redshift: string; readonly duckdb: string }>> = {
  16: { redshift: 'boolean', duckdb: 'BOOLEAN' },
  20: { redshift: 'bigint', duckdb: 'BIGINT' },
  21: { redshift: 'smallint', duckdb: 'SMALLINT' },
  23: { redshift: 'integer', duckdb: 'INTEGER' },
  700: { redshift: 'real', duckdb: 'REAL' },
  701: { redshift: 'double precision', duckdb: 'DOUBLE' },
  1043: { redshift: 'character varying', duckdb: 'VARCHAR' },
  1082: { redshift: 'date', duckdb: 'DATE' },
  1114: { redshift: 'timestamp without time zone', duckdb: 'TIMESTAMP' },
}

function typeOf(oid: number): { readonly redshift: string; readonly duckdb: string } {
  const type = types[oid]
  if (type === undefined) throw new Error(`the double unloads no column of type ${oid}`)
  return type
}

/** Rows as a Parquet file, written by DuckDB from PostgreSQL's text of each value. */
async function parquetOf(columns: readonly ResultColumn[], rows: SqlResult['rows']): Promise<Buffer> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const folder = await mkdtemp(join(tmpdir(), 'aws-double-unload-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const [from, to] = [join(folder, 'rows.json'), join(folder, 'rows.parquet')]
    const lines = rows.map((row) => JSON.stringify(Object.fromEntries(row.map((value, at) => [`c${at}`, value]))))
    await writeFile(from, `${lines.join('\n')}\n`)
    const texts = columns.map((_, at) => `c${at}: 'VARCHAR'`).join(', ')
    const cast = columns.map(({ name, oid }, at) => `cast(c${at} as ${typeOf(oid).duckdb}) as "${name}"`).join(', ')
    await connection.run(
      `copy (select ${cast} from read_json('${from}', format = 'newline_delimited', columns = {${texts}})) to '${to}' (format parquet)`,
    )
    return await readFile(to)
  } finally {
    connection.disconnectSync()
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}
