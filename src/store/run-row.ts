import { z } from 'zod'
import { answerSchema, runStateSchema } from '../core/answer.ts'
import { placeSchema } from '../core/place.ts'
import type { RunRecord } from '../core/ports/ledger.ts'
import { stepViewSchema } from '../core/reply.ts'
import { askerSchema, flag, json, parseRow } from './rows.ts'

const stepSchema = stepViewSchema.extend({
  output: z.unknown().optional(),
  handles: z.record(z.string(), z.string()),
})

const runSchema = z.object({
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
  post: json(z.object({ channel: z.string(), ts: z.string() })).nullable(),
})

/** The beginning of every question about runs; its rows are what `parseRun` reads. */
export const selectRuns = `select runs.*,
  (select json_group_array(record order by at) from steps where steps.run = runs.id) as steps
  from runs`

/** A row of `selectRuns` as a record. Throws `OpsError` (`storage`) with the run's number when it is damaged. */
export function parseRun(row: object): RunRecord {
  return parseRow(runSchema, 'Run', row)
}
