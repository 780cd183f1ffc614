import { z } from 'zod'
import { type Answer, answerSchema, runStateSchema } from '../core/answer.ts'
import { askerSchema } from '../core/people.ts'
import { placeSchema } from '../core/place.ts'
import {
  approvalSchema,
  argumentsSchema,
  type Origin,
  type RunFilter,
  type RunRecord,
  type RunSummary,
  type StepRecord,
} from '../core/ports/runs.ts'
import { stepViewSchema } from '../core/reply.ts'
import { flagColumn, json, parseRow } from './rows.ts'

const stepSchema = stepViewSchema.extend({
  // Versions before this one found a step by its title.
  id: z.string().optional(),
  request: z.string().optional(),
  output: z.unknown().optional(),
  key: z.string().exactOptional(),
  handles: z.record(z.string(), z.string()),
})

const attemptColumns = {
  attempt: z.number(),
  seq: z.number(),
  who: json(askerSchema),
  started: z.string(),
  ended: z.string().nullable(),
}

const answerColumn = json(answerSchema).nullable()

const summarySchema = z
  .object({
    id: z.number(),
    key: z.string().nullable(),
    command: z.string(),
    args: json(argumentsSchema).nullable(),
    line: z.string(),
    requester: json(askerSchema),
    writer: flagColumn,
    listed: flagColumn,
    ...attemptColumns,
    retries: z.number(),
    lost: z.number(),
    place: json(placeSchema),
    door: z.enum(['words', 'clock', 'parent']),
    state: runStateSchema,
    worker: z.string().nullable(),
    available_at: z.string(),
    schedule: z.number().nullable(),
    intended: z.string().nullable(),
    cause: z.enum(['clock', 'asked']).nullable(),
    parent: z.number().nullable(),
    position: z.number().nullable(),
    approval: json(approvalSchema).nullable(),
    cost_usd: z.number().nullable(),
  })
  .transform(
    ({ schedule, intended, cause, parent, position, cost_usd, available_at, ...run }): RunSummary => ({
      ...run,
      available: available_at,
      origin: originOf({ schedule, intended, cause, parent, position }),
      costUsd: cost_usd,
    }),
  )

const longSchema = z
  .object({ schedule: z.number().nullable(), steps: json(z.array(json(stepSchema))), answer: answerColumn })
  .transform(
    ({ schedule, steps, answer }): Pick<RunRecord, 'steps' | 'answer'> => ({
      steps: schedule === null ? steps.map(named) : namedOfOccurrence(steps),
      answer: answer === null ? null : withFailure(answer),
    }),
  )

/** An answer with its failure, which an earlier version stored among its replies alone. */
function withFailure(answer: Answer): Answer {
  const shown = answer.replies.find((reply) => reply.kind === 'failure')
  if (answer.failure !== undefined || shown === undefined) return answer
  const { code, message, remedy, ask } = shown
  return { ...answer, failure: { code, message, remedy, ...(ask === undefined ? {} : { ask }) } }
}

type StoredStep = z.output<typeof stepSchema>

/** A step by its id; one that an earlier version stored by what its title was. */
function named({ id, request, ...step }: StoredStep): StepRecord {
  const names = { id: id ?? step.title.toLowerCase().replaceAll("'", '').replaceAll(' ', '-') }
  return request === undefined ? { ...step, ...names } : { ...step, ...names, request }
}

const oldLook = /^Look at the warehouse(?: \((\d+)\))?$/

/** The steps of a schedule's run: in earlier versions the titles were the lines, numbered where one was there twice. */
function namedOfOccurrence(steps: readonly StoredStep[]): readonly StepRecord[] {
  const lines: string[] = []
  return steps.map((step) => {
    if (step.id !== undefined) return named(step)
    const look = oldLook.exec(step.title)
    if (look !== null) return named({ ...step, id: `awake-${look[1] ?? 1}` })
    const numbered = /^(.*) \(\d+\)$/.exec(step.title)?.[1]
    const request = numbered !== undefined && lines.includes(numbered) ? numbered : step.title
    lines.push(request)
    return named({ ...step, id: `line-${lines.length}`, request })
  })
}

