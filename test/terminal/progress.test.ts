import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import type { RunView } from '../../src/core/answer.ts'
import type { StepView } from '../../src/core/reply.ts'
import { showRunProgress } from '../../src/terminal/session.ts'

function run(...steps: StepView[]): RunView {
  return {
    id: 1,
    command: 'etl',
    line: 'etl',
    who: 'ada',
    state: 'running',
    started: '2018-11-01T00:00:00Z',
    ended: null,
    steps,
  }
}

const pending: StepView = { title: 'Stage events', state: 'pending', ms: null }
const running: StepView = { title: 'Stage events', state: 'in_progress', ms: 0 }
const done: StepView = { title: 'Stage events', state: 'complete', ms: 1200, detail: '8,056 rows' }

it('prints one line for each step that ends, where nothing can be redrawn', () => {
  let text = ''
  const show = showRunProgress({ err: { write: (more) => (text += more) } })
  for (const step of [pending, running, done, done]) show(run(step))
  expect(text).toBe('✓ Stage events  1.2 s  8,056 rows\n')
})

it('redraws the list in place on a terminal, each step on one line', () => {
  let text = ''
  const show = showRunProgress({ err: { isTTY: true, columns: 30, write: (more) => (text += more) } })
  show(run(pending, { ...pending, title: 'Stage songs with a title that is too long' }))
  show(run(done, { ...pending, title: 'Stage songs with a title that is too long' }))
  expect(text).toContain('\u001b[2A')
  const lines = text.split('\n').filter((line) => line.includes('too long') || line.includes('…'))
  // 29 columns at most, beside the sequences that clear the line.
  for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(29)
})

it('redraws as many lines as it has drawn, also where steps were added meanwhile', () => {
  let text = ''
  const show = showRunProgress({ err: { isTTY: true, columns: 80, write: (more) => (text += more) } })
  const songs: StepView = { ...pending, title: 'Stage songs' }
  for (const steps of [[running], [done, songs], [done, { ...songs, state: 'complete' as const, ms: 5 }]]) {
    show(run(...steps))
  }
  expect(text.split('\u001b[').flatMap((part) => /^(\d+)A/.exec(part)?.[1] ?? [])).toEqual(['1', '2'])
})
