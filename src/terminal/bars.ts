const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const
const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** A bar for a share from 0 to 1 of `width` columns; nothing for what is below nothing. */
export function bar(share: number, width: number): string {
  const cells = Math.min(1, Math.max(0, share)) * width
  return '█'.repeat(Math.floor(cells)) + (eighths[Math.floor((cells % 1) * eighths.length)] ?? '')
}

/** One column for each value, from the least to the most of them; a gap where there is none. */
export function sparkline(values: readonly number[]): string {
  const known = values.filter(Number.isFinite)
  const least = Math.min(...known)
  const range = Math.max(...known) - least
  const height = (value: number): string =>
    heights[range === 0 ? 0 : Math.round(((value - least) / range) * (heights.length - 1))] ?? ' '
  return values.map((value) => (Number.isFinite(value) ? height(value) : ' ')).join('')
}
