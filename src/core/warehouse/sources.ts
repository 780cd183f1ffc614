import { plural } from '../format.ts'

const namesShown = 5

/** "3 files skipped by name: a.bz2, b, c.json.1". */
export function skippedWords(skipped: readonly string[]): string {
  const names = skipped.slice(0, namesShown).map((name) => name.replaceAll(/\p{Cc}/gu, '?'))
  const more = skipped.length - names.length
  return `${plural(skipped.length, 'file')} skipped by name: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
