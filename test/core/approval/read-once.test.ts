import { expect, it } from 'vitest'
import { z } from 'zod'
import runAgain from '../../../src/commands/run-again.ts'
import { words } from '../../../src/core/command/args.ts'
import type { Command } from '../../../src/core/command/define.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { claimRuns } from '../../../src/core/runner/worker.ts'
import { command, createWorld, deferred, planOf, step, unfollowed } from '../../support/core.ts'

/** A command that counts how often a line of its is read, and what it was run with. */
function counting(name: string, run: Parameters<typeof command>[1], said: Parameters<typeof command>[2] = {}) {
  const args = z.object({ songs: words({ about: 'songs', accepts: 'words' }) })
  const inner = command(name, run, { args, canContinue: async () => true, ...said })
  const lines: string[] = []
  const counted: Command = {
    ...inner,
    bind(tokens) {
      const parsed = inner.bind(tokens)
      lines.push(parsed.line)
      return parsed
    },
  }
  return { counted, lines }
}

it('a line is read once, where it comes in: a plan, its run, a run that is carried on and one that is tried again keep what was understood', async () => {
  const world = await createWorld()
  const begun = deferred()
  let times = 0
  const act = async () => {
    times++
    if (times === 1) {
      begun.resolve()
      return new Promise<never>(() => undefined)
    }
    if (times === 2) throw new OpsError('storage', 'The disk is full.')
    return undefined
  }
  const plan = async () => ({ title: 'Load?', facts: [], act: 'Load', danger: false })
  const { counted, lines } = counting('load', ({ perform }) => perform([step('Act', act)]).then(() => undefined), {
    plan,
  })
  const one = await world.start('one', [counted, runAgain])
  const shown = planOf(await one.say('load "we will" rock'))
  void one.click(shown.id)
  await begun.promise
  one.die()
  const two = await world.start('two', [counted, runAgain])
  for (const { answer } of await claimRuns(two.session, () => unfollowed)) expect((await answer).ok).toBe(false)
  const again = planOf(await two.say('run-again 1'))
  expect(await two.click(again.id)).toMatchObject({ ok: true, run: { id: 1, attempt: 3 } })
  expect(lines).toEqual(['load "we will" rock'])
  expect(await two.ledger.runs.get(1)).toMatchObject({ command: 'load', args: { songs: ['we will', 'rock'] } })
})
