import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean } from '../../../src/core/format.ts'
import { cut, pieces, uniqueCut } from '../../../src/slack/present/cut.ts'
import { words } from './arbitrary.ts'

describe('cutting', () => {
  it('leaves alone what fits', () => {
    expect(cut('Undo', 4)).toBe('Undo')
  })

  it('says that it cut, and never cuts through a character that a reader sees as one', () => {
    expect(cut('Revelry', 5)).toBe('Reve…')
    expect(cut('ab👩‍🚀cd', 5)).toBe('ab…')
    expect(cut('one two', 5)).toBe('one…')
  })

  it('fits whatever is cut', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 60 }), (text, max) => {
        expect(cut(text, max).length).toBeLessThanOrEqual(max)
      }),
    )
  })

  it('breaks long text into pieces that lose nothing but blank line ends', () => {
    const shown = (text: string) => text.replace(/\s/g, '')
    fc.assert(
      fc.property(words.map(clean), fc.integer({ min: 40, max: 3_000 }), (text, max) => {
        const found = pieces(text, max)
        expect(shown(found.join(''))).toBe(shown(text))
        for (const piece of found) expect(piece.length).toBeLessThanOrEqual(max)
      }),
    )
  })

  it('fits even a single character that has no end', () => {
    const endless = '👩\u200d'.repeat(2_000)
    expect(pieces(endless, 3_000)).toEqual(['…'])
    expect(cut(endless, 3_000)).toBe('…')
  })

  it('tells labels apart that became equal by cutting, or were equal', () => {
    expect(
      uniqueCut(['Symphony No. 5, first movement', 'Symphony No. 5, last movement', 'Intro', 'Intro'], 14),
    ).toEqual(['Symphony No.…', 'Symphony No… 2', 'Intro', 'Intro 2'])
  })
})
