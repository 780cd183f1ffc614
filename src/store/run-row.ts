import { z } from 'zod'
import { answerSchema, runStateSchema } from '../core/answer.ts'
import { placeSchema } from '../core/place.ts'
import type { Origin, RunRecord } from '../core/ports/runs.ts'
import { stepViewSchema } from '../core/reply.ts'
import { approvalSchema, askerSchema, flag, json, parseRow, postSchema } from './rows.ts'

const stepSchema = stepViewSchema.extend({
  output: z.unknown().optional(),
  handles: z.record(z.string(), z.string()),
})

const runSchema = z
  .object({
    id: z.number(),
    command: z.string(),
    line: z.string(),
    who: json(askerSchema),
    place: json(placeSchema),
    writer: flag,
    listed: flag,
    continues: z.number().nullable(),
    state: runStateSchema,
    process: z.string(),
    attempts: z.number(),
    started: z.string(),
    ended: z.string().nullable(),
    steps: json(z.array(json(stepSchema))),
    answer: json(answerSchema).nullable(),
    post: json(postSchema).nullable(),
    schedule: z.number().nullable(),
    intended: z.string().nullable(),
    cause: z.enum(['clock', 'asked']).nullable(),
    fire: z.number().nullable(),
    line_at: z.number().nullable(),
    again: flag,
    approval: json(approvalSchema).nullable(),
    cost_usd: z.number().nullable(),
  })
  .transform(
    ({ schedule, intended, cause, fire, line_at, again, cost_usd, ...run }): RunRecord => ({
      ...run,
      origin: originOf({ schedule, intended, cause, fire, at: line_at, again }),
      costUsd: cost_usd,
    }),
  )

interface OriginColumns {
  readonly schedule: number | null
  readonly intended: string | null
  readonly cause: 'clock' | 'asked' | null
  readonly fire: number | null
  readonly at: number | null
  readonly again: boolean
}

function originOf({ schedule, intended, cause, fire, at, again }: OriginColumns): Origin {
  if (schedule !== null && intended !== null && cause !== null) return { kind: 'fire', schedule, intended, cause }
  if (fire === null || at === null) return { kind: 'words' }
  return again ? { kind: 'line', fire, at, again } : { kind: 'line', fire, at }
}

/** The beginning of every question about runs; its rows are what `parseRun` reads. */
export const selectRuns = `select runs.*,
  (select json_group_array(record order by at) from steps where steps.run = runs.id) as steps
  from runs`

/** A row of `selectRuns` as a record. Throws `OpsError` (`storage`) with the run's number when it is damaged. */
export function parseRun(row: object): RunRecord {
  return parseRow(runSchema, 'Run', row)
}
