/*
 * UTF-8 that was read as Latin-1 (or as Windows-1252, which browsers and Excel take for it) and encoded again turns "ö" into
 * "Ã¶", and once more into "Ã\u0083Â¶". Each byte of the first encoding has become a character, so the way back is exact.
 */

// What Windows-1252 shows for the bytes 80 to 9F; five of them mean nothing there and stay control characters.
// https://encoding.spec.whatwg.org/index-windows-1252.txt
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

// What no correct text holds. Capitals before a dash, an ellipsis or a quote are left out ("IRMÃ…", "BEYONCÉ’S"): they would
// decode as well, and to read one name wrongly that was right is worse than to leave one as it came.
const garbled = new RegExp(
  [
    // Control characters, which the bytes 80 to 9F become in Latin-1.
    '[\\u0080-\\u009f]',
    // The leading byte of a Latin letter or of a sign, and a sign.
    '[ÂÃ][¡-¿]',
    '[ÄÅ][¡±¼½¾]',
    'Ã[€‚ƒ„†‡ˆ‰Š‹ŒŽ˜š›œžŸ]',
    // The leading byte of three or four, and signs.
    '[à-ô][¡-¿]{2}',
    'â€',
    // Two Cyrillic or Greek letters in a row.
    `(?:[ÎÏÐÑ][\\u00a0-¿${windows1252}]){2}`,
  ].join('|'),
)

// What is left of a text that is known to have been garbled once gives itself away by less: "Ã" and a no-break space are then
// taken for an "à" garbled twice, not for themselves garbled once, though both come out the same.
const garbledAgain = new RegExp(`${garbled.source}|[ÂÃÄÅÎÏÐÑ][\\u00a0-¿]|[à-ô][\\u00a0-¿]{2}`)

/**
 * A text as it was before it was encoded again, once or twice, in Unicode's composed form (NFC): a Mac writes the "é" of a file's name
 * as two characters, and the same song would count as two. Null where the text is so already. Only a text of which every character
 * takes part can be decoded: one that mixes correct and garbled letters stays as it is.
 */
export function repairText(text: string): string | null {
  const repaired = (decodedText(text) ?? text).normalize('NFC')
  return repaired === text ? null : repaired
}

function decodedText(text: string): string | null {
  const once = decoded(text, garbled)
  if (once === null) return null
  const repaired = decoded(once, garbledAgain) ?? once
  return /[\u0080-\u009f]/.test(repaired) ? null : repaired
}

function decoded(text: string, suspicion: RegExp): string | null {
  if (!suspicion.test(text)) return null
  const bytes = [...text].map(byteOf)
  if (bytes.includes(-1)) return null
  const read = new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(bytes))
  return read.includes('\ufffd') ? null : read
}

/** The byte that is shown as this character; -1 where there is none. */
function byteOf(character: string): number {
  const code = character.charCodeAt(0)
  if (code <= 0xff) return code
  const index = windows1252.indexOf(character)
  return index === -1 ? -1 : 0x80 + index
}
