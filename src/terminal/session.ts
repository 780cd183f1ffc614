import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import type { Answer } from '../core/answer.ts'
import type { App } from '../core/app.ts'
import type { ExitStatus } from '../core/errors.ts'
import type { Asker } from '../core/people.ts'
import type { PlanReply } from '../core/reply.ts'
import { escapeControls, printable } from '../core/words.ts'
import type { TerminalArguments } from './arguments.ts'
import { answerText, howToConfirm, planText } from './present.ts'
import { type Output, showProgress } from './progress.ts'

/** The streams of a terminal; `input` is asked only where it is one. */
export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly out: Output
  readonly err: Output
}

/** Says one line, shows progress on `err` and the answer on `out`, and gives the exit status. */
export async function runLine(app: App, said: TerminalArguments, who: Asker, streams: Streams): Promise<ExitStatus> {
  const place = { kind: 'terminal' } as const
  const watch = said.json && streams.err.isTTY !== true ? { changed: () => undefined } : showProgress(streams.err)
  const first = await app.ask({
    request: app.read(said.line),
    who,
    place,
    confirmed: said.yes,
    typed: said.confirm,
    watch,
  })
  if (first === null) throw new Error('a line of the terminal has no delivery that could come twice')
  const plan = planOf(first)
  if (plan === null || said.json || !isTerminal(streams)) return show(first, said.json, streams)
  write(streams.err, `${planText(plan)}\n`)
  const typed = await askFor(plan, streams)
  if (typed === null) {
    streams.err.write('Not confirmed. Nothing was done.\n')
    return 2
  }
  const done = await app.confirm({ plan: plan.id, typed, who, place, watch })
  return show(done ?? first, said.json, streams)
}

/** Prints what came back, as text or as one JSON document, and gives the exit status. */
export function show(answer: Answer, json: boolean, { out, err }: Streams): ExitStatus {
  const plan = planOf(answer)
  if (json) out.write(`${escapeControls(JSON.stringify(answer))}\n`)
  else {
    const failed = answer.replies.some(({ kind }) => kind === 'failure') || plan !== null
    const stream = failed && answer.replies.length === 1 ? err : out
    write(stream, `${answerText(answer, out.columns ?? Number.POSITIVE_INFINITY)}\n`)
  }
  if (plan !== null) write(err, `${howToConfirm(plan)}\n`)
  return answer.exit
}

/** Writes text: to a terminal only what it shows and does not obey; into pipes and files the very values, such as those of a CSV file. */
function write(to: Output, text: string): void {
  to.write(to.isTTY === true ? printable(text) : text)
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
  try {
    write(err, plan.typed === undefined ? `${plan.act}? [y/N] ` : `Type ${plan.typed} to go on: `)
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
