import { maySee } from '../schedule/make/find.ts'
import { entry, type HomeEntry, pressable, type Viewing } from './home-view.ts'

/** What each channel was promised, and how many days it was kept; not what is posted in somebody else's direct messages. */
export function freshnessEntries(viewing: Viewing): readonly HomeEntry[] {
  return viewing.snapshot.freshness
    .filter(({ freshness }) => maySee(freshness, viewing.who))
    .map(({ freshness: { id }, line }) =>
      entry({ words: [`Fresh ${line}`], next: pressable([{ label: 'Days', line: `freshness ${id}` }], viewing) }),
    )
}
