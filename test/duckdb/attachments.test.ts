import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { createAttachments } from '../../src/duckdb/attachments.ts'
import { never, temporaryFolder } from './support.ts'

it('a load that is attached again does no harm to a transaction that saw it before', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const attachments = createAttachments(await temporaryFolder(), await instance.connect())
  await attachments.create(1)
  await attachments.finish(1, never)
  const other = await instance.connect()
  await other.run('begin transaction')
  const schemasOf = async (alias: string) => {
    const found = await other.run(`select schema_name from duckdb_schemas() where database_name = '${alias}'`)
    return (await found.getRows()).flat()
  }
  expect(await attachments.use(1, 'read', schemasOf)).toContain('main')
  expect(await attachments.use(1, 'read', schemasOf)).toContain('main')
  instance.closeSync()
})
