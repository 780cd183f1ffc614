import { z } from 'zod'
import { flag, optionalDate, optionalInteger, optionalText } from '../core/command/args.ts'
import { mayUse } from '../core/command/catalog.ts'
import type { Context } from '../core/command/context.ts'
import { defineCommand, type Outcome } from '../core/command/define.ts'
import { OpsError } from '../core/errors.ts'
import type { RunRecord } from '../core/ports/ledger.ts'
import { type Reply, text } from '../core/reply.ts'
import { viewOf } from '../core/run/view.ts'
import { keptDays, keptUntil } from '../core/warehouse/result.ts'
import { duration, moment, plural } from '../core/words.ts'

const shownRuns = 20

export default defineCommand({
  name: 'runs',
  summary: 'What was done here, newest first; runs 12 tells one run in full',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({
    id: optionalInteger({ about: 'one run in full', min: 1, max: Number.MAX_SAFE_INTEGER }),
    who: optionalText({
      about: 'only runs of this person',
      bare: false,
      maxLength: 80,
      accepts: 'a mention or an id',
    }),
    command: optionalText({
      about: 'only runs of this command',
      bare: false,
      maxLength: 40,
      accepts: 'the name of a command',
    }),
    since: optionalDate({ about: 'only runs from this day on (UTC)', bare: false }),
    all: flag({ about: 'also those that only looked at the bot, such as status', fallback: false }),
  }),
  examples: ['runs', 'runs 12', 'runs command=etl since=2018-11-30'],
  async run({ id, all, who, ...filter }, context) {
    if (id !== undefined) return one(id, context)
    const { deps, runId } = context
    const runs = await deps.ledger.runs.list({
      limit: shownRuns + 1,
      listedOnly: !all,
      ...(who === undefined ? {} : { who: who.replace(/^<@|>$/g, '') }),
      ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
    })
    return listing(
      runs.filter((run) => run.id !== runId),
      deps.clock.now(),
    )
  },
})

function listing(runs: readonly RunRecord[], now: Date): Outcome {
  const rows = runs
    .slice(0, shownRuns)
    .map((run) => [run.id, run.line, run.who.name, run.state, run.started, seconds(run, now)])
  const cut =
    runs.length > shownRuns ? [text(`The newest ${shownRuns}; older ones with since= or runs <id>.`, 'note')] : []
  return {
    headline: rows.length === 0 ? 'No runs yet.' : `${plural(rows.length, 'run')}, newest first.`,
    replies: [
      {
        kind: 'table',
        title: 'Runs',
        columns: ['id', 'command', 'who', 'state', 'started', 'seconds'],
        formats: ['integer', 'text', 'text', 'text', 'time', 'decimal'],
        rows,
        total: rows.length,
      },
      ...cut,
    ],
  }
}

async function one(id: number, context: Context): Promise<Outcome> {
  const { deps } = context
  const run = await deps.ledger.runs.get(id)
  if (run === null) throw new OpsError('not_found', `There is no run ${id}.`, 'See runs.', { cure: 'runs' })
  const took = duration(seconds(run, deps.clock.now()) * 1000)
  const title = `Run ${run.id}, ${run.line}: ${run.state}, ${took}`
  const from = run.continues === null ? '' : `; carried on from run ${run.continues}`
  const replies: Reply[] = [
    text(`${title}\nAsked by ${run.who.name}, ${moment(new Date(run.started))}${from}`),
    ...(run.steps.length === 0 ? [] : [{ kind: 'steps' as const, title: run.line, steps: [...viewOf(run).steps] }]),
    ...answerOf(run, context),
  ]
  const next =
    run.state === 'running'
      ? [{ label: 'Cancel', line: `cancel ${id}` }]
      : run.state === 'complete'
        ? []
        : [{ label: 'Run again', line: `run-again ${id}` }]
  return { headline: `${title}.`, replies, next }
}

/** What was answered; rows of a query only while they are kept, and for those who may ask it. */
function answerOf({ command: name, answer, ended }: RunRecord, { catalog, deps, who }: Context): readonly Reply[] {
  if (answer?.asked === undefined) return answer?.replies ?? []
  const command = catalog.find(name)
  if (command === undefined || !mayUse(command, who.role))
    return [text('Its answer is for those who may ask it.', 'note')]
  const isKept = ended !== null && keptUntil(ended) >= deps.clock.now()
  return isKept ? answer.replies : [text(`Its answer was kept for ${keptDays} days.`, 'note')]
}

function seconds(run: RunRecord, now: Date): number {
  const end = run.ended === null ? now : new Date(run.ended)
  return Math.round((end.getTime() - new Date(run.started).getTime()) / 100) / 10
}
