import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { readCommands } from '../../src/commands.ts'
import { shippedLibrary } from '../support/catalog.ts'
import { copyOfLoadedHome } from '../support/warehouse.ts'
import { startBotHere } from './here.ts'
import { freePort, until } from './program.ts'

// Default metrics of Node 60 to 80; buckets of two histograms; one of each command and outcome that occurred, one of each call.
const mostSeries = 350

it('a bot in which every command ran with odd words has a bounded number of series, and its dashboard asks for series that exist', {
  timeout: 120_000,
}, async () => {
  const port = await freePort()
  const bot = await startBotHere({ SPARKIFY_HOME: await copyOfLoadedHome(), SPARKIFY_METRICS_PORT: String(port) })
  onTestFinished(() => bot.stop())
  const page = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const names = [...(await readCommands()), ...(await shippedLibrary()).queries].map(({ name }) => name)
  const odd = [
    '',
    ' "Robert\'); drop table songs;--"',
    ' n=7 since=1066-10-14 tz=Mars/Olympus',
    ' \u202e\u0007 <!channel> {le="+Inf"}',
  ]
  let asked = 0
  for (const [index, name] of names.entries()) {
    for (const words of ['', odd[index % odd.length] ?? '']) {
      await bot.write(`/sparkify ${name}${words}`, asked % 3 === 0 ? 'U0ADA0ADMIN' : 'U0VERA0VIEW')
      asked++
    }
  }
  await bot.write('/sparkify no-such-command-{le="1"}')
  const value = (text: string, sample: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${sample} `))
        ?.slice(sample.length + 1) ?? Number.NaN,
    )
  const complete = 'sparkify_runs_total{command="top-songs",outcome="complete"}'
  const text = await until('everything is acknowledged, and a question answered', async () => {
    const now = await page()
    return value(now, 'sparkify_acknowledgement_seconds_count') > asked && value(now, complete) > 0 ? now : undefined
  })
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(series.length).toBeGreaterThan(100)
  expect(series.length).toBeLessThan(mostSeries)
  expect(text).not.toMatch(/Robert|Olympus|no-such-command/)
  expect(value(text, 'sparkify_outbox_messages')).toBeGreaterThan(0)
  expect(value(text, 'sparkify_load_age_seconds')).toBeGreaterThan(0)
  expect(value(text, 'sparkify_month_usd')).toBe(0)
  expect(value(text, 'sparkify_ready')).toBe(1)
  expect(value(text, 'sparkify_api_calls_total{api="slack",call="chat.postMessage",outcome="ok"}')).toBeGreaterThan(0)
  expect(value(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)

  const target = z.object({ expr: z.string() })
  const dashboard = z
    .object({ panels: z.array(z.object({ title: z.string(), targets: z.array(target).min(1) })).min(10) })
    .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../deploy/grafana.json'), 'utf8')))
  const wanted = dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(?:sparkify|nodejs|process)_\w+/g) ?? []),
  )
  expect(wanted.filter((name) => !text.includes(`# TYPE ${name.replace(/_(?:bucket|sum|count)$/, '')} `))).toEqual([])
})
