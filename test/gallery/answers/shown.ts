import type { Answer, RunView, Suggestion } from '../../../src/core/answer.ts'
import type { Reply, StepView } from '../../../src/core/reply.ts'
import type { View } from '../../../src/slack/present/index.ts'

/** An answer of the gallery: the file it is kept in, and who reads it where that is not Ada in a channel. */
export interface Shown {
  readonly name: string
  readonly answer: Answer
  readonly view?: Partial<View>
}

const started = '2026-11-30T03:00:00.000Z'

/** A run that lasted so long; one that goes on has no end. */
export function runOf(line: string, ms: number, given: Partial<RunView> = {}): RunView {
  return {
    id: 12,
    command: line.split(' ')[0] ?? line,
    line,
    who: 'ada',
    state: 'complete',
    started,
    ended: new Date(Date.parse(started) + ms).toISOString(),
    steps: [],
    ...given,
  }
}

export function step(title: string, state: StepView['state'], ms: number | null, detail?: string): StepView {
  return detail === undefined ? { title, state, ms } : { title, state, ms, detail }
}

/** An answer in the channel that went well. */
export function said(run: RunView, headline: string, replies: Reply[], next: Suggestion[] = []): Answer {
  return { ok: true, exit: 0, headline, audience: 'channel', run, replies, next }
}

/** An answer for the asker alone. */
export function whispered(headline: string, replies: Reply[], next: Suggestion[] = []): Answer {
  return { ok: true, exit: 0, headline, audience: 'asker', run: null, replies, next }
}

/** A refusal or a failure; with a run it is told in the channel. */
export function failed(
  code: string,
  message: string,
  remedy: string,
  given: {
    readonly run?: RunView
    readonly evidence?: Reply[]
    readonly next?: Suggestion[]
    readonly ask?: string[]
  } = {},
): Answer {
  const { run = null, evidence = [], next = [], ask } = given
  return {
    ok: false,
    exit: run === null ? 2 : 1,
    headline: message,
    audience: run === null ? 'asker' : 'channel',
    run,
    replies: [{ kind: 'failure', code, message, remedy, ...(ask === undefined ? {} : { ask }) }, ...evidence],
    next,
  }
}

export function press(label: string, line: string): Suggestion {
  return { label, line }
}

/** A button that opens a form for the rest of its line. */
export function fill(label: string, line: string): Suggestion {
  return { label, line, form: true }
}
