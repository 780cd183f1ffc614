import { describe, expect, it } from 'vitest'
import runAgain from '../../src/commands/run-again.ts'
import runs from '../../src/commands/runs.ts'
import type { Answer } from '../../src/core/answer.ts'
import { OpsError } from '../../src/core/errors.ts'
import { anna, bob, command, createWorld, deferred, failureOf, planOf, step } from '../support/core.ts'

const look = command('look', async () => undefined, { effect: 'none', audience: 'asker' })
const greet = command('greet', async () => undefined, { effect: 'read', role: 'viewer' })

function rowsOf(answer: Answer) {
  const table = answer.replies.find((reply) => reply.kind === 'table')
  if (table === undefined) throw new Error(`no table: ${answer.headline}`)
  return table.rows
}

describe('runs', () => {
  it('lists what was done, newest first, in a table of fixed columns, without what only looked', async () => {
    const { start, clock } = await createWorld()
    const bot = await start('one', [runs, look, greet])
    expect(await bot.say('runs')).toMatchObject({ ok: true, audience: 'asker', headline: 'No runs yet.' })
    await bot.say('greet')
    await bot.say('look')
    clock.advance(1500)
    await bot.say('greet', { who: bob })
    const answer = await bot.say('runs')
    expect(answer).toMatchObject({
      headline: '2 runs, newest first.',
      replies: [
        {
          kind: 'table',
          columns: ['id', 'command', 'who', 'state', 'started', 'seconds'],
          rows: [
            [4, 'greet', 'Bob', 'complete', '2026-11-23T12:00:01.500Z', 0],
            [2, 'greet', 'Anna', 'complete', '2026-11-23T12:00:00.000Z', 0],
          ],
          total: 2,
        },
      ],
    })
    expect(rowsOf(await bot.say('runs all=yes')).map(([id]) => id)).toEqual([5, 4, 3, 2, 1])
  })

  it('can be asked for one person, one command, or from a day on', async () => {
    const { start, clock } = await createWorld()
    const bot = await start('one', [runs, greet, command('load', async () => undefined)])
    await bot.say('greet', { who: bob })
    await bot.say('load')
    clock.advance(86_400_000)
    await bot.say('greet')
    const ids = async (line: string) => rowsOf(await bot.say(line)).map(([id]) => id)
    expect(await ids('runs who=<@U0BOB|bob>')).toEqual([1])
    expect(await ids('runs who=U0ANNA')).toEqual([3, 2])
    expect(await ids('runs command=load')).toEqual([2])
    expect(await ids('runs since=2026-11-24')).toEqual([3])
  })

  it('says so when it shows only the newest', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [runs, greet])
    for (let i = 0; i < 21; i++) await bot.say('greet')
    const answer = await bot.say('runs')
    expect(rowsOf(answer)).toHaveLength(20)
    expect(answer.replies).toContainEqual(
      expect.objectContaining({ text: 'The newest 20; older ones with since= or runs <id>.' }),
    )
  })

  it('with a number tells one run in full, its steps and its answer included', async () => {
    const { start, clock } = await createWorld()
    const bot = await start('one', [
      runs,
      command('load', async ({ perform }) => {
        await perform([step('Stage', () => clock.advance(3000))])
        throw new OpsError('bad_data', 'Line 3 is no JSON.', 'Mend it.')
      }),
    ])
    await bot.say('load')
    const answer = await bot.say('runs #1')
    expect(answer).toMatchObject({
      headline: 'Run 1, load: error, 3.0 s.',
      replies: [
        { kind: 'text', text: 'Run 1, load: error, 3.0 s\nAsked by Anna, 23 Nov 2026, 12:00 UTC' },
        { kind: 'steps', title: 'load', steps: [{ title: 'Stage', state: 'complete', ms: 3000 }] },
        { kind: 'failure', message: 'Line 3 is no JSON.' },
      ],
      next: [{ label: 'Run again', line: 'run-again 1' }],
    })
    const missing = await bot.say('runs 99')
    expect(missing).toMatchObject({ exit: 1, audience: 'asker', next: [{ line: 'runs' }] })
    expect(failureOf(missing).message).toBe('There is no run 99.')
  })

  it('offers to cancel a run that is running', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const gate = deferred()
    const bot = await start('one', [
      runs,
      command('load', async () => {
        begun.resolve()
        await gate.promise
        return undefined
      }),
    ])
    const running = bot.say('load')
    await begun.promise
    expect(await bot.say('runs 1')).toMatchObject({ next: [{ label: 'Cancel', line: 'cancel 1' }] })
    gate.resolve()
    await running
  })
})

