import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { z } from 'zod'

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional(), resolved: z.string().optional() }),
  ),
})

// @duckdb/node-bindings 1.5.6 and @biomejs/biome 2.6.8 name platform packages that were never published: `npm install` then writes
// a lock without them, which `npm ci` refuses.
it('locks every platform package that a locked package names', async () => {
  const lock = lockSchema.parse(JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8')))
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      )
      .map((name) => `${path} wants ${name}`),
  )
  expect(missing).toEqual([])
})

it('names no registry host in the lock', async () => {
  const lock = lockSchema.parse(JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8')))
  const hosts = Object.values(lock.packages).flatMap(({ resolved }) => (resolved === undefined ? [] : [resolved]))
  expect(hosts).toEqual([])
})
