import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { OpsError } from '../../../src/core/errors.ts'
import { claimRuns } from '../../../src/core/runner/worker.ts'
import type { Step, Work } from '../../../src/core/step.ts'
import { command, createWorld, deferred, failureOf } from '../../support/core.ts'

const step = (title: string, run: Step['run'] = async () => ({})): Step => ({ id: title, title, run })

describe('the steps of a run', () => {
  it('are stored before and after each, with what they left for later ones', async () => {
    const { start, clock } = await createWorld()
    const stored: unknown[] = []
    const bot = await start('one', [
      command('load', async ({ perform, output, runId, deps }) => {
        const look = async () => stored.push((await deps.ledger.runs.get(runId))?.steps)
        await perform([
          step('Stage', async () => {
            await look()
            clock.advance(3000)
            return { detail: '8 rows', output: { rows: 8 } }
          }),
          step('Count', async () => {
            await look()
            return { detail: `${output('Stage', z.object({ rows: z.number() })).rows} again` }
          }),
        ])
        return undefined
      }),
    ])
    const answer = await bot.say('load')
    const stage = {
      id: 'Stage',
      title: 'Stage',
      state: 'complete',
      ms: 3000,
      detail: '8 rows',
      output: { rows: 8 },
      handles: {},
    }
    expect(stored).toEqual([
      [{ id: 'Stage', title: 'Stage', state: 'in_progress', ms: 0, key: 'run-1-attempt-1-step-0', handles: {} }],
      [stage, { id: 'Count', title: 'Count', state: 'in_progress', ms: 0, key: 'run-1-attempt-1-step-1', handles: {} }],
    ])
    expect(answer.run?.steps).toEqual([
      { title: 'Stage', state: 'complete', ms: 3000, detail: '8 rows' },
      { title: 'Count', state: 'complete', ms: 0, detail: '8 again' },
    ])
  })

  it('keep the handles of outside work before it is waited on', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [
      command('load', async ({ perform, runId, deps }) => {
        await perform([
          step('Copy', async ({ key, keep, handle }) => {
            expect(key).toBe(`run-${runId}-attempt-1-step-0`)
            expect(handle('statement')).toBeUndefined()
            await keep('statement', 'abc')
            expect(handle('statement')).toBe('abc')
            expect((await deps.ledger.runs.get(runId))?.steps[0]?.handles).toEqual({ statement: 'abc' })
            return {}
          }),
        ])
        return undefined
      }),
    ])
    expect(await bot.say('load')).toMatchObject({ ok: true })
    expect((await bot.ledger.runs.get(1))?.steps[0]).toMatchObject({ state: 'complete', handles: { statement: 'abc' } })
  })

  it('of a nested list run side by side, and what follows waits for all of them', async () => {
    const { start } = await createWorld()
    const both = deferred()
    const order: string[] = []
    let begun = 0
    const staging = async () => {
      if (++begun === 2) both.resolve()
      await both.promise
      order.push('stage')
      return {}
    }
    const bot = await start('one', [
      command('load', async ({ perform }) => {
        await perform([
          [step('Stage events', staging), step('Stage songs', staging)],
          step('Build', async () => {
            order.push('build')
            return {}
          }),
        ])
        return undefined
      }),
    ])
    expect((await bot.say('load')).run?.steps.map(({ title }) => title)).toEqual([
      'Stage events',
      'Stage songs',
      'Build',
    ])
    expect(order).toEqual(['stage', 'stage', 'build'])
  })

  it('stop at the first failure, once those beside it have ended', async () => {
    const { start } = await createWorld()
    const slow = deferred()
    let slowEnded = false
    const bot = await start('one', [
      command('load', async ({ perform }) => {
        try {
          await perform([
            [
              step('Stage events', async () => {
                slow.resolve()
                throw new OpsError('bad_data', 'Line 3 is no JSON.')
              }),
              step('Stage songs', async () => {
                await slow.promise
                slowEnded = true
                return {}
              }),
            ],
            step('Publish', async () => {
              throw new Error('must not begin')
            }),
          ])
        } finally {
          expect(slowEnded).toBe(true)
        }
        return undefined
      }),
    ])
    const answer = await bot.say('load')
    expect(failureOf(answer).code).toBe('bad_data')
    expect(answer.run?.steps.map(({ state }) => state)).toEqual(['error', 'complete', 'pending'])
    expect(answer.next).toEqual([{ label: 'Run again', line: 'run-again 1' }])
  })

  it('have a title each, because it is by its title that a finished one is known', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [
      command('load', async ({ perform }) => {
        await perform([step('Publish'), step('Publish')])
        return undefined
      }),
    ])
    expect(failureOf(await bot.say('load')).code).toBe('bug')
    expect(bot.logged[0]?.message).toBe('bug: run 1 has two steps "Publish"')
  })

  it('are done no more by a process whose run another one has taken over', async () => {
    const { start, clock } = await createWorld()
    const begun = deferred()
    const gate = deferred()
    let published = 0
    let stale: Work | undefined
    const load = command('load', async ({ perform }) => {
      await perform([
        step('Stage', async (work) => {
          stale = work
          begun.resolve()
          await gate.promise
          return {}
        }),
        step('Publish', async () => {
          published++
          return {}
        }),
      ])
      return undefined
    })
    const one = await start('one', [load])
    const first = one.say('load')
    await begun.promise
    // It sleeps for longer than others wait, and wakes up when its run is theirs.
    clock.advance(31_000)
    const two = await start('two', [load])
    await two.beat()
    const [taken] = await claimRuns(two.session, () => () => undefined)
    gate.resolve()
    const [late, answer] = await Promise.all([first, taken?.answer])
    expect(answer).toMatchObject({ ok: true, run: { id: 1, state: 'complete' } })
    expect(late.run).toMatchObject({ id: 1 })
    expect(published).toBe(1)
    await expect(stale?.keep('statement', 'x')).rejects.toMatchObject({ code: 'interrupted' })
    expect(await two.ledger.runs.get(1)).toMatchObject({ state: 'complete', worker: 'two', answer })
  })
})
