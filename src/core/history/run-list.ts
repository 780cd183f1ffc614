import type { Answer } from '../answer.ts'
import { sinceTime } from '../command/args.ts'
import type { RunContext } from '../command/context.ts'
import type { Outcome } from '../command/define.ts'
import { quote } from '../command/line.ts'
import { nearest } from '../command/suggest.ts'
import { midnightOf } from '../day.ts'
import { OpsError } from '../errors.ts'
import { plural } from '../format.ts'
import { directly, newMessage } from '../outbox/messages.ts'
import type { RunSummary } from '../ports/ledger.ts'
import { tableOfThings, text } from '../reply.ts'
import { orphansOfOthers } from '../runner/orphans.ts'
import { shownLine } from '../runner/readers.ts'
import { dayMs } from '../span.ts'
import { recordAsFile } from './audit-file.ts'
import { secondsOf } from './run-in-full.ts'

const shownRuns = 20

/** Which runs are meant, as it was typed. */
interface Asked {
  readonly who?: string | undefined
  readonly command?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

function filterOf({ who, command, since, until }: Asked, now: Date) {
  return {
    ...(who === undefined ? {} : { person: who.replace(/^<@([A-Z0-9]+)(?:\|[^>]*)?>$|^@/, '$1') }),
    ...(command === undefined ? {} : { command: command.toLowerCase().replaceAll(/[\s_]+/g, '-') }),
    ...(since === undefined ? {} : { since: sinceTime(since, now) }),
    ...(until === undefined ? {} : { until: new Date(midnightOf(until) + dayMs).toISOString() }),
  }
}

/** The newest runs that were asked for; `all`: also those that change nothing. */
export async function runList(asked: Asked, all: boolean, context: RunContext): Promise<Outcome> {
  const { deps, runId } = context
  const now = deps.clock.now()
  // One more than shown, for "there are more", and one for this run itself.
  const found = await deps.ledger.runs.summaries({ ...filterOf(asked, now), limit: shownRuns + 2, listedOnly: !all })
  const runs = found.filter((run) => run.id !== runId)
  if (runs.length === 0 && asked.command !== undefined) requireCommand(asked.command, context)
  const left = await orphansOfOthers(deps)
  const stateOf = ({ id, state }: RunSummary): string => (left.some((run) => run.id === id) ? 'interrupted' : state)
  const shown = runs.slice(0, shownRuns)
  const cut =
    runs.length > shownRuns ? [text(`The newest ${shownRuns}. Use until= or csv=yes for older ones.`, 'note')] : []
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  const none = given.length === 0 ? 'No runs yet.' : 'No such runs.'
  const words = given.map(([name, value]) => ` ${name}=${quote(String(value))}`).join('')
  return {
    headline: shown.length === 0 ? none : `${plural(shown.length, 'run')}, newest first.`,
    replies: [
      tableOfThings(shown, {
        title: 'Runs',
        columns: { id: 'integer', command: 'text', who: 'text', state: 'text', started: 'time', seconds: 'seconds' },
        rowOf: (run) => [run.id, shownLine(run, context), run.who.name, stateOf(run), run.started, secondsOf(run, now)],
        action: ({ id }) => ({ label: 'Show', line: `runs ${id}` }),
      }),
      ...cut,
    ],
    next: [{ label: 'CSV', line: `runs${words} csv=yes` }],
  }
}

/** Throws `bad_argument` with the nearest command for a name that no command has. Commands of earlier versions have runs. */
function requireCommand(name: string, { catalog }: RunContext): void {
  if (catalog.named(name) !== undefined) return
  const meant = nearest(
    name.toLowerCase(),
    catalog.commands.map((command) => command.name),
  )
  throw new OpsError(
    'bad_argument',
    `There is no command "${name}".`,
    meant === null ? 'Type help to see all commands.' : `Did you mean runs command=${meant}?`,
  )
}

/** A private answer in a channel cannot have a file, so it goes to the asker's direct messages. */
export async function auditFile(asked: Asked, context: RunContext): Promise<Outcome> {
  const { deps, place, who } = context
  const now = deps.clock.now()
  const file = await recordAsFile(deps.ledger.audit, filterOf(asked, now), context, now)
  const headline = `${file.about}.`
  if (place.kind === 'terminal') return { headline, replies: [file] }
  if (place.direct) return { headline, replies: [file], audience: 'channel' }
  const answer: Answer = { ok: true, exit: 0, headline, audience: 'channel', run: null, replies: [file], next: [] }
  const key = `run:${context.runId}:record`
  await deps.ledger.messages.put([newMessage({ key, content: { kind: 'answer', answer }, ways: [directly(who)] }, now)])
  return { headline: `${file.about}. It is in your direct messages.` }
}
