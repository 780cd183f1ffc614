import type { RunContext } from '../../command/context.ts'
import type { Outcome } from '../../command/define.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { type Reply, type StepsReply, text } from '../../reply.ts'
import { rowsIn } from '../../run/rows-in.ts'
import { viewOf } from '../../run/view.ts'
import { lasting } from '../../words.ts'
import { latenessOf, occasionOf } from './occasion.ts'
import { oneMessage, type Said, type Spoken } from './one-message.ts'

/** What a fire has to report: the answers of its lines, and what became of a warehouse that it woke. */
export interface Report {
  readonly said: readonly Said[]
  readonly slept: string | null
}

/** One answer of those of all lines: that of the only one as it is, a digest of several. */
export async function digest(schedule: ScheduleRecord, { said, slept }: Report, context: RunContext): Promise<Outcome> {
  const { deps, runId } = context
  const fire = await deps.ledger.runs.get(runId)
  if (fire === null) throw new Error(`run ${runId} is not in the ledger`)
  const spoken = said.map((one) => ({ ...one, asks: isQuestion(one, context) }))
  return digestOf({ schedule, fire, spoken, slept, now: deps.clock.now() })
}

/** Whether a line asked something of the warehouse. */
export function isQuestion({ answer }: Said, { catalog }: Pick<RunContext, 'catalog'>): boolean {
  return catalog.find(answer.run?.command ?? '')?.group === 'questions'
}

/** A fire that went well, with what it said. */
export interface Night {
  readonly schedule: ScheduleRecord
  readonly fire: RunRecord
  readonly spoken: readonly Spoken[]
  readonly slept: string | null
  readonly now: Date
}

/** The digest of a fire, of what is known of it. */
export function digestOf(night: Night): Outcome {
  const { schedule, fire, spoken, slept, now } = night
  const occasion = occasionOf(schedule, fire, now)
  const took = lasting(new Date(fire.started), now)
  const late = latenessOf(schedule, fire, now)
  const around = (replies: readonly Reply[]): readonly Reply[] => [
    ...(late === null ? [] : [text(late, 'note')]),
    ...replies,
    ...(slept === null ? [] : [text(slept, 'note')]),
  ]
  const rowsOf = spoken.flatMap(({ answer }) => rowsIn(answer))
  const [only, ...others] = spoken
  if (only !== undefined && others.length === 0) {
    const { headline, replies, details, next } = only.answer
    return {
      headline: `${occasion}: ${headline}`,
      title: `${occasion}: ${only.line} · schedule ${schedule.id} · ${took}`,
      replies: around(replies),
      ...(details === undefined ? {} : { details }),
      next,
      rowsOf,
    }
  }
  const { headline, replies, details, next } = oneMessage(spoken)
  return {
    headline: `${occasion}: ${headline}`,
    title: `${occasion} · schedule ${schedule.id} · ${took}`,
    replies: around(replies),
    details: [...details, whatWasSaid(fire)],
    next: [...next, { label: 'Details', line: `runs ${fire.id}` }],
    rowsOf,
  }
}

/** How long each line took. What it said stands above. */
export function whatWasSaid(fire: RunRecord): StepsReply {
  const steps = viewOf(fire).steps.map(({ title, state, ms }) => ({ title, state, ms }))
  return { kind: 'steps', title: 'What was said', steps }
}
