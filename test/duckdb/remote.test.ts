import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDuckdbEngine } from '../../src/duckdb/engine.ts'
import { listen } from '../slack/support/front.ts'

/*
 * DuckDB fetches its extension for S3 on first use, by its own client. The proxy of these tests writes down what passes and has nothing.
 */

let home: string
let proxy: Awaited<ReturnType<typeof listen>>
let passed: { readonly url: string | undefined; readonly credentials: string | undefined }[]
beforeEach(async () => {
  passed = []
  proxy = await listen(({ url, headers }, response) => {
    passed.push({ url, credentials: headers['proxy-authorization'] })
    response.writeHead(404).end()
  })
  home = await mkdtemp(join(tmpdir(), 'sparkify-remote-'))
  // Where DuckDB keeps extensions that it has fetched before.
  process.env['HOME'] = home
})
afterEach(async () => {
  await proxy.close()
  await rm(home, { recursive: true })
})

it('S3 is read through the proxy, its credentials included, which no error names; DuckDB’s own reading of HTTP_PROXY cannot take them', async () => {
  process.env['HTTP_PROXY'] = 'http://ada:p%40ss@127.0.0.1:1'
  const places = { folder: join(home, 'loads'), logData: 's3://bucket/log_data', songData: 's3://bucket/song_data' }
  const engine = await createDuckdbEngine({ ...places, proxy: proxy.origin.replace('://', '://ada:p%40ss@') })
  const why = await engine.sources(new AbortController().signal).catch((error: unknown) => error)
  await engine.close()
  const url = expect.stringMatching(/^http:\/\/extensions\.duckdb\.org\/.*httpfs\.duckdb_extension\.gz$/)
  expect(passed).toEqual([{ url, credentials: `Basic ${btoa('ada:p@ss')}` }])
  expect(why).toMatchObject({ code: 'source_unreadable', message: expect.stringContaining('cannot be installed here') })
  expect(String(why)).not.toMatch(/p%40ss|p@ss/)
})

it('S3 that could not be opened is tried again the next time', async () => {
  const places = { folder: join(home, 'loads'), logData: 's3://bucket/log_data', songData: 's3://bucket/song_data' }
  const engine = await createDuckdbEngine({ ...places, proxy: proxy.origin })
  const sources = () => engine.sources(new AbortController().signal)
  for (let tries = 1; tries <= 2; tries++) {
    await expect(sources()).rejects.toMatchObject({ code: 'source_unreadable' })
    expect(passed.length).toBeGreaterThanOrEqual(tries)
  }
  await engine.close()
})
