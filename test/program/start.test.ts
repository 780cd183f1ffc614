import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { openHomes } from './homes.ts'
import { start } from './program.ts'

const homes = openHomes()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparkify-start-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What V8 reports of the scripts that a process has loaded (https://nodejs.org/api/cli.html#node_v8_coveragedir). */
const reportSchema = z.object({ result: z.array(z.object({ url: z.string() })) })

/** The packages and the folders of `src` that a command loads, each once. */
async function loadedBy(line: string): Promise<readonly string[]> {
  const reports = await mkdtemp(join(folder, 'coverage-'))
  const { status, stderr } = await start(['cli', ...line.split(' ')], {
    ...(await homes.twoDays()),
    NODE_V8_COVERAGE: reports,
  }).ended
  expect([status, stderr]).toEqual([0, ''])
  const names = new Set<string>()
  for (const file of await readdir(reports)) {
    const { result } = reportSchema.parse(JSON.parse(await readFile(join(reports, file), 'utf8')))
    for (const { url } of result) {
      const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)|\/dist-/.exec(url) ?? []
      const [, own] = /\/dist-\w+\/([\w-]+)\//.exec(url) ?? []
      names.add(name ?? own ?? '')
    }
  }
  return [...names]
}

it('a command that opens no engine loads no engine, nothing of Slack, AWS, schedules and pictures, and no proxy', {
  timeout: 60_000,
}, async () => {
  const loaded = await loadedBy('help')
  expect(loaded).toEqual(expect.arrayContaining(['core', 'store', 'zod']))
  expect(
    loaded.filter((name) =>
      /^(@duckdb\/|@slack\/|@aws-sdk\/|@modelcontextprotocol\/|(prom-client|undici|express|node-cron|string-width|pictures)$)/.test(
        name,
      ),
    ),
  ).toEqual([])
})
