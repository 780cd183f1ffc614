import { noteMark } from '../core/answers/chart.ts'
import { type DrawnChart, gap, textWidth } from './layout.ts'

/** The number of a note, or of several that lie too close for labels of their own: "[12]", "[12 +3]". `x` is its middle. */
interface MarkLabel {
  readonly text: string
  readonly x: number
}

interface Group {
  readonly ids: readonly number[]
  readonly xs: readonly number[]
}

/** The labels of notes beside each other between `left` and `right`, none overlapping another. `xOf` is the place of a category. */
export function markLabels(
  notes: DrawnChart['notes'],
  xOf: (category: number) => number,
  [left, right]: readonly [number, number],
): readonly MarkLabel[] {
  const middle = ({ first, last }: DrawnChart['notes'][number]): number => (xOf(first) + xOf(last)) / 2
  let groups: readonly Group[] = notes
    .toSorted((a, b) => middle(a) - middle(b))
    .map((note) => ({ ids: [note.id], xs: [middle(note)] }))
  for (;;) {
    const labels = groups.map((group) => labelOf(group, left, right))
    const close = labels.findIndex((label, at) => {
      const next = labels[at + 1]
      return next !== undefined && endOf(label) + gap > next.x - textWidth(next.text) / 2
    })
    const [one, other] = [groups[close], groups[close + 1]]
    if (one === undefined || other === undefined) return labels
    const both = { ids: [...new Set([...one.ids, ...other.ids])], xs: [...one.xs, ...other.xs] }
    groups = [...groups.slice(0, close), both, ...groups.slice(close + 2)]
  }
}

function labelOf({ ids, xs }: Group, left: number, right: number): MarkLabel {
  const text = noteMark(ids)
  const half = textWidth(text) / 2
  const x = xs.reduce((sum, one) => sum + one, 0) / xs.length
  return { text, x: Math.min(right - half, Math.max(left + half, x)) }
}

function endOf({ text, x }: MarkLabel): number {
  return x + textWidth(text) / 2
}
