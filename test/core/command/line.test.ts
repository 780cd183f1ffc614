import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxLineLength, partLines, quote, tokenize } from '../../../src/core/command/line.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { anyCharacter } from '../../support/any-text.ts'
import { typedLine } from '../../support/typed-lines.ts'

const word = (text: string) => ({ kind: 'word', text, quoted: false })
const quoted = (text: string) => ({ kind: 'word', text, quoted: true })
const named = (name: string, text: string) => ({ kind: 'named', name, text })

describe('a command line', () => {
  it.each([
    ['top songs 20', [word('top'), word('songs'), word('20')]],
    ['  top-songs\t20 ', [word('top-songs'), word('20')]],
    ['top-songs n=20', [word('top-songs'), named('n', '20')]],
    ['top-songs --n 20', [word('top-songs'), named('n', '20')]],
    ['top-songs --n=20', [word('top-songs'), named('n', '20')]],
    ['top-songs last=7d paid', [word('top-songs'), named('last', '7d'), word('paid')]],
    ['top-songs --matched', [word('top-songs'), named('matched', 'yes')]],
    ['top-songs --matched --n 5', [word('top-songs'), named('matched', 'yes'), named('n', '5')]],
    ['etl Max_Errors=3', [word('etl'), named('max-errors', '3')]],
    ['schedule add "top songs 10" daily', [word('schedule'), word('add'), quoted('top songs 10'), word('daily')]],
    ['say "--n" 5', [word('say'), quoted('--n'), word('5')]],
    ["say 'a b' it's", [word('say'), quoted('a b'), word("it's")]],
    ['say n="a b"', [word('say'), named('n', 'a b')]],
    ['say n= 5', [word('say'), named('n', ''), word('5')]],
    ['say n=""', [word('say'), named('n', '')]],
    ['say a=b=c', [word('say'), named('a', 'b=c')]],
    ['say n==5', [word('say'), named('n', '=5')]],
    ['https://x.org/?a=b', [word('https://x.org/?a=b')]],
    ['', []],
  ])('%j is cut into its words', (line, tokens) => {
    expect(tokenize(line)).toEqual(tokens)
  })

  it.each([
    ['an em dash before a name', 'top-songs —n 20', 'top-songs --n 20'],
    ['an en dash before a name', 'top-songs –n=20', 'top-songs --n=20'],
    ['curly quotes', 'schedule add “top songs 10” daily', 'schedule add "top songs 10" daily'],
    ['low and angled quotes', 'schedule add „top songs“ «qa»', 'schedule add "top songs" "qa"'],
    ['a curly apostrophe', 'say it’s', "say it's"],
    ['a no-break space', 'top\u00a0songs\u202f20', 'top songs 20'],
    ['control characters', 'top\u0000songs\u001b20\r\n', 'top songs 20'],
    ['right-to-left marks', 'top \u202esongs\u202c \u200f20', 'top songs 20'],
    ['zero-width characters', 'top\u200b-so\ufeffngs', 'top-songs'],
    ['a channel', 'schedule in <#C024BE91L|music>', 'schedule in <#C024BE91L|music>'],
    ['a person', 'runs who=<@U024BE7LH|anna>', 'runs who=<@U024BE7LH>'],
    ['a link with its label', 'say <https://x.org|x.org>', 'say x.org'],
    ['a link without a label', 'say <https://x.org>', 'say https://x.org'],
  ])('reads %s as what was meant', (_what, typed, meant) => {
    expect(tokenize(typed)).toEqual(tokenize(meant))
  })

  it("decodes Slack's entities once", () => {
    expect(tokenize('say Tom&amp;Jerry &lt;3 &amp;lt;3')).toEqual([
      word('say'),
      word('Tom&Jerry'),
      word('<3'),
      word('&lt;3'),
    ])
  })

  it('takes no mention for one that was typed as text', () => {
    expect(tokenize('say &lt;@U024BE7LH|anna&gt;')).toEqual([word('say'), word('<@U024BE7LH|anna>')])
  })

  it('keeps joined emoji whole', () => {
    expect(tokenize('say 👩‍🎤')).toEqual([word('say'), word('👩‍🎤')])
  })

  it('is refused unread when it is longer than anyone needs', () => {
    expect(() => tokenize('x'.repeat(40_000))).toThrow('That command is 40,000 characters long; the limit is 3,000.')
    expect(tokenize('x'.repeat(maxLineLength))).toHaveLength(1)
  })

  it('is refused when a quotation mark is never closed', () => {
    for (const line of ['say "top songs', 'say n="a b', 'say “top songs', '"']) {
      expect(() => tokenize(line)).toThrow('A quotation mark is not closed. Nothing was done.')
    }
  })

  it('is cut or refused, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(typedLine, fc.string({ unit: anyCharacter, maxLength: 200 })), (line) => {
        try {
          for (const token of tokenize(line)) expect(token.text).toBeTypeOf('string')
        } catch (error) {
          expect(error).toBeInstanceOf(OpsError)
        }
      }),
    )
  })

  it.each(['"', "'", '--', '<@', '<https:|', '&amp;', 'a=', '\u201c', '<', '\u200b', ' '])(
    'of nothing but %j is read to its end at full length',
    (piece) => {
      const line = piece.repeat(maxLineLength / piece.length)
      try {
        tokenize(line)
      } catch (error) {
        expect(error).toBeInstanceOf(OpsError)
      }
    },
  )
})

describe('a word that is written into a line', () => {
  it.each([
    ['top', 'top'],
    ['top songs', '"top songs"'],
    ['', '""'],
    ['a=b', '"a=b"'],
    ['--n', '"--n"'],
    ["it's", `"it's"`],
    ['say "hi"', `'say "hi"'`],
    [`it's "hi"`, '"it\'s &quot;hi&quot;"'],
    ['&lt;3', '&amp;lt;3'],
    ['<#C024BE91L>', '<#C024BE91L>'],
  ])('%j becomes %j', (text, written) => {
    expect(quote(text)).toBe(written)
  })

  it('comes out again as it was', () => {
    fc.assert(
      fc.property(typedLine, (line) => {
        const words = readable(line)
        fc.pre(words !== null)
        const texts = words.map(({ text }) => text)
        const again = tokenize(texts.map(quote).join(' '))
        expect(again.map((token) => ({ kind: token.kind, text: token.text }))).toEqual(
          texts.map((text) => ({ kind: 'word', text })),
        )
      }),
    )
  })
})

describe('lines parted by semicolons', () => {
  it.each([
    ['etl; qa checks ;pulse', ['etl', 'qa checks', 'pulse']],
    [';; etl ; ;', ['etl']],
    [' ', []],
    ['say "a; b"; etl', ['say "a; b"', 'etl']],
    ["say n='a; b'; etl", ["say n='a; b'", 'etl']],
    ["say rock'n'roll; say it's", ["say rock'n'roll", "say it's"]],
    ['say "a; etl', ['say "a', 'etl']],
  ])('%j are %j', (said, lines) => {
    expect(partLines(said)).toEqual(lines)
  })

  it.each(['"', "'", ' "', " '", ';', 'a'])('of nothing but %j are parted to their end at full length', (piece) => {
    const line = piece.repeat(maxLineLength / piece.length)
    expect(partLines(line).join('').length).toBeLessThanOrEqual(line.length)
  })
})

function readable(line: string) {
  try {
    return tokenize(line)
  } catch (error) {
    if (error instanceof OpsError) return null
    throw error
  }
}
