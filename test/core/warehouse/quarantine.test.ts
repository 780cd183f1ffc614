import { expect, it } from 'vitest'
import type { SourceFile } from '../../../src/core/ports/engine.ts'
import { without } from '../../../src/core/warehouse/quarantine.ts'

const file = (path: string): SourceFile => ({ path, bytes: 1, day: null, stamp: null })

it('files that are left out are left out of both datasets, and are named', () => {
  const sources = { summary: '', log: ['a', 'b'].map(file), song: ['c', 'd'].map(file) }
  const { log, song, leftOut } = without(sources, ['a', 'd', 'gone'])
  expect([log, song].map((files) => files.map(({ path }) => path))).toEqual([['b'], ['c']])
  expect(leftOut).toEqual(['a', 'd', 'gone'])
})
