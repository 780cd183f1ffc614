import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { repairText } from '../../../src/core/warehouse/repair.ts'
import { always } from '../sql/any-sql.ts'

/** UTF-8 that is taken for Latin-1. */
const asLatin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** UTF-8 that is taken for Windows-1252, as browsers take it. */
const asWindows1252 = (text: string): string => new TextDecoder('windows-1252').decode(Buffer.from(text, 'utf8'))

const alphabets = [
  'abcdefgh XYZ 0123',
  'àáâãçéêíóôõúÀÁÂÃÇÉÊÍÓÔÕÚ',
  'äöüßÄÖÜ',
  'åæøÅÆØðþÐÞ',
  'éèêëàâîïôùûüÿçœæÉÈÊËÀÂÎÏÔÙÛÜÇ',
  'ñáéíóúüÑÁÉÍÓÚÜ',
  'čšžřěůČŠŽŘĚŮ',
  'ąćęłńóśźżĄĆĘŁŃÓŚŹŻ',
  'абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗ',
  'αβγδεζηθικλμνξοπρσςτυφχψωΑΒΓΔΕ',
  'あいうえおカキクケコ漢字',
  '가나다라마',
  '🎧🎵😀',
]
const word = fc.oneof(
  ...alphabets.map((letters) => fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 })),
)
const opening = fc.constantFrom('', '', '¡', '¿', '(', '“', '"')
const closing = fc.constantFrom('', '', '…', '’', '’s', '”', '!', '–', ' –', ')', '.')

/** Words of one language each, as they stand in titles and names. */
const correct = fc
  .array(fc.tuple(opening, word, closing), { minLength: 1, maxLength: 4 })
  .map((words) => words.map((parts) => parts.join('')).join(' '))

describe('repairText', () => {
  it.each([
    ['Bj\u00c3\u0083\u00c2\u00b6rk', 'Björk'],
    ['Bjo\u0308rk', 'Bj\u00f6rk'],
    ['Beyonc\u00c3\u0083\u00c2\u00a9', 'Beyoncé'],
    [
      'De S\u00c3\u0083\u00c2\u00a3o Paulo \u00c3\u0083\u00c2\u0080 Bel\u00c3\u0083\u00c2\u00a9m',
      'De São Paulo À Belém',
    ],
    ['Don\u00c3\u0082\u00c2\u00b4t Believe The Hype', 'Don´t Believe The Hype'],
    ['BjÃ¶rk', 'Björk'],
    ['â€™74â€“â€™75', '’74–’75'],
    ['Ð\u009fÑ\u0080Ð¸Ð²ÐµÑ\u0082', 'Привет'],
    ['ÐŸÑ€Ð¸Ð²ÐµÑ‚', 'Привет'],
    ['ð\u009f\u008e§', '🎧'],
  ])('reads %j as %s', (garbled, text) => {
    expect(repairText(garbled)).toBe(text)
  })

  it.each([
    ...['', 'Undo', 'Björk', 'naïve', 'Beyoncé', 'Привет', 'Ελλάδα', '🎧', '東京', 'Ã', 'Â', 'SÃO PAULO', 'IRMÃ…'],
    ...['BEYONCÉ’S', '“Amanhã…”', 'CAFÉ®', '« CAFÉ »', 'Howlin\u0019 For You', '96º', '\u00a0', 'A\u00adB', 'Ñ½'],
  ])('leaves %j as it is', (text) => {
    expect(repairText(text)).toBeNull()
  })

  it('leaves a text alone of which only a part is garbled, or that was cut within a letter', () => {
    expect(repairText('Björk & BjÃ¶rk')).toBeNull()
    expect(repairText('Bj\u00c3\u0083\u00c2')).toBeNull()
    expect(repairText('BjÃ¶rk 🎧')).toBeNull()
  })

  it('never touches a correct text', () => {
    const spaced = fc.tuple(correct, fc.constantFrom('', '\u00a0!', '\u00a0»')).map((parts) => parts.join(''))
    always(spaced, (text) => {
      expect(repairText(text)).toBeNull()
    })
  })

  it('reads every text that was encoded twice too often', () => {
    always(correct, (text) => {
      const garbled = asLatin1(asLatin1(text))
      expect(repairText(garbled)).toBe(garbled === text ? null : text)
    })
  })

  it('reads a text that was encoded once too often as it was, or leaves it', () => {
    always(fc.tuple(correct, fc.constantFrom(asLatin1, asWindows1252)), ([text, garble]) => {
      const garbled = garble(text)
      expect([garbled, text]).toContain(repairText(garbled) ?? garbled)
    })
  })
})
