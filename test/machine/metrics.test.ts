import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { OpsError } from '../../src/core/errors.ts'
import { newMessage } from '../../src/core/outbox/messages.ts'
import { watchCalls } from '../../src/machine/calls.ts'
import { createMetrics, type Metrics } from '../../src/machine/metrics.ts'
import { freePort } from '../program/program.ts'
import { anna, command, createWorld, type TestProcess } from '../support/core.ts'

/** The samples of a page of metrics: name with labels, and value. */
async function sampled(port: number): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')])
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

/** Metrics of a process of the bot, served until the test ends. */
async function open(): Promise<{ process: TestProcess; metrics: Metrics; port: number }> {
  const port = await freePort()
  const process = await (await createWorld()).start('one', [])
  const metrics = createMetrics({ host: '127.0.0.1', port })
  onTestFinished(await metrics.serve(process.deps, () => true))
  return { process, metrics, port }
}

/** A server that answers each path with the status that it names, and refuses connections to `/gone`. */
async function openApi(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('gone') === true) {
      request.destroy()
      return
    }
    response.writeHead(Number(/\d{3}/.exec(request.url ?? '')?.[0] ?? 200))
    response.end()
  })
  const port = await freePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', () => done()))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${port}`
}

it('counts what is sent to Slack and AWS by call and outcome, and what the SDK repeats', async () => {
  const { port } = await open()
  const api = await openApi()
  const signed = (attempt: number) => ({
    authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20261130/eu-west-1/redshift-data/aws4_request, Signature=0',
    'amz-sdk-request': `attempt=${attempt}; max=5`,
    'x-amz-target': 'RedshiftData.ExecuteStatement',
  })
  await fetch(`${api}/api/chat.postMessage`)
  await fetch(`${api}/api/chat.update?status=429`)
  await fetch(`${api}/?500`, { method: 'POST', headers: signed(1) })
  await fetch(api, { method: 'POST', headers: signed(2) })
  await expect(fetch(`${api}/gone`)).rejects.toThrow()
  const samples = await sampled(port)
  const count = (api: string, call: string, outcome: string) =>
    samples.get(`sparkify_api_calls_total{api="${api}",call="${call}",outcome="${outcome}"}`)
  expect(count('slack', 'chat.postMessage', 'ok')).toBe(1)
  expect(count('slack', 'chat.update', 'limited')).toBe(1)
  expect(count('aws', 'ExecuteStatement', 'failed')).toBe(1)
  expect(count('aws', 'ExecuteStatement', 'ok')).toBe(1)
  expect(count('other', 'other', 'unreachable')).toBe(1)
  expect(samples.get('sparkify_api_retries_total{api="aws",call="ExecuteStatement"}')).toBe(1)
})

it('tells by its status what came of a call, until nobody wants to know', async () => {
  const api = await openApi()
  const seen: string[] = []
  const stop = watchCalls(({ outcome }) => seen.push(outcome))
  for (const status of [200, 399, 400, 404, 428, 429, 430, 499, 500, 503]) await fetch(`${api}/api/auth.test?${status}`)
  await expect(fetch(`${api}/gone`)).rejects.toThrow()
  stop()
  await fetch(api)
  await expect(fetch(`${api}/gone`)).rejects.toThrow()
  const refused = 'refused'
  expect(seen).toEqual([
    'ok',
    'ok',
    refused,
    refused,
    refused,
    'limited',
    refused,
    refused,
    'failed',
    'failed',
    'unreachable',
  ])
})

it('has no more series than it knows calls, whatever addresses hold', async () => {
  const { port } = await open()
  const api = await openApi()
  const name = (n: number) => `x.${String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26))}`
  for (let n = 0; n < 300; n++) await fetch(`${api}/api/${name(n)}`)
  const samples = await sampled(port)
  // By name: a request that an earlier test left behind may have another outcome.
  const calls = [...samples.keys()].flatMap((key) => /^sparkify_api_calls_total\{.*call="([^"]*)"/.exec(key)?.[1] ?? [])
  expect(new Set(calls).size).toBe(101)
})

