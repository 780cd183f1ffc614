import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The only font of the pictures: a picture looks the same on every machine, and needs no fonts installed. */
export const fontFamily = 'DejaVu Sans'
export const fontFile = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')

/** What must be known of a font to place its text. */
interface FontMetrics {
  /** Whether it has a glyph for every character of a text. */
  has(text: string): boolean
  /** How wide a text is, in the units of `size`. */
  widthOf(text: string, size: number): number
}

let known: FontMetrics | undefined

/** The metrics of that font, read once. */
export function fontMetrics(): FontMetrics {
  known ??= readMetrics(readFileSync(fontFile))
  return known
}

/** Reads the tables `cmap` (format 12), `head`, `hhea` and `hmtx` (https://learn.microsoft.com/en-us/typography/opentype/spec/otff). */
function readMetrics(file: Buffer): FontMetrics {
  const offsets = new Map<string, number>()
  for (let n = 0; n < file.readUInt16BE(4); n++) {
    const record = 12 + 16 * n
    offsets.set(file.toString('latin1', record, record + 4), file.readUInt32BE(record + 8))
  }
  const table = (name: string): number => {
    const offset = offsets.get(name)
    if (offset === undefined) throw new Error(`the font has no table ${name}`)
    return offset
  }
  const unitsPerEm = file.readUInt16BE(table('head') + 18)
  const widths = file.readUInt16BE(table('hhea') + 34)
  const glyphs = readGlyphs(file, table('cmap'))
  const advance = (character: string): number => {
    const glyph = glyphs.get(character.codePointAt(0) ?? 0) ?? 0
    return file.readUInt16BE(table('hmtx') + 4 * Math.min(glyph, widths - 1))
  }
  return {
    has: (text) => [...text].every((character) => glyphs.has(character.codePointAt(0) ?? 0)),
    widthOf: (text, size) => ([...text].reduce((sum, character) => sum + advance(character), 0) / unitsPerEm) * size,
  }
}

/** The glyph of each character. */
function readGlyphs(file: Buffer, cmap: number): ReadonlyMap<number, number> {
  const subtables = Array.from(
    { length: file.readUInt16BE(cmap + 2) },
    (_, n) => cmap + file.readUInt32BE(cmap + 8 + 8 * n),
  )
  const full = subtables.find((offset) => file.readUInt16BE(offset) === 12)
  if (full === undefined) throw new Error('the font has no table of all its characters')
  const glyphs = new Map<number, number>()
  for (let n = 0; n < file.readUInt32BE(full + 12); n++) {
    const group = full + 16 + 12 * n
    const [first, last, glyph] = [0, 4, 8].map((at) => file.readUInt32BE(group + at))
    for (let code = first ?? 0; code <= (last ?? -1); code++) glyphs.set(code, (glyph ?? 0) + code - (first ?? 0))
  }
  return glyphs
}
