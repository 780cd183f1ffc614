import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { choice, flag, integer, optionalText, words } from '../../../src/core/command/args.ts'
import { tokenize } from '../../../src/core/command/line.ts'
import { canonicalLine, readArguments } from '../../../src/core/command/read-arguments.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { ArgumentValues } from '../../../src/core/ports/runs.ts'
import { lengths } from '../../support/soak.ts'
import { typedLine } from '../../support/typed-lines.ts'

const say = {
  name: 'say',
  args: z.object({
    n: integer({ about: 'how often', min: 1, max: 99, fallback: 1 }),
    level: choice({ about: 'how loud', values: ['any', 'free', 'paid'], fallback: 'any' }),
    note: optionalText({ about: 'a note', bare: false, maxLength: 80, accepts: 'a note' }),
    max_errors: integer({ about: 'how many', bare: false, min: 0, max: 9, fallback: 0 }),
    matched: flag({ about: 'only these', fallback: false }),
    words: words({ about: 'what', accepts: 'words' }),
  }),
}

function given(line: string): ArgumentValues {
  return readArguments(say, tokenize(line))
}

describe('the words of a line', () => {
  it('go to the arguments that take them, in the order of declaration', () => {
    expect(given('5 paid hello "big world"')).toEqual({ n: '5', level: 'paid', words: ['hello', 'big world'] })
    expect(given('paid 5')).toEqual({ level: 'paid', n: '5' })
  })

  it('belong to the words that are left over once these have begun', () => {
    expect(given('hello 5 paid')).toEqual({ words: ['hello', '5', 'paid'] })
    expect(given('hello n=5 paid')).toEqual({ words: ['hello', 'paid'], n: '5' })
  })

  it('find an argument with an underscore in its name, however the name is written', () => {
    for (const line of ['max_errors=3', 'max-errors=3', '--Max-Errors 3'])
      expect(given(line)).toEqual({ max_errors: '3' })
    expect(canonicalLine(say, given('max-errors=3'))).toBe('say max_errors=3')
  })

  it('are written so that none goes to another argument when they are read again', () => {
    expect(canonicalLine(say, given('words=paid louder'))).toBe('say words=paid louder')
    expect(canonicalLine(say, given('free words=paid'))).toBe('say level=free paid')
  })

  it('come out again from the line that says the same, each as it was typed', () => {
    fc.assert(
      fc.property(typedLine, (line) => {
        const before = read(line)
        fc.pre(before !== null)
        const [name, ...rest] = tokenize(canonicalLine(say, before))
        expect(name).toMatchObject({ text: 'say' })
        expect(readArguments(say, rest)).toEqual(before)
      }),
      { numRuns: lengths({ gate: 300, soak: 20000 }) },
    )
  })
})

function read(line: string): ArgumentValues | null {
  try {
    return given(line)
  } catch (error) {
    if (error instanceof OpsError) return null
    throw error
  }
}