it('tells how late an occurrence of the clock began, of the first attempt alone', async () => {
  const { process, metrics, port } = await open()
  const ledger = metrics.counting(process.ledger)
  const now = process.deps.clock.now()
  const intended = new Date(now.getTime() - 12_000).toISOString()
  const occurrence = {
    key: 'schedule:1',
    command: 'schedule-run',
    args: {},
    line: 'schedule-run 1',
    who: anna,
    place: { kind: 'terminal' },
    door: 'clock',
    writer: false,
    listed: true,
    origin: { kind: 'fire', schedule: 1, intended, cause: 'clock' },
    approval: null,
    worker: null,
    started: now.toISOString(),
  } as const
  const opened = await ledger.runs.open(occurrence)
  const asked = await ledger.runs.open({
    ...occurrence,
    key: 'ask:1',
    origin: { ...occurrence.origin, cause: 'asked' },
  })
  if (opened.kind !== 'opened' || asked.kind !== 'opened') throw new Error('it was not opened')
  const { id } = opened.run
  expect(await ledger.runs.claim(id, null, process.id, now)).toMatchObject({ attempt: 1 })
  // Its process stops in order, and the next one dies: others go on with it later.
  const step = { id: 'Load', title: 'Load', state: 'complete', ms: 5, handles: {} } as const
  await ledger.runs.saveStep(id, process.id, 0, step)
  await ledger.runs.release(id, process.id)
  expect(await ledger.runs.claim(id, null, 'two', new Date(now.getTime() + 60_000))).toMatchObject({ attempt: 1 })
  expect(await ledger.runs.claim(id, 'two', 'three', new Date(now.getTime() + 90_000))).toMatchObject({ attempt: 2 })
  expect(await ledger.runs.claim(asked.run.id, null, process.id, now)).not.toBeNull()
  const samples = await sampled(port)
  expect(samples.get('sparkify_schedule_lateness_seconds_sum')).toBe(12)
  expect(samples.get('sparkify_schedule_lateness_seconds_bucket{le="5"}')).toBe(0)
  expect(samples.get('sparkify_schedule_lateness_seconds_bucket{le="15"}')).toBe(1)
})

it('counts the runs that end by what came of them, with the time that they took, and what waits', async () => {
  const port = await freePort()
  const world = await createWorld()
  const metrics = createMetrics({ host: '127.0.0.1', port })
  const { ledger } = await world.start('one', [])
  const taking =
    (ms: number, outcome: { red?: true; error?: OpsError } = {}) =>
    async () => {
      world.clock.advance(ms)
      if (outcome.error !== undefined) throw outcome.error
      return outcome.red === undefined ? undefined : { ok: false }
    }
  const bot = await world.start(
    'two',
    [
      command('songs', taking(1_500)),
      command('qa', taking(250, { red: true })),
      command('etl', taking(0, { error: new OpsError('sql_failed', 'No.', 'Fix it.') })),
    ],
    { ledger: metrics.counting(ledger) },
  )
  let isReady = true
  onTestFinished(await metrics.serve(bot.deps, () => isReady))
  const before = await sampled(port)
  expect(before.get('sparkify_outbox_oldest_seconds')).toBe(0)
  expect(before.has('sparkify_load_age_seconds')).toBe(false)
  expect(before.get('sparkify_ready')).toBe(1)

  for (const line of ['songs', 'songs', 'qa', 'etl']) await bot.say(line)
  isReady = false
  world.clock.advance(30_000)
  const samples = await sampled(port)
  const count = (name: string, outcome: string) =>
    samples.get(`sparkify_runs_total{command="${name}",outcome="${outcome}"}`)
  expect([count('songs', 'complete'), count('qa', 'red'), count('etl', 'error')]).toEqual([2, 1, 1])
  expect([...samples.keys()].filter((key) => key.startsWith('sparkify_runs_total'))).toHaveLength(3)
  expect(samples.get('sparkify_run_seconds_total{command="songs"}')).toBe(3)
  expect(samples.get('sparkify_run_seconds_total{command="qa"}')).toBe(0.25)
  expect(samples.get('sparkify_ready')).toBe(0)
  // No answer was sent; the first one has waited since the first run ended.
  expect(samples.get('sparkify_outbox_messages')).toBe(4)
  expect(samples.get('sparkify_outbox_oldest_seconds')).toBe(1.5 + 0.25 + 30)

  // A run ends once, whoever tries it again.
  const run = await ledger.runs.get(1)
  if (run?.answer == null) throw new Error('the run has no answer')
  const again = { state: 'complete', answer: run.answer, ended: run.started, costUsd: null } as const
  expect(await metrics.counting(ledger).runs.end(1, 'two', again, [])).toBe(false)
  expect((await sampled(port)).get('sparkify_runs_total{command="songs",outcome="complete"}')).toBe(2)

  // Published after it has begun: until then there is no age.
  await ledger.loads.begin(1, world.clock.now().toISOString())
  expect((await sampled(port)).has('sparkify_load_age_seconds')).toBe(false)
})

