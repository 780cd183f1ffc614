import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean, cleanLine } from '../../src/core/format.ts'
import { words } from '../slack/present/arbitrary.ts'

describe('text of data and of people', () => {
  it('loses what reorders, hides or rings', () => {
    expect(clean('\u202egnp.exe\u202c')).toBe('gnp.exe')
    expect(clean('z\u200be\u2060r\ufeffo\u00ad\u0007')).toBe('zero')
    expect(clean('a\u{e0068}\u{e0069}b')).toBe('ab')
    expect(clean('tab\there')).toBe('tab here')
  })

  it('keeps joiners where letters and emoji need them, and nowhere else', () => {
    expect(clean('می\u200cخواهم')).toBe('می\u200cخواهم')
    expect(clean('क्\u200dष')).toBe('क्\u200dष')
    expect(clean('👩\u200d🚀')).toBe('👩\u200d🚀')
    expect(clean('e\u200dvil\u200c')).toBe('evil')
  })

  it('shows half a character as one that could not be read', () => {
    expect(clean('a\ud800b')).toBe('a\ufffdb')
  })

  it('does not climb over its neighbours', () => {
    expect(clean(`z${'\u0301'.repeat(50)}`)).toBe(`z${'\u0301'.repeat(4)}`)
  })

  it('keeps lines, two breaks in a row at most', () => {
    expect(clean('one\r\ntwo\u2028three\n\n\n\nfour\n')).toBe('one\ntwo\nthree\n\nfour')
    expect(cleanLine(' one\n two ')).toBe('one two')
  })

  it('is a dash when there is nothing to show', () => {
    expect(cleanLine('')).toBe('–')
    expect(cleanLine('\u200b\u3164 \u2800')).toBe('–')
  })

  it('is clean after one cleaning', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(clean(clean(text))).toBe(clean(text))
        expect(cleanLine(text)).toMatch(/^\S(?:.*\S)?$/u)
      }),
    )
  })
})
