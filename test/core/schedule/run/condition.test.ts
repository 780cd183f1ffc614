import { describe, expect, it } from 'vitest'
import runAgain from '../../../../src/commands/run-again.ts'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import type { Answer, Facts } from '../../../../src/core/answer.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import type { Condition } from '../../../../src/core/ports/schedules.ts'
import type { Reply, TableReply } from '../../../../src/core/reply.ts'
import { anna, channel, command, createWorld, type TestProcess, type World } from '../../../support/core.ts'
import { runDue, sayAgain } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'

const start = '2026-11-23T03:00:00.000Z'
const asked = { engine: 'duckdb', load: 1, sql: 'select', values: {} }

function songs(...plays: number[]): TableReply {
  const rows = plays.map((n, at) => [`Song ${at}`, n])
  return { kind: 'table', title: 'Songs', columns: ['song', 'plays'], rows, total: rows.length }
}

/** What a line found: the rows of its table, or which checks are red. */
interface Finding {
  readonly replies: readonly Reply[]
  readonly facts: Facts
}

function rowsOf(...replies: readonly TableReply[]): Finding {
  return { replies, facts: { rows: replies.reduce((sum, { rows }) => sum + rows.length, 0) } }
}

function checks(...red: string[]): Finding {
  const rows = ['keys', 'nulls'].map((name) => [name, red.includes(name) ? 'red' : 'green', `No ${name}`])
  const columns = ['check', 'state', 'title']
  return { replies: [{ kind: 'table', title: 'Checks', columns, rows, total: rows.length }], facts: { red } }
}

/** A schedule under a condition that says what it is given each day; what became of it: posted, silent or failed. */
async function daily(condition: Condition, lines = ['ask']) {
  const world: World = await createWorld(start)
  let said: Finding | OpsError = rowsOf()
  const ask = command(
    'ask',
    async () => {
      if (said instanceof OpsError) throw said
      return { ...said, asked }
    },
    { effect: 'read', group: 'questions' },
  )
  let broken = false
  const look = command(
    'look',
    async () => {
      if (broken) throw new OpsError('sql_failed', 'Out of memory.')
      return checks()
    },
    { effect: 'read' },
  )
  const result = command('result', async () => (said instanceof OpsError ? {} : said), { effect: 'none' })
  let warnings: readonly string[] = []
  const load = command('load', async ({ deps: { ledger, process, clock }, runId }) => {
    await ledger.loads.begin(runId, clock.now().toISOString())
    await ledger.loads.learn(runId, { checks: { total: 2, red: [], warnings } })
    await ledger.loads.publish(runId, runId, process, clock.now().toISOString())
    return undefined
  })
  const bot: TestProcess = await world.start('one', [scheduleRun, runAgain, ask, look, load, result])
  await bot.ledger.schedules.add(
    scheduled({ lines, place: channel, owner: anna, created: '2026-11-22T12:00:00.000Z', condition }),
  )
  return {
    bot,
    clock: world.clock,
    warns(titles: readonly string[]) {
      warnings = titles
    },
    breaks(look: boolean) {
      broken = look
    },
    async says(finding: TableReply | Finding | OpsError = rowsOf()): Promise<string> {
      said = 'kind' in finding ? rowsOf(finding) : finding
      const heard: Answer[] = []
      for (const { answer } of await runDue(bot)) heard.push(answer)
      world.clock.advance(86_400_000)
      await bot.beat()
      const [answer] = heard
      if (answer === undefined) return 'nothing'
      if (!answer.ok) return 'failed'
      return answer.audience === 'channel' ? 'posted' : answer.audience
    },
  }
}

describe('a schedule', () => {
  it('that is always posted is', async () => {
    const { says } = await daily({ kind: 'always' })
    expect([await says(songs()), await says(songs())]).toEqual(['posted', 'posted'])
  })

  it('that is posted when it is not empty is silent without rows, also where checks have some', async () => {
    const { says } = await daily({ kind: 'not-empty' }, ['look', 'ask'])
    expect([await says(songs()), await says(songs(1)), await says(songs())]).toEqual(['nobody', 'posted', 'nobody'])
  })

  it('that is posted when it is not empty is so with the last answer as well, given while the warehouse is paused', async () => {
    const { says } = await daily({ kind: 'not-empty' }, ['result'])
    expect([await says(songs(1)), await says(songs())]).toEqual(['posted', 'nobody'])
  })

  it('that is posted when a figure changes is compared with what was posted last, not with what was kept silent', async () => {
    const { says } = await daily({ kind: 'changed', percent: 10 })
    expect(await says(songs(100))).toBe('posted')
    expect(await says(songs(106))).toBe('nobody')
    expect(await says(songs(110))).toBe('nobody')
    expect(await says(songs(112))).toBe('posted')
    expect(await says(songs(106))).toBe('nobody')
    expect(await says(songs(106, 1))).toBe('posted')
  })

  it('that fails is posted under every condition, and so is the first time that it is well again', async () => {
    const { says } = await daily({ kind: 'changed', percent: 50 })
    expect(await says(songs(100))).toBe('posted')
    expect(await says(new OpsError('sql_failed', 'Out of memory.'))).toBe('failed')
    expect(await says(songs(100))).toBe('posted')
    expect(await says(songs(100))).toBe('nobody')
  })

  it('that is posted when a figure changes is compared with the whole of what was carried on, not with its end', async () => {
    const { bot, clock, says, breaks } = await daily({ kind: 'changed', percent: 10 }, ['ask', 'look'])
    expect(await says(songs(100))).toBe('posted')
    breaks(true)
    expect(await says(songs(100))).toBe('failed')
    breaks(false)
    clock.advance(60_000)
    const [failed] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
    await sayAgain(bot, { run: failed ?? null })
    expect(await says(songs(100))).toBe('nobody')
  })

  it('that is posted when a check turns is silent while the same ones are red', async () => {
    const { says } = await daily({ kind: 'checks' })
    expect(await says(checks())).toBe('posted')
    expect(await says(checks())).toBe('nobody')
    expect(await says(checks('keys'))).toBe('posted')
    expect(await says(checks('keys'))).toBe('nobody')
    expect(await says(checks('nulls'))).toBe('posted')
    expect(await says(checks())).toBe('posted')
  })

  it('that is posted when a check turns and only loads is compared with the load before', async () => {
    const { says, warns } = await daily({ kind: 'checks' }, ['load'])
    expect(await says()).toBe('posted')
    expect(await says()).toBe('nobody')
    warns(['No nulls'])
    expect(await says()).toBe('posted')
    expect(await says()).toBe('nobody')
    warns([])
    expect(await says()).toBe('posted')
  })

  it('that is posted when a check turns looks at the load it was answered from, where no line says checks', async () => {
    const { bot, says } = await daily({ kind: 'checks' })
    const warn = (warnings: string[]) => bot.ledger.loads.learn(1, { checks: { total: 2, red: [], warnings } })
    await bot.ledger.loads.begin(1, start)
    await warn([])
    expect(await says(songs(1))).toBe('posted')
    expect(await says(songs(1))).toBe('nobody')
    // Another load is served by now, on which a check is not met.
    await bot.ledger.loads.begin(2, start)
    await bot.ledger.loads.learn(2, { checks: { total: 2, red: [], warnings: ['No nulls'] } })
    asked.load = 2
    expect(await says(songs(1))).toBe('posted')
    expect(await says(songs(1))).toBe('nobody')
    asked.load = 1
  })
})
