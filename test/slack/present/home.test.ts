import type { HomeView } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, entry, type Home, type HomeEntry } from '../../../src/core/home/home-view.ts'
import { presentHome } from '../../../src/slack/present/index.ts'
import { lengths } from '../../support/soak.ts'
import { home } from './arbitrary.ts'
import { refusalsOfHome } from './refusals.ts'

const view = { slash: '/sparkify', asker: 'ada', direct: true, now: new Date('2026-11-30T03:01:00.000Z') }
const homeWith = (...entries: HomeEntry[]): Home => ({
  headline: 'Cluster sparkify is available',
  sections: [{ title: '', entries }],
  note: 'Your role here: admin.',
})
const details = { label: 'Details', line: 'runs 12' }
const cancel = { label: 'Cancel', line: 'cancel 12', sure: 'Stop run 12 (etl)?' }

/** The blocks between the headline and the small print. */
const between = ({ blocks }: HomeView) => blocks.slice(1, -2)

/** What Slack reads as markup, wherever it stands. */
function markupIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return [String(value.text)]
  return Object.values(value).flatMap(markupIn)
}

describe('whatever stands in a Home tab', () => {
  it('Slack takes it, in both forms', { timeout: lengths({ gate: 60_000, soak: 3_600_000 }) }, () => {
    fc.assert(
      fc.property(home, (given) => {
        expect(presentHome(given, view).flatMap(refusalsOfHome)).toEqual([])
      }),
      { numRuns: lengths({ gate: 30, soak: 1000 }) },
    )
  })

  it('nobody is mentioned and nothing linked: what Slack reads as markup holds no token but dates and channels', () => {
    fc.assert(
      fc.property(home, (given) => {
        const [rich] = presentHome(given, view)
        const markup = markupIn(rich)
        for (const text of markup) expect(text.replace(/<#C0MUSIC>/g, '')).not.toMatch(/[<>]|\w:\/\//)
      }),
    )
  })

  it('that is more than a hundred blocks is cut, and it is said', () => {
    const long = homeWith(...Array.from({ length: 120 }, (_, n) => entry({ title: `run ${n}` })))
    for (const { blocks } of presentHome(long, view)) expect(blocks.length).toBeLessThanOrEqual(100)
    // The headline, a line and the small print are the other three.
    const rich = (entries: number) =>
      presentHome(homeWith(...Array.from({ length: entries }, (_, n) => entry({ title: `run ${n}` }))), view)[0].blocks
    const says = (entries: number) => [
      rich(entries).length,
      JSON.stringify(rich(entries).at(-1)).includes('The rest does not fit here.'),
    ]
    expect([says(97), says(98)]).toEqual([
      [100, false],
      [100, true],
    ])
  })
})

describe('an entry', () => {
  it('links channels by their ids, of every kind that Slack has, and names those that have none', () => {
    const [rich] = presentHome(
      homeWith(entry({ words: ['C0NEW', 'G0OLD', 'D0ADA', '#music'].map((id) => ({ id, name: `of ${id}` })) })),
      view,
    )
    expect(JSON.stringify(between(rich))).toContain('"<#C0NEW> <#G0OLD> <#D0ADA> of #\u2060music"')
  })

  it('is cut between its words where they are too long', () => {
    // A shorter one behind it is left out too.
    const words = [...Array.from({ length: 9 }, () => 'x'.repeat(400)), 'end']
    const [rich] = presentHome(homeWith(entry({ words })), view)
    expect(between(rich)).toMatchObject([
      { text: { text: Array.from({ length: 7 }, () => 'x'.repeat(400)).join(' ') } },
    ])
  })

  it('is its title in bold and its words, with times in UTC and links to channels', () => {
    const [rich, words] = presentHome(
      homeWith(
        entry({
          title: '✓ etl',
          words: ['Ada ·', at('2026-11-30T03:00:00.000Z'), 'in', { id: 'C0MUSIC', name: '#music' }, '· 41 s'],
        }),
      ),
      view,
    )
    expect(between(rich)).toEqual([
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '*✓ etl*\nAda · 30 Nov 2026, 03:00 UTC in <#C0MUSIC> · 41 s',
          verbatim: true,
        },
      },
    ])
    expect(JSON.stringify(words)).toContain('Ada · 30 Nov 2026, 03:00 UTC in #music · 41 s')
  })

  it('has its only button beside it, several below', () => {
    const [one] = presentHome(homeWith(entry({ title: 'etl', next: [details] })), view)
    expect(between(one)).toMatchObject([{ type: 'section', accessory: { action_id: 'say-1', value: 'runs 12' } }])
    const [two] = presentHome(homeWith(entry({ title: 'etl', next: [details, cancel] })), view)
    expect(between(two)).toMatchObject([
      { type: 'section' },
      { type: 'actions', elements: [{ action_id: 'say-1' }, { action_id: 'say-2' }] },
    ])
    expect(between(two)[0]).not.toHaveProperty('accessory')
  })

  it('has its steps below its words, and its buttons below them', () => {
    const steps = [
      { title: 'Check sources', state: 'complete', ms: 400 },
      { title: 'Stage events', state: 'in_progress', ms: null, detail: '12 of 30 files' },
      { title: 'Publish', state: 'pending', ms: null },
    ] as const
    const [rich] = presentHome(homeWith(entry({ title: '● etl', steps: [...steps], next: [details] })), view)
    expect(between(rich)).toMatchObject([
      { type: 'section' },
      { type: 'section', text: { text: '✓ Check sources · 0.4 s\n● Stage events · 12 of 30 files\n○ Publish' } },
      { type: 'actions' },
    ])
  })

  it('asks before a button does what cannot be undone, and opens a form for what is not complete', () => {
    const fill = { label: 'Add one…', line: 'schedule-add', form: true }
    const [rich] = presentHome(homeWith(entry({ next: [cancel, fill] })), view)
    expect(between(rich)).toMatchObject([
      {
        elements: [
          { action_id: 'say-1', confirm: { text: { text: 'Stop run 12 (etl)?' }, confirm: { text: 'Cancel' } } },
          { action_id: 'fill-2' },
        ],
      },
    ])
  })
})
