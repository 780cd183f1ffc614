import { it } from 'vitest'
import { realData } from '../../support/real-data.ts'
import { build, cell, createStage, library, newStep, never } from './support.ts'

async function etl(options: object) {
  const stage = await createStage(realData, options)
  const engine = stage.open()
  await stage.double.clearCalls()
  const n0 = (await stage.double.statements()).length
  const t0 = performance.now()
  await build(engine, 1)
  const t1 = performance.now()
  const target = { kind: 'candidate', load: 1 } as const
  const sqls = [...library.tables.staging, ...library.tables.star].map((t) => `select count(*) from ${t}`).concat(library.checks.map((c) => c.sql), library.summary)
  await Promise.all(sqls.map((sql) => engine.query(target, { sql }, { maxRows: 5, signal: never })))
  const t2 = performance.now()
  await engine.publish(1, newStep())
  await engine.retain([1])
  const t3 = performance.now()
  const calls = await stage.double.calls()
  const by: Record<string, number> = {}
  for (const c of calls) by[c.action] = (by[c.action] ?? 0) + 1
  const st = (await stage.double.statements()).length - n0
  // eslint-disable-next-line
  process.stdout.write(JSON.stringify({ options, build: t1 - t0, audit: t2 - t1, questions: sqls.length, publish: t3 - t2, calls: calls.length, by, statements: st }) + '\n')
  await stage.close()
  return { calls: calls.length, ms: t3 - t0 }
}
it('fast', () => etl({}), 200000)
it('fast-300', () => etl({ statementMs: 300 }), 200000)
it.skipIf(!process.env['LONG'])('long', () => etl({ copyMsPerFile: 1500 }), 400000)
