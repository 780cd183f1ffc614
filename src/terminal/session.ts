import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import type { Answer } from '../core/answer.ts'
import type { App } from '../core/app.ts'
import type { ExitStatus } from '../core/errors.ts'
import { escapeControls } from '../core/format.ts'
import type { Asker } from '../core/people.ts'
import type { PlanReply } from '../core/reply.ts'
import type { OnProgress } from '../core/runner/live-run.ts'
import type { TerminalArguments } from './arguments.ts'
import { answerText, howToConfirm, planText, stepText } from './present.ts'
import { type Output, type Screen, screenOf } from './screen.ts'
import { padded } from './table.ts'

/** The streams of a terminal; `input` is asked only where it is one. */
export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly out: Output
  readonly err: Output
  /** Whether to write colours; by default each stream that is a terminal with colours gets them. */
  readonly colour?: 'always' | 'never' | 'auto'
}

/** Runs one command line, shows its progress on `err` and the answer on `out`, and gives the exit status. */
export async function runLine(app: App, args: TerminalArguments, who: Asker, streams: Streams): Promise<ExitStatus> {
  const place = { kind: 'terminal' } as const
  const onProgress = args.json && streams.err.isTTY !== true ? undefined : showRunProgress(streams)
  const first = await app.ask({
    request: app.read(args.line),
    who,
    place,
    confirmed: args.yes,
    typed: args.confirm,
    onProgress,
  })
  if (first === null) throw new Error('a command in the terminal has no delivery that could come twice')
  const plan = planOf(first)
  if (plan === null || args.json || !isTerminal(streams)) return show(first, args.json, streams)
  streams.err.write(`${planText(plan, screenOf(streams.err, streams.colour))}\n`)
  const typed = await askFor(plan, streams)
  if (typed === null) {
    streams.err.write('Not confirmed. Nothing was done.\n')
    return 2
  }
  const done = await app.confirm({ plan: plan.id, typed, who, place, onProgress })
  return show(done ?? first, args.json, streams)
}

/** Prints what came back, as text or as one JSON document, and gives the exit status. */
export function show(answer: Answer, json: boolean, { out, err, colour }: Streams): ExitStatus {
  const plan = planOf(answer)
  if (json) out.write(`${escapeControls(JSON.stringify(answer))}\n`)
  else {
    const failed = answer.replies.some(({ kind }) => kind === 'failure') || plan !== null
    const stream = failed && answer.replies.length === 1 ? err : out
    const { columns = Number.POSITIVE_INFINITY } = out
    stream.write(`${answerText(answer, { ...screenOf(stream, colour), columns })}\n`)
  }
  if (plan !== null) err.write(`${howToConfirm(plan)}\n`)
  return answer.exit
}

/** Shows the steps of a run on `err`: redrawn in place on a terminal, otherwise one line for each that ends. */
export function showRunProgress({ err, colour }: Pick<Streams, 'err' | 'colour'>): OnProgress {
  const screen = screenOf(err, colour)
  return err.isTTY === true ? redrawn(err, screen) : logged(err, screen)
}

function redrawn(out: Output, screen: Screen): OnProgress {
  const plain = screenOf({}, 'never')
  let drawn = 0
  return ({ steps }) => {
    const width = Math.max(20, (out.columns ?? 80) - 1)
    const lines = steps.map((step) => {
      const text = stepText(step, plain)
      const cut = padded(text, width, false).trimEnd()
      // A line that wraps would take two, and the next drawing would begin one too low. Colours take no columns.
      return cut === text ? stepText(step, screen) : cut
    })
    out.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`)
    drawn = lines.length
  }
}

function logged(out: Output, screen: Screen): OnProgress {
  const shown = new Set<string>()
  return ({ steps }) => {
    for (const step of steps) {
      const ended = step.state === 'complete' || step.state === 'skipped' || step.state === 'error'
      if (!ended || shown.has(step.title)) continue
      shown.add(step.title)
      out.write(`${stepText(step, screen)}\n`)
    }
  }
}

function planOf(answer: Answer): PlanReply | null {
  return answer.replies.find((reply) => reply.kind === 'plan') ?? null
}

function isTerminal({ input, err }: Streams): boolean {
  return input.isTTY === true && err.isTTY === true
}

/** The typed word, '' for a plain yes, or null for a no. */
async function askFor(plan: PlanReply, { input, err }: Streams): Promise<string | null> {
  const prompt = createInterface({ input, terminal: false })
  const { filter } = screenOf(err)
  try {
    err.write(filter(plan.typed === undefined ? `${plan.act}? [y/N] ` : `Type ${plan.typed} to confirm: `))
    for await (const line of prompt) {
      const word = line.trim()
      if (plan.typed === undefined) return /^y(es)?$/i.test(word) ? '' : null
      return word === plan.typed ? word : null
    }
    return null
  } finally {
    prompt.close()
  }
}
