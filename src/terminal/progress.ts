import type { RunView } from '../core/answer.ts'
import type { Watch } from '../core/runner/live-run.ts'
import { cleanLine } from '../core/words.ts'
import { stepText } from './present.ts'
import { padded } from './table.ts'

/** A stream of text that may be a terminal. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Shows the steps of a run as they go: redrawn in place on a terminal, otherwise one line for each that ends. */
export function showProgress(out: Output): Watch {
  return out.isTTY === true ? redrawn(out) : logged(out)
}

function redrawn(out: Output): Watch {
  let drawn = 0
  return {
    changed({ steps }) {
      const width = Math.max(20, (out.columns ?? 80) - 1)
      // A line that wraps would take two, and the next drawing would begin one too low.
      const lines = steps.map((step) => padded(cleanLine(stepText(step)), width, false).trimEnd())
      out.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`)
      drawn = lines.length
    },
  }
}

function logged(out: Output): Watch {
  const said = new Set<string>()
  return {
    changed({ steps }: RunView) {
      for (const step of steps) {
        const ended = step.state === 'complete' || step.state === 'skipped' || step.state === 'error'
        if (!ended || said.has(step.title)) continue
        said.add(step.title)
        out.write(`${stepText(step)}\n`)
      }
    },
  }
}
