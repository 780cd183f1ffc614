import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/core/ports/engine.ts'
import { twoDays } from '../../support/two-days.ts'
import { cell, createStage, library, newStep, type Stage, wholeSchema } from './support.ts'

let stage: Stage
let engine: Engine
beforeAll(async () => {
  stage = await createStage(twoDays)
  engine = stage.open()
})
afterAll(() => stage.close())

/** How many calls of the Data API something takes. */
async function callsOf(act: () => Promise<unknown>): Promise<number> {
  await stage.double.clearCalls()
  await act()
  return (await stage.double.calls()).filter(({ action }) => action.startsWith('redshift-data:')).length
}

const nothing = { log: [], song: [], summary: '' }

describe('calls of the Data API', () => {
  it('are few: to submit and to wait for a step, to submit and to read for a question', async () => {
    const transform = library.etl[0]?.statements.map((sql) => ({ sql })) ?? []
    const calls = {
      begin: await callsOf(() => engine.begin(1, wholeSchema, newStep())),
      events: await callsOf(() => engine.stage(1, 'log', nothing, 0, newStep())),
      songs: await callsOf(() => engine.stage(1, 'song', nothing, 0, newStep())),
      transform: await callsOf(() => engine.execute(1, transform, newStep())),
      question: await callsOf(() => cell(engine, 1, 'candidate', 'select count(*) from users')),
      publish: await callsOf(() => engine.publish(1, newStep())),
      retain: await callsOf(() => engine.retain([1])),
    }
    // Staging asks the load history and writes down the files beside.
    expect(calls).toEqual({ begin: 2, events: 8, songs: 8, transform: 2, question: 2, publish: 4, retain: 2 })
  })

  it('add little to the time that the statements take', async () => {
    await engine.begin(2, wholeSchema, newStep())
    const steps = 10
    const began = performance.now()
    for (let i = 0; i < steps; i++) await engine.execute(2, [{ sql: 'delete from users' }], newStep())
    const perStep = (performance.now() - began) / steps
    expect(perStep).toBeLessThan(1000)
  })
})
