import { z } from 'zod'
import { placeSchema } from '../core/place.ts'
import type { PlanRecord, PlanStore } from '../core/ports/ledger.ts'
import type { Database } from './database.ts'
import type { Liveness } from './liveness.ts'
import { changeAndTell } from './outbox.ts'
import { readProcesses } from './processes.ts'
import { argumentsSchema, askerSchema, flag, json, parseRow, planDraftSchema, postSchema } from './rows.ts'

const reasonSchema = z.object({ kind: z.enum(['destroys', 'costly', 'budget']), words: z.string() })

const by = { by: askerSchema, at: z.string() }
const endSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approved'), ...by, process: z.string().exactOptional() }),
  z.object({ kind: z.literal('failed'), ...by, why: z.string() }),
  z.object({ kind: z.literal('replaced'), ...by }),
  z.object({ kind: z.literal('rejected'), ...by }),
  z.object({ kind: z.literal('withdrawn'), ...by }),
  z.object({ kind: z.literal('expired'), at: z.string() }),
])

const planSchema = z.object({
  id: z.string(),
  command: z.string(),
  args: json(argumentsSchema).nullable(),
  line: z.string(),
  asker: json(askerSchema),
  place: json(placeSchema),
  draft: json(planDraftSchema),
  expires: z.string(),
  reasons: json(z.array(reasonSchema)),
  card: flag,
  post: json(postSchema).nullable(),
  ending: json(endSchema).nullable(),
})

/** The plans in `db`. They are kept after their time, so that a late click can be told what became of them. */
export function planStore(db: Database, liveness: Liveness): PlanStore {
  const cards = async (expiring: string, now: Date): Promise<readonly PlanRecord[]> => {
    const sql = `select * from plans where ending is null and card = 1 and ${expiring} order by expires`
    return (await db.read(sql, [now.toISOString()])).map(parsePlan)
  }
  return {
    async save({ id, command, args, line, asker, place, draft, expires, reasons, card }, messages = []) {
      const sql = `insert into plans (id, command, args, line, asker, place, draft, expires, reasons, card)
        values (:id, :command, :args, :line, :asker, :place, :draft, :expires, :reasons, :card)`
      const values = {
        id,
        command,
        args: args === null ? null : JSON.stringify(args),
        line,
        asker: JSON.stringify(asker),
        place: JSON.stringify(place),
        draft: JSON.stringify(draft),
        expires,
        reasons: JSON.stringify(reasons),
        card: card ? 1 : 0,
      }
      await changeAndTell(db, { sql, args: values }, messages)
    },

    async get(id) {
      const [row] = await db.read('select * from plans where id = ?', [id])
      return row === undefined ? null : parsePlan(row)
    },

    settle(id, end, messages = []) {
      const sql = 'update plans set ending = ? where id = ? and ending is null'
      return changeAndTell(db, { sql, args: [JSON.stringify(end), id] }, messages)
    },

    async revise(id, end, messages = []) {
      const sql = 'update plans set ending = ? where id = ?'
      await changeAndTell(db, { sql, args: [JSON.stringify(end), id] }, messages)
    },

    waiting: (now) => cards('post is not null and expires >= ?', now),
    overdue: (now) => cards('expires < ?', now),

    async unbegun(now) {
      // What an earlier version approved names no process, nor does its run name the plan.
      const rows = await db.read(`select * from plans
        where ending ->> '$.kind' = 'approved' and ending ->> '$.process' is not null
          and not exists (select 1 from attempts where approval is not null and approval ->> '$.id' = plans.id)
        order by expires`)
      const processes = new Map((await readProcesses(db)).map((process) => [process.id, process]))
      return rows
        .map(parsePlan)
        .filter(({ end }) => end?.kind === 'approved' && liveness.gone(processes.get(end.process ?? ''), now))
    },
  }
}

function parsePlan(row: object): PlanRecord {
  const { ending, ...plan } = parseRow(planSchema, 'Plan', row)
  return { ...plan, end: ending }
}
