import { describe, expect, it } from 'vitest'
import type { StepView } from '../../../src/core/reply.ts'
import { presentMention, presentRun } from '../../../src/slack/present/index.ts'
import { readingOf, runOf, typesOf, view } from './look.ts'

const steps: StepView[] = [
  { title: 'Check sources', state: 'complete', ms: 400, detail: '30 log files' },
  { title: 'Create tables', state: 'skipped', ms: 0, detail: 'already there' },
  { title: 'Stage events', state: 'in_progress', ms: 900 },
  { title: 'Stage songs', state: 'in_progress', ms: 900 },
  { title: 'Publish', state: 'pending', ms: null },
]
const now = new Date('2026-11-30T03:00:12.000Z')
const going = runOf({ state: 'running', ended: null, steps })

describe('a run that goes on', () => {
  it('is one plan whose id stays, then lines with marks, then words', () => {
    const ladder = presentRun(going, { ...view, now })
    expect(typesOf(ladder)).toEqual([['plan', 'context'], ['rich_text', 'section', 'context'], []])
    expect(ladder[0].blocks[0]).toMatchObject({ block_id: 'run-12', title: 'Ada: etl · 12 s' })
    expect(readingOf(ladder[1]?.blocks ?? [])).toBe(
      [
        'Ada: etl · 12 s',
        '✓ Check sources · 30 log files · 0.4 s',
        '✓ Create tables · skipped: already there',
        '● Stage events · 0.9 s',
        '● Stage songs · 0.9 s',
        '○ Publish',
        'Run 12 · stop it with /sparkify cancel 12',
      ].join('\n'),
    )
  })

  it('shows a skipped step as complete, with its reason', () => {
    expect(presentRun(going, { ...view, now })[0].blocks[0]).toMatchObject({
      tasks: [
        { status: 'complete' },
        { title: 'Create tables', status: 'complete' },
        { status: 'in_progress' },
        {},
        { status: 'pending' },
      ],
    })
  })

  it('says its state in one sentence', () => {
    const sentence = (parts: StepView[]) => presentRun({ ...going, steps: parts }, { ...view, now })[0].text
    expect(sentence(steps)).toBe('etl: Stage events and Stage songs, 12 s')
    expect(sentence([])).toBe('etl: starting, 12 s')
    expect(sentence(steps.slice(0, 2))).toBe('etl: going on, 12 s')
  })

  it('keeps its id from edit to edit', () => {
    const later = presentRun(
      { ...going, steps: steps.slice(0, 1) },
      { ...view, now: new Date('2026-11-30T03:00:20.000Z') },
    )
    expect(later[0].blocks[0]).toMatchObject({ block_id: 'run-12' })
  })

  it('tells steps beyond the thirtieth as one, in the state that needs a look', () => {
    const long = Array.from(
      { length: 40 },
      (_, at): StepView => ({ title: `Step ${at}`, state: at === 35 ? 'error' : 'complete', ms: 1 }),
    )
    const lines = readingOf(presentRun({ ...going, steps: long }, view)[1]?.blocks ?? []).split('\n')
    expect(lines).toContain('✗ and 11 more steps · Step 35')
  })

  it('tells thirty steps each by itself, and others by what of them fails, else runs, else waits', () => {
    const lines = (count: number, ...last: readonly StepView['state'][]) => {
      const states = Array.from({ length: count }, (_, at) => last[at - count + last.length] ?? 'complete')
      const shown = states.map((state, at): StepView => ({ title: `Step ${at}`, state, ms: null }))
      const [, older] = presentRun({ ...going, steps: shown }, view)
      return readingOf(older?.blocks ?? [])
        .split('\n')
        .slice(1, -1)
    }
    expect(lines(30)).toHaveLength(30)
    expect(lines(30).at(-1)).toBe('✓ Step 29')
    expect(lines(31)).toHaveLength(30)
    expect(lines(31).slice(-2)).toEqual(['✓ Step 28', '✓ and 2 more steps'])
    expect(lines(32, 'pending', 'in_progress').at(-1)).toBe('● and 3 more steps · Step 31')
    expect(lines(32, 'complete', 'pending').at(-1)).toBe('○ and 3 more steps')
    expect(lines(32, 'in_progress', 'error').at(-1)).toBe('✗ and 3 more steps · Step 31')
  })
})

describe('the mention', () => {
  it('names exactly those it was given', () => {
    const mention = presentMention(runOf(), '<@U999ZZZ> 6,820 plays are live.', ['U02AB3C4D', 'S0ONCALL', 'ada'])
    expect(mention?.text).toBe(
      '<@U02AB3C4D> <!subteam^S0ONCALL> etl is done: &lt;@\u2060U999ZZZ&gt; 6,820 plays are live.',
    )
    expect(mention?.blocks).toEqual([])
  })

  it('says how the run ended', () => {
    const ending = (state: 'error' | 'cancelled') => presentMention(runOf({ state }), 'x', ['U1'])?.text
    expect(ending('error')).toBe('<@U1> etl failed: x')
    expect(ending('cancelled')).toBe('<@U1> etl was cancelled: x')
  })

  it('is nothing when nobody is to be told, or nothing has ended', () => {
    expect(presentMention(runOf(), 'x', [])).toBeUndefined()
    expect(presentMention(runOf(), 'x', ['ada'])).toBeUndefined()
    expect(presentMention(going, 'x', ['U1'])).toBeUndefined()
  })
})
