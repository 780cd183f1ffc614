import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean } from '../../../src/core/format.ts'
import { column, fitColumns, widthOf } from '../../../src/slack/present/cut.ts'
import { words } from './arbitrary.ts'

describe('columns of a monospaced font', () => {
  it('are two for wide characters and emoji, one for letters with marks', () => {
    expect(widthOf('Björk')).toBe(5)
    expect(widthOf('Bjo\u0308rk')).toBe(5)
    expect(widthOf('日本語')).toBe(6)
    expect(widthOf('👩‍🚀!')).toBe(3)
  })

  it('are filled up to the left or to the right', () => {
    expect(column('37', 5, 'right')).toBe('   37')
    expect(column('日本', 5, 'left')).toBe('日本 ')
  })

  it('keep right-to-left text to itself', () => {
    expect(column('שלום', 6, 'left')).toBe('\u2068שלום\u2069  ')
  })

  it('are exactly as many as asked for', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const line = clean(text).replaceAll('\n', ' ')
        expect(widthOf(fitColumns(line, columns))).toBeLessThanOrEqual(columns)
        expect(widthOf(column(line, columns, 'left').replace(/[\u2068\u2069]/g, ''))).toBe(columns)
      }),
    )
  })
})
