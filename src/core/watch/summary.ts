import type { Context } from '../command/context.ts'
import { plural } from '../format.ts'
import type { WatchRecord } from '../ports/watches.ts'
import { visibleWatches, watchWords } from './find.ts'
import { isOpen } from './life.ts'

// More are in the list.
const named = 3

/** The alerts and checks that fire, in one line: "2 firing: Alert 3 (pulse, plays<200) since 29 Nov 2018, acknowledged; …"; null where none does. */
export async function firingLine(context: Pick<Context, 'deps' | 'who' | 'catalog'>): Promise<string | null> {
  return firingWords(await visibleWatches(context))
}

/** The same of these. */
export function firingWords(watches: readonly WatchRecord[]): string | null {
  const firing = watches.flatMap((watch) => {
    const { life } = watch
    if (!isOpen(life)) return []
    const standing = life.kind === 'firing' ? '' : `, ${life.kind}`
    return [`${watchWords(watch)} since ${life.firing.since}${standing}`]
  })
  if (firing.length === 0) return null
  const rest = firing.length - named
  return `${firing.length} firing: ${firing.slice(0, named).join('; ')}${rest > 0 ? `; and ${plural(rest, 'other')}` : ''}`
}
