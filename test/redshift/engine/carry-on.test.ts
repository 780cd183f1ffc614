import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/core/ports/engine.ts'
import { twoDays } from '../../support/two-days.ts'
import { cell, createStage, type FakeStep, library, newStep, type Stage, wholeSchema } from './support.ts'

class Killed extends Error {}

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage.close())

/** A client whose process dies at its nth call: before it is sent, or when its answer has come but not been heard. */
function dyingClient(nth: number, when: 'before' | 'after'): RedshiftDataClient {
  const client = new RedshiftDataClient(stage.double.client)
  let calls = 0
  client.middlewareStack.add(
    (next) => async (args) => {
      calls += 1
      const dies = calls === nth
      if (dies && when === 'before') throw new Killed()
      const result = await next(args)
      if (dies) throw new Killed()
      return result
    },
    { step: 'initialize' },
  )
  return client
}

type Act = (engine: Engine, step: FakeStep) => Promise<unknown>

const load = { number: 0 }
const nothing = { log: [], song: [], summary: '' }
const acts: readonly (readonly [name: string, marker: string, act: Act])[] = [
  ['begin', 'create table if not exists songplays', (engine, step) => engine.begin(load.number, wholeSchema, step)],
  ['stage events', 'copy staging.staging_events', (engine, step) => engine.stage(load.number, 'log', nothing, 0, step)],
  ['stage songs', 'copy staging.staging_songs', (engine, step) => engine.stage(load.number, 'song', nothing, 0, step)],
  ...library.etl.map(({ table, statements }): (typeof acts)[number] => [
    `build ${table}`,
    `insert into ${table} `,
    (engine, step) =>
      engine.execute(
        load.number,
        statements.map((sql) => ({ sql })),
        step,
      ),
  ]),
  ['publish', 'insert into live.users', (engine, step) => engine.publish(load.number, step)],
]

/**
 * Goes through a whole load. Each act is begun by a process that dies at its first call, taken up by one that dies at its second,
 * and so on, until one has nothing left to die at. Gives how many died at each act.
 */
async function goThrough(when: 'before' | 'after'): Promise<Record<string, number>> {
  load.number += 1
  const deaths: Record<string, number> = {}
  for (const [name, , act] of acts) {
    const step = newStep()
    for (let nth = 1; ; nth++) {
      const data = dyingClient(nth, when)
      try {
        await act(stage.open({ data }), step)
        deaths[name] = nth - 1
        break
      } catch (error) {
        if (!(error instanceof Killed)) throw error
      } finally {
        data.destroy()
      }
    }
  }
  return deaths
}

/** How often each act has been submitted since. */
async function submissions(before: number): Promise<Record<string, number>> {
  const statements = (await stage.double.statements()).slice(before)
  return Object.fromEntries(
    acts.map(([name, marker]) => [
      name,
      statements.filter(({ sqls }) => sqls.some((sql) => sql.startsWith(marker))).length,
    ]),
  )
}

const once = Object.fromEntries(acts.map(([name]) => [name, 1]))

describe('a process that dies', () => {
  it.each(['before', 'after'] as const)(
    'at any call, %s AWS has heard it, is followed by one that submits nothing twice',
    async (when) => {
      const before = (await stage.double.statements()).length
      const deaths = await goThrough(when)
      expect(Object.entries(deaths).filter(([, died]) => died === 0)).toEqual([])
      expect(await submissions(before)).toEqual(once)
      const plays = await cell(stage.open(), load.number, 'live', 'select count(*) from songplays')
      expect(plays).toBe(twoDays.counts.songplays)
    },
  )
})

describe('a step that is carried on after more than a day', () => {
  it('is done again where AWS has forgotten the statement', async () => {
    const engine = stage.open()
    load.number += 1
    await engine.begin(load.number, wholeSchema, newStep())
    const step = newStep()
    await engine.stage(load.number, 'log', nothing, 0, step)
    await stage.double.advance(25 * 3_600_000)
    const staged = await stage.open().stage(load.number, 'log', nothing, 0, step)
    expect(staged.rows).toBe(twoDays.counts.staging_events)
    const copies = (await stage.double.statements()).filter(({ id }) => id === step.handles.get('copy'))
    expect(copies).toHaveLength(1)
  })
})
