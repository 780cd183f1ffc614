// Hangul and Braille fillers are drawn as nothing but are letters to Unicode.
const blanks = /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800\u3164\u115f\u1160\uffa0]/g
const lineBreaks = /\r\n?|[\v\f\u0085\u2028\u2029]/g
const loneSurrogates = /\p{Cs}/gu

// Bidi controls, zero-width spaces, tags, soft hyphens and control characters; of the format characters (Cf) only the Arabic
// number signs are visible, and the joiners are looked at apart.
const invisible =
  /(?!\n)\p{Cc}|(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u200c\u200d])\p{Cf}|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu

// Joiners shape Persian words, Indic conjuncts and families of emoji; anywhere else they only hide.
const strayJoiners =
  /(?<![\p{Script=Arabic}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{Extended_Pictographic}])/gu

// No language stacks more than four marks on a letter; text that climbs over its neighbours does.
const stackedMarks = /(\p{M}{4})\p{M}+/gu

/** Text for a terminal, its layout as it is: without characters that a terminal obeys, or that hide or reorder others. Line breaks stay. */
export function printable(text: string): string {
  return text.replace(lineBreaks, '\n').replace(blanks, ' ').replace(loneSurrogates, '\ufffd').replace(invisible, '')
}

/** JSON text with every character escaped that a terminal would obey, or that hides or reorders others. Readers of the JSON get the same. */
export function escapeControls(json: string): string {
  return json.replace(/(?!\n)\p{Cc}|\p{Cf}|[\u2028\u2029]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** Text of data or of people without characters that hide, reorder or overflow. Line breaks stay, at most two in a row. */
export function clean(text: string): string {
  return printable(text)
    .replace(strayJoiners, '')
    .replace(stackedMarks, '$1')
    .replace(/\n\s*\n\s*\n/g, '\n\n')
    .trim()
}

/** The same in one line; what has nothing to show becomes `–`, because Slack refuses empty text. */
export function cleanLine(text: string): string {
  const line = clean(text).replace(/\s+/g, ' ')
  return line === '' ? '–' : line
}
