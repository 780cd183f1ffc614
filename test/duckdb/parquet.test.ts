import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { removeParquet } from '../../src/duckdb/parquet.ts'
import { temporaryFolder } from './support.ts'

it('what unfinished copies have left is removed, unless another process is at work on it', async () => {
  const folder = await temporaryFolder()
  // No system gives a process so high a number.
  const gone = 2 ** 30
  const stays = [`parquet-1-${process.ppid}`, `another-parquet-1-${gone}`, '1.duckdb']
  for (const name of [...stays, `parquet-1-${gone}`, `parquet-2-${process.pid}`]) await mkdir(join(folder, name))
  await removeParquet(folder)
  expect((await readdir(folder)).toSorted()).toEqual(stays.toSorted())
})
