import { describe, expect, it } from 'vitest'
import { failedSince, notedFirst, trustLine } from '../../../src/core/answers/query-answer.ts'
import type { LoadRecord, RunRecord } from '../../../src/core/ports/ledger.ts'
import { text } from '../../../src/core/reply.ts'
import { command, createWorld, type TestProcess } from '../../support/core.ts'
import { newRun } from '../../support/run.ts'

/** An attempt to load that began at a time of the day and ended as said; published, where that is said. */
async function loading(bot: TestProcess, began: string, state: 'complete' | 'error' | 'cancelled', published?: string) {
  const { runs, loads } = bot.ledger
  const at = (time: string) => `2026-11-25T${time}:00.000Z`
  const opened = await runs.open(newRun({ writer: true, worker: bot.id, started: at(began) }))
  if (opened.kind !== 'opened') throw new Error('nobody writes here')
  const { id } = opened.run
  await loads.begin(id, at(began))
  if (published !== undefined) await loads.publish(id, id, bot.id, at(published))
  const answer = { ok: false, exit: 1, headline: '', audience: 'channel', run: null, replies: [], next: [] } as const
  const ended = { answer: { ...answer, replies: [], next: [] }, ended: at(began), costUsd: null }
  await runs.end(id, bot.id, { ...ended, state }, [])
  return id
}

async function failedAfter(...attempts: readonly (readonly [string, 'complete' | 'error' | 'cancelled', string?])[]) {
  const world = await createWorld()
  const bot = await world.start('one', [command('etl', async () => undefined)])
  for (const [began, state, published] of attempts) await loading(bot, began, state, published)
  const live = await bot.ledger.loads.live()
  if (live === null) throw new Error('something is live')
  return (await failedSince(live, bot.deps))?.started ?? null
}

it('what a reader must know first stands before the finding of an answer, also in a message of several', () => {
  const [note, row] = [text('2 rows.'), text('rows')]
  const outcome = {
    headline: 'Songs: Undo leads.',
    lead: 'Undo leads.',
    replies: [row],
    brief: [note],
    facts: { rows: 2 },
  }
  const first = text('As of noon.', 'warning')
  expect(notedFirst('As of noon.', outcome)).toEqual({
    headline: 'As of noon. Songs: Undo leads.',
    replies: [first, text('Undo leads.'), row],
    brief: [first, note],
    facts: { rows: 2 },
  })
  expect(notedFirst('As of noon.', { headline: 'H', replies: [row] })).toEqual({
    headline: 'As of noon. H',
    replies: [first, row],
  })
})

describe('the newest attempt to load', () => {
  it('is told where it failed after what is live was published', async () => {
    expect(await failedAfter(['01:00', 'complete', '01:04'], ['03:00', 'error'])).toBe('2026-11-25T03:00:00.000Z')
  })

  it.each([
    [
      'went well',
      [
        ['01:00', 'error'],
        ['03:00', 'complete', '03:04'],
      ],
    ],
    [
      'was stopped by somebody',
      [
        ['01:00', 'complete', '01:04'],
        ['03:00', 'cancelled'],
      ],
    ],
    ['failed once it had published what is live', [['03:00', 'error', '03:04']]],
  ] as const)('is not told where it %s', async (_, attempts) => {
    expect(await failedAfter(...attempts)).toBeNull()
  })
})

describe('the trust line', () => {
  const load: LoadRecord = {
    id: 7,
    state: 'live',
    started: '2026-11-24T03:00:00.000Z',
    published: '2026-11-24T03:04:00.000Z',
    facts: {
      plays: 160,
      matched: 2,
      dataUntil: '2018-11-11T23:42:00.000Z',
      checks: { total: 3, red: [], warnings: ['No day is without plays', 'No row is left out'] },
    },
  }

  it('says all that bears on an answer, each as a fact of its own', async () => {
    const world = await createWorld()
    const bot = await world.start('one', [])
    const failed: RunRecord | null = await bot.ledger.runs.get(await loading(bot, '03:00', 'error'))
    expect(trustLine(load, { coverage: true, cut: 'the first 10 of 20 rows', failed }).text.split(' · ')).toEqual([
      'Data until 11 Nov 2018, 23:42 UTC',
      'The load of 25 Nov 2026, 03:00 failed; this is the data of 24 Nov 2026, 03:04 UTC',
      'Warning: No day is without plays',
      'Warning: No row is left out',
      '1.3% of plays match the catalogue',
      'the first 10 of 20 rows',
    ])
  })
})