it('counts the messages that are tried again, and answers GET alone', async () => {
  const port = await freePort()
  const { deps, ledger, id } = await (await createWorld()).start('one', [])
  const metrics = createMetrics({ host: '127.0.0.1', port })
  onTestFinished(await metrics.serve(deps, () => true))
  const ways = [{ kind: 'admins', besides: null }] as const
  const answer: Answer = { ok: true, exit: 0, headline: '', audience: 'asker', run: null, replies: [], next: [] }
  const content = { kind: 'answer', answer } as const
  await ledger.messages.put([newMessage({ key: 'one', content, ways }, deps.clock.now())])
  const message = await ledger.messages.find('one')
  if (message === null) throw new Error('it was put')
  await ledger.messages.take(message, id)
  await metrics.counting(ledger).messages.later(message, deps.clock.now(), false)
  expect((await sampled(port)).get('sparkify_api_retries_total{api="slack",call="message"}')).toBe(1)
  expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(404)
})

it('counts alerts by state, alike in scrapes at the same time', async () => {
  const { process, port } = await open()
  const definition = { kind: 'check' } as const
  const created = process.deps.clock.now().toISOString()
  const watches = ['one', 'two', 'three'].map((name) =>
    process.ledger.watches.named(name, { definition, place: { kind: 'terminal' }, owner: anna, created }),
  )
  const [one, two] = await Promise.all(watches)
  const found = { when: 'today', headline: 'red', facts: [] }
  const life = { kind: 'firing', firing: { number: 1, began: created, since: 'today', found } } as const
  if (one !== undefined) await process.ledger.watches.change(one, { life }, [])
  if (two !== undefined) await process.ledger.watches.change(two, { life, isPaused: true }, [])
  const scrapes = await Promise.all([sampled(port), sampled(port), sampled(port)])
  for (const samples of scrapes) {
    const of = (state: string) => samples.get(`sparkify_alerts{state="${state}"}`)
    expect(['ok', 'firing', 'paused', 'resolved'].map(of)).toEqual([1, 1, 1, 0])
  }
})

it('refuses a port that is taken, naming its own variable', async () => {
  const { process, port } = await open()
  const second = createMetrics({ host: '127.0.0.1', port }).serve(process.deps, () => true)
  await expect(second).rejects.toMatchObject({
    code: 'port_taken',
    remedy: expect.stringContaining('SPARKIFY_METRICS_PORT'),
  })
})

it('tells of each freshness whether its newest day was live in time, and how late it was', async () => {
  const { process, port } = await open()
  const { freshness } = process.deps.ledger
  const place = (id: string) => ({ kind: 'slack', channel: id, direct: false }) as const
  const since = '2026-11-01T00:00:00.000Z'
  const [first, second, third] = await Promise.all(
    ['C1', 'C2', 'C3'].map((id) => freshness.set({ time: '06:00', zone: 'UTC', place: place(id), owner: anna, since })),
  )
  const judged = (id: number | undefined, day: string, met: string | null) =>
    freshness.judge(
      {
        ...{ freshness: id ?? 0, day, deadline: `${day}T06:00:00.000Z`, met, load: null },
        ...{ reason: null, life: { kind: 'ok' } },
      },
      [],
    )
  // The clock shows 23 November 2026, 12:00 UTC.
  await judged(first?.id, '2026-11-22', null)
  await judged(first?.id, '2026-11-23', '2026-11-23T03:00:00.000Z')
  await judged(second?.id, '2026-11-23', null)
  await judged(third?.id, '2026-11-23', '2026-11-23T06:10:00.000Z')
  const samples = await sampled(port)
  const of = (name: string) => [1, 2, 3].map((id) => samples.get(`sparkify_freshness_${name}{freshness="${id}"}`))
  expect(of('met')).toEqual([1, 0, 0])
  expect(of('delay_seconds')).toEqual([0, 21_600, 600])
  if (second !== undefined) await freshness.change(second.id, { isPaused: true })
  const later = await sampled(port)
  expect([...later.keys()].filter((key) => key.startsWith('sparkify_freshness_met'))).toHaveLength(2)
})
