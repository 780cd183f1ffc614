import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { type Reply, type TableReply, text } from '../../../src/core/reply.ts'
import { presentAnswer } from '../../../src/slack/present/index.ts'
import { readingOf, runOf, typesOf, view } from './look.ts'

function answer(replies: Reply[], given: Partial<Answer> = {}): Answer {
  return { ok: true, exit: 0, headline: 'Done.', audience: 'channel', run: runOf(), replies, next: [], ...given }
}

const table = (title: string): TableReply => ({ kind: 'table', title, columns: ['n'], rows: [[1]], total: 1 })
const next = ['one', 'two', 'three', 'four', 'five'].map((line) => ({ label: line, line }))
const failure: Reply = { kind: 'failure', code: 'bad_data', message: 'Line 212 is wrong.', remedy: 'Mend it.' }

describe('an answer', () => {
  it('says in the channel who asked what, and not in direct messages', () => {
    const first = (direct: boolean) =>
      readingOf(presentAnswer(answer([text('8,056 events')]), { ...view, direct }).main[0].blocks)
    expect(first(false)).toBe('Ada: etl · 41 s\n8,056 events')
    expect(first(true)).toBe('8,056 events')
  })

  it('has its outcome as text, for whoever only hears it', () => {
    const { main } = presentAnswer(answer([text('8,056 events')], { headline: '6,820 plays are live.' }), view)
    expect(main.slice(0, -1).map(({ text }) => text)).toEqual(['6,820 plays are live.'])
    expect(main.at(-1)).toEqual({ text: '6,820 plays are live.\nAda: etl · 41 s\n8,056 events', blocks: [] })
  })

  it('names the next step, and has four buttons and a menu of the rest', () => {
    const { main } = presentAnswer(answer([], { next }), view)
    expect(readingOf(main[0].blocks)).toContain('Next: /sparkify one\n')
    expect(main[0].blocks.at(-1)).toMatchObject({
      elements: [
        ...['one', 'two', 'three', 'four'].map((line, at) => ({ action_id: `say-${at + 1}`, value: line })),
        { type: 'overflow', options: [{ text: { text: 'five' } }] },
      ],
    })
  })

  it('names the next steps that found no room in buttons and menu', () => {
    const many = Array.from({ length: 11 }, (_, at) => ({ label: `${at}`, line: `line-${at}` }))
    const { main } = presentAnswer(
      answer([], { next: [...many, { label: 'Fill in', line: 'form', form: true }] }),
      view,
    )
    expect(readingOf(main[0].blocks)).toContain('Next: /sparkify line-0, /sparkify line-9, /sparkify line-10\n')
    expect(main[0].blocks.at(-1)).toMatchObject({ elements: [{}, {}, {}, {}, { options: { length: 5 } }] })
  })

  it('has a button for a line that is too long for the menu', () => {
    const long = { label: 'long', line: `alert-add query="${'x'.repeat(150)}"`, form: true }
    const { main } = presentAnswer(answer([], { next: [...next, long] }), view)
    expect(main[0].blocks.at(-1)).toMatchObject({
      elements: [{}, {}, {}, {}, { type: 'button', value: long.line }, { type: 'overflow', options: [{}] }],
    })
  })

  it('keeps one table; further ones go to the thread, and words behind them stay', () => {
    const { main, thread } = presentAnswer(
      answer([table('First'), table('Second'), text('Trust', 'note'), table('Third')], { next }),
      view,
    )
    expect(typesOf(main)[0]).toEqual(['rich_text', 'data_table', 'context', 'context', 'context', 'actions'])
    expect(readingOf(main[0].blocks)).toContain('More in the thread: Second and Third')
    expect(thread.map(([first]) => first.text)).toEqual(['Second', 'Third'])
  })

  it('says otherwise to the asker alone, who has no thread', () => {
    const { main } = presentAnswer(answer([table('First'), table('Second')], { audience: 'asker', run: null }), view)
    expect(readingOf(main[0].blocks)).toContain('More follows: Second')
  })

  it('goes on in the thread where words find no room, in order', () => {
    const long = Array.from({ length: 9 }, (_, at) => text(`${at} `.repeat(1_000)))
    const { main, thread } = presentAnswer(answer(long, { next }), view)
    const digits = [main, ...thread].map(([first]) => [...new Set(readingOf(first.blocks).match(/^\d/gm))].join(''))
    expect(digits.join('')).toBe('012345678')
    expect(thread.length).toBeGreaterThan(0)
  })

  it('calls those who can help by what Slack knows them by, at most twenty, and nobody where none has an id', () => {
    const wordsFor = (ask: string[]) =>
      JSON.stringify(presentAnswer(answer([{ ...failure, ask }], { run: null }), view).main)
    expect(wordsFor(['U0ANNA', 'S0OPS', 'olga'])).toContain('Ask <@U0ANNA>, <!subteam^S0OPS>.')
    expect(wordsFor(['olga'])).not.toContain('Ask')
    const many = wordsFor(Array.from({ length: 21 }, (_, at) => `U0MANY${at}`))
    expect(many).toContain('<@U0MANY19>.')
    expect(many).not.toContain('<@U0MANY20>')
  })

  it('marks a failure once', () => {
    const alone = presentAnswer(answer([failure], { audience: 'asker', run: null }), view)
    expect(readingOf(alone.main[0].blocks)).toBe('✗ Line 212 is wrong.\nMend it.')
    const run = runOf({ state: 'error', steps: [{ title: 'Stage events', state: 'error', ms: 900 }] })
    const inRun = presentAnswer(answer([failure], { run }), view)
    expect(readingOf(inRun.main[1]?.blocks ?? [])).toBe(
      '✗ Ada: etl · failed at "Stage events" after 41 s\n✗ Stage events · 0.9 s\nLine 212 is wrong.\nMend it.',
    )
  })

  it('keeps the plan of a run that is over, and without it says no more than the outcome', () => {
    const run = runOf({ steps: [{ title: 'Publish', state: 'complete', ms: 900 }] })
    const { main } = presentAnswer(answer([text('8,056 events')], { run }), view)
    expect(main[0].blocks[0]).toMatchObject({ type: 'plan', block_id: 'run-12', title: 'Ada: etl · 41 s' })
    expect(readingOf(main[1]?.blocks ?? [])).toBe('Ada: etl · 41 s\n8,056 events')
  })

  it('says how a run that was cancelled ended', () => {
    const { main } = presentAnswer(answer([failure], { run: runOf({ state: 'cancelled' }) }), view)
    expect(readingOf(main[0].blocks)).toContain('Ada: etl · cancelled after 41 s')
  })

  it('attaches what was cut in the channel, and nothing for the asker alone', () => {
    const long = { ...table('Long'), rows: Array.from({ length: 200 }, () => [1]), total: 200 }
    expect(presentAnswer(answer([long]), view).files).toHaveLength(1)
    const alone = (given: Partial<Answer>) =>
      presentAnswer(answer([long], { audience: 'asker', run: null, ...given }), view)
    expect(alone({}).files).toEqual([])
    expect(readingOf(alone({}).main[0].blocks)).not.toContain('CSV')
  })

  it('has its details in the thread, in their order, and never shows its brief', () => {
    const details = [text('pulse'), table('Days'), text('of those days', 'note'), text('top-songs'), table('Songs')]
    const { main, thread } = presentAnswer(answer([text('Short')], { details, brief: [text('Shorter')], next }), view)
    expect(readingOf(main[0].blocks)).toMatch(/^Ada: etl · 41 s\nShort\nDetails in the thread\n/)
    expect(thread.map(([first]) => readingOf(first.blocks))).toEqual([
      expect.stringMatching(/^pulse\nDays\n(.+\n)*of those days$/),
      expect.stringMatching(/^top-songs\nSongs\n/),
    ])
    expect(JSON.stringify([main, thread])).not.toContain('Shorter')
  })

  it('has its details behind what found no room, which is named', () => {
    const replies = [table('First'), table('Second')]
    const { main, thread } = presentAnswer(answer(replies, { details: [table('Third')] }), view)
    expect(readingOf(main[0].blocks)).toContain('More in the thread: Second')
    expect(readingOf(main[0].blocks)).not.toContain('Details in the thread')
    expect(thread.map(([first]) => first.text)).toEqual(['Second', 'Third'])
  })

  it('attaches what was cut of its details too', () => {
    const long = { ...table('Long'), rows: Array.from({ length: 200 }, () => [1]), total: 200 }
    expect(presentAnswer(answer([table('Short')], { details: [long] }), view).files).toMatchObject([
      { page: 1, from: 0 },
    ])
    const alone = presentAnswer(answer([], { details: [long], audience: 'asker', run: null }), view)
    expect(alone.files).toEqual([])
    expect(readingOf(alone.main[0].blocks)).toContain('Details follow')
  })

  it('begins with its title in place of who asked what, marked once where it failed', () => {
    const steps = [{ title: 'etl', state: 'error' as const, ms: 900 }]
    const title = 'Nightly, 30 Nov, 03:00 (UTC)'
    const first = (given: Partial<Answer>) => {
      const { main } = presentAnswer(answer([failure], { title, ...given }), view)
      return main.slice(0, -1).map(({ blocks }) => readingOf(blocks))
    }
    expect(first({ run: runOf({ steps }), ok: true })).toEqual([`${title}\nLine 212 is wrong.\nMend it.`])
    const failed = [`✗ ${title}\nLine 212 is wrong.\nMend it.`]
    expect(first({ run: runOf({ state: 'error', steps }), ok: false })).toEqual(failed)
  })

  it('is at least its headline', () => {
    const { main } = presentAnswer(answer([], { run: null }), view)
    expect(main).toEqual([{ text: 'Done.', blocks: [] }])
  })
})
