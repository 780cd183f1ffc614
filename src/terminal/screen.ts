import { printable } from '../core/format.ts'

/** A stream of text that may be a terminal. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  /** Whether the terminal has colours; Node asks NO_COLOR and TERM for it. */
  hasColors?(): boolean
  write(text: string): unknown
}

/** What a piece of text is, which decides its colour. */
export type Tone = 'title' | 'faint' | 'good' | 'bad' | 'warning' | 'accent'

/** Where text is shown: how wide it is, and what may be written there. */
export interface Screen {
  readonly columns: number
  /** The text in the colour of its tone, where there are colours. It must be clean: nothing after this filters it. */
  paint(tone: Tone, text: string): string
  /** Text of any origin: a terminal gets only what it shows and does not obey; pipes and files get the very values, such as those of a CSV file. */
  filter(text: string): string
}

// SGR parameters, on and off: https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters
const codes: Readonly<Record<Tone, readonly [number, number]>> = {
  title: [1, 22],
  faint: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warning: [33, 39],
  accent: [36, 39],
}

/** The screen of a stream. `colour` overrules what the stream reports. */
export function screenOf(stream: Omit<Output, 'write'>, colour: 'always' | 'never' | 'auto' = 'auto'): Screen {
  const isTerminal = stream.isTTY === true
  const isColoured = colour === 'auto' ? isTerminal && stream.hasColors?.() === true : colour === 'always'
  return {
    columns: stream.columns ?? Number.POSITIVE_INFINITY,
    filter: isTerminal ? printable : (text) => text,
    paint(tone, text) {
      const [on, off] = codes[tone]
      return isColoured && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text
    },
  }
}