describe('run-again', () => {
  /** A load that fails in its second step until it is mended. */
  async function broken(canContinue: boolean) {
    const world = await createWorld()
    const done: string[] = []
    let mended = false
    const load = command(
      'load',
      async ({ perform, rootRunId }) => {
        await perform([
          step('Stage', () => done.push(`Stage ${rootRunId}`)),
          step('Build', () => {
            if (!mended) throw new OpsError('bad_data', 'Line 3 is no JSON.')
            done.push(`Build ${rootRunId}`)
          }),
        ])
        return undefined
      },
      canContinue ? { canContinue: async () => true } : {},
    )
    const bot = await world.start('one', [load, runAgain, greet])
    await bot.say('load')
    const mend = () => {
      mended = true
    }
    return { world, bot, done, mend }
  }

  it('carries a failed run on behind its finished steps where its command says that it can', async () => {
    const { bot, done, mend } = await broken(true)
    expect(await bot.say('run-again')).toMatchObject({ ok: false, run: { id: 2, line: 'load' } })
    mend()
    const answer = await bot.say('run-again 2')
    expect(answer).toMatchObject({ ok: true, run: { id: 3, command: 'load' } })
    expect(answer.run?.steps.map(({ title, state }) => [title, state])).toEqual([
      ['Stage', 'complete'],
      ['Build', 'complete'],
    ])
    expect(done).toEqual(['Stage 1', 'Build 1'])
    expect(await bot.ledger.runs.get(3)).toMatchObject({ continues: 1 })
  })

  it('begins anew where it does not', async () => {
    const { bot, done, mend } = await broken(false)
    mend()
    expect(await bot.say('run-again 1')).toMatchObject({ ok: true, run: { id: 2 } })
    expect(done).toEqual(['Stage 1', 'Stage 2', 'Build 2'])
    expect(await bot.ledger.runs.get(2)).toMatchObject({ continues: null })
  })

  it('says the line of a run that went well again, from its beginning', async () => {
    const { bot, done, mend } = await broken(false)
    mend()
    await bot.say('run-again')
    await bot.say('run-again 2')
    expect(done).toEqual(['Stage 1', 'Stage 2', 'Build 2', 'Stage 3', 'Build 3'])
  })

  it('is for one’s own runs, in the role that the line needs', async () => {
    const { world, bot } = await broken(false)
    expect(failureOf(await bot.say('run-again 1', { who: bob })).code).toBe('not_allowed')
    await bot.say('greet', { who: bob })
    expect(await bot.say('run-again 2', { who: bob })).toMatchObject({ ok: true, run: { line: 'greet' } })
    world.roles.set(anna.id, 'viewer')
    expect(failureOf(await bot.say('run-again 1'))).toMatchObject({
      code: 'not_allowed',
      message: 'load needs an operator. You are U0ANNA, viewer here. Nothing was done.',
    })
  })

  it('asks for a confirmation where the line does', async () => {
    const { start } = await createWorld()
    let times = 0
    const raze = command(
      'raze',
      async () => {
        if (++times === 1) throw new OpsError('storage', 'The disk is full.')
        return undefined
      },
      { plan: async () => ({ title: 'Raze it?', facts: [], act: 'Raze', danger: true }) },
    )
    const bot = await start('one', [raze, runAgain])
    await bot.say('raze', { confirmed: true })
    const plan = planOf(await bot.say('run-again'))
    expect(plan.line).toBe('run-again 1')
    expect(await bot.click(plan.id)).toMatchObject({ ok: true, run: { line: 'raze' } })
  })

  it('leaves a run alone that is running still', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const gate = deferred()
    const bot = await start('one', [
      runAgain,
      command('load', async () => {
        begun.resolve()
        await gate.promise
        return undefined
      }),
    ])
    const running = bot.say('load')
    await begun.promise
    expect(failureOf(await bot.say('run-again 1'))).toMatchObject({
      code: 'busy',
      message: 'Run 1 is running still. Nothing was done.',
    })
    gate.resolve()
    await running
    expect(failureOf(await bot.say('run-again')).message).toBe('There is no failed run.')
  })
})