interface OriginColumns {
  readonly schedule: number | null
  readonly intended: string | null
  readonly cause: 'clock' | 'asked' | null
  readonly parent: number | null
  readonly position: number | null
}

function originOf({ schedule, intended, cause, parent, position }: OriginColumns): Origin {
  if (schedule !== null && intended !== null && cause !== null) return { kind: 'fire', schedule, intended, cause }
  return parent === null || position === null ? { kind: 'words' } : { kind: 'line', fire: parent, at: position }
}

const summaryColumns = `runs.*, attempts.seq, attempts.attempt, attempts.retries, attempts.lost, attempts."by" as who,
  attempts.place, attempts.door, attempts.approval, attempts.state, attempts.worker, attempts.started, attempts.ended,
  attempts.cost_usd`

const newestAttempts = `from attempts join runs on runs.id = attempts.run
  where not exists (select 1 from attempts later where later.run = attempts.run and later.attempt > attempts.attempt)`

/** The beginning of a question about runs, each with its newest attempt; `parseSummary` reads its rows. */
export const selectSummaries = `select ${summaryColumns} ${newestAttempts}`

/** The same with the answers and the steps; `parseRun` reads its rows. */
export const selectRuns = `select ${summaryColumns}, attempts.answer,
  (select json_group_array(record order by at) from steps
    where steps.run = attempts.run and steps.attempt = attempts.attempt) as steps
  ${newestAttempts}`

/** Throws `OpsError` (`storage`) with the run's number when its row is damaged. */
export function parseSummary(row: object): RunSummary {
  return parseRow(summarySchema, 'Run', row)
}

/** Throws as `parseSummary` does. */
export function parseRun(row: object): RunRecord {
  return { ...parseSummary(row), ...parseRow(longSchema, 'Run', row) }
}

/** A row of `attempts`, whose `by` is called `who`. */
export const attemptSchema = z.object({
  ...attemptColumns,
  answer: answerColumn,
  state: z.enum([...runStateSchema.options, 'lost']),
})

/** What the fields of a filter compare with: an index serves `parent = :parent`, but `:parent is null or parent = :parent` reads the whole table. */
const comparisons = [
  ['who', 'by_id = :who'],
  ['person', `(by_id = :person or lower("by" ->> '$.name') = lower(:person))`],
  ['besides', '(schedule is not null or command not in (select value from json_each(:besides)))'],
  ['command', 'command = :command'],
  ['commands', 'command in (select value from json_each(:commands))'],
  ['since', 'started >= :since'],
  ['until', 'started < :until'],
  ['schedule', 'schedule = :schedule'],
  ['intended', 'intended = :intended'],
  ['parent', 'parent = :parent'],
] as const satisfies readonly (readonly [keyof RunFilter, string])[]

/** What a filter asks for, and nothing else, as the conditions of a statement on runs and their newest attempts, and their values. */
export function conditionsOf(filter: RunFilter): {
  readonly where: string
  readonly args: Readonly<Record<string, string | number>>
} {
  const { states, listedOnly, writer, whole, posted } = filter
  const given = comparisons.flatMap(([name, sql]) => {
    const value = filter[name]
    return value === undefined ? [] : [{ name, sql, value: typeof value === 'object' ? JSON.stringify(value) : value }]
  })
  const conditions = [
    // States are words of this program. As values they would hide from SQLite that the index of running runs serves.
    ...(states === undefined ? [] : [isOneOf(states)]),
    ...(listedOnly === true ? ['listed = 1'] : []),
    ...(writer === true ? ['attempts.writer = 1'] : []),
    ...(whole === true ? ['parent is null'] : []),
    ...(posted === true ? [`answer ->> '$.audience' = 'channel'`] : []),
    ...given.map(({ sql }) => sql),
  ]
  return {
    where: [...conditions, 'true'].join(' and '),
    args: Object.fromEntries(given.map(({ name, value }) => [name, value])),
  }
}

function isOneOf(states: NonNullable<RunFilter['states']>): string {
  const [only, ...others] = states.map((state) => `'${state}'`)
  return only !== undefined && others.length === 0 ? `state = ${only}` : `state in (${[only, ...others].join(', ')})`
}
