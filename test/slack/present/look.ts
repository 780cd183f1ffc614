import type { RunView } from '../../../src/core/answer.ts'
import type { Block, Fallbacks } from '../../../src/slack/outbound/fallbacks.ts'
import type { View } from '../../../src/slack/present/index.ts'

export const view: View = { slash: '/sparkify', asker: 'Ada', direct: false, now: new Date('2026-11-30T03:05:00.000Z') }

export function runOf(given: Partial<RunView> = {}): RunView {
  return {
    id: 12,
    command: 'etl',
    line: 'etl',
    who: 'ada',
    state: 'complete',
    started: '2026-11-30T03:00:00.000Z',
    ended: '2026-11-30T03:00:41.000Z',
    steps: [],
    ...given,
  }
}

/** The types of the blocks of each fallback. */
export function typesOf(ladder: Fallbacks): readonly (readonly string[])[] {
  return ladder.map(({ blocks }) => blocks.map(({ type }) => type))
}

/** Everything that a reader can read in these blocks, line by line. */
export function readingOf(blocks: readonly Block[]): string {
  const found: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner !== 'string') walk(inner)
      else if (['text', 'title', 'caption', 'label', 'name'].includes(key)) found.push(inner)
    }
  }
  walk(blocks)
  return found.join('\n')
}
