import { z } from 'zod'
import { askerSchema } from '../core/people.ts'
import { placeSchema } from '../core/place.ts'
import {
  type PlanRecord,
  type PlanStore,
  planDraftSchema,
  planEndSchema,
  reasonSchema,
  type Settlement,
} from '../core/ports/plans.ts'
import { argumentsSchema, postSchema } from '../core/ports/runs.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import { changeAndPost, insertMessages, posting } from './outbox.ts'
import { flagColumn, insertion, json, reader, toColumns } from './rows.ts'

const planSchema = z
  .object({
    id: z.string(),
    command: z.string(),
    args: json(argumentsSchema).nullable(),
    line: z.string(),
    asker: json(askerSchema),
    place: json(placeSchema),
    draft: json(planDraftSchema),
    expires: z.string(),
    reasons: json(z.array(reasonSchema)),
    card: flagColumn,
    post: json(postSchema).nullable(),
    ending: json(planEndSchema).nullable(),
  })
  .transform(({ ending, ...plan }): PlanRecord => ({ ...plan, end: ending }))

/** The plans in `db`. They are kept after their time, so that a late click shows what became of them. */
export function planStore(db: Database): PlanStore {
  const { all, first } = reader(db, planSchema, 'Plan')
  const cards = (expiring: string, now: Date) =>
    all(`select * from plans where ending is null and card = 1 and ${expiring} order by expires`, [now.toISOString()])
  return {
    async save(plan, messages, replaces) {
      const { sql, args } = insertion('plans', toColumns(plan))
      const [saved] = await db.batch([
        {
          sql: `${sql} where :replaces is null or exists (${planIsOpen(':replaces')})`,
          args: { ...args, replaces: replaces?.plan ?? null },
        },
        ...(replaces === null ? [] : [settling(replaces)]),
        ...posting([...messages, ...(replaces?.messages ?? [])]),
      ])
      return saved?.rowsAffected === 1
    },

    get: (id) => first('select * from plans where id = ?', [id]),

    settle({ plan, end, messages }, denial) {
      const sql = 'update plans set ending = ? where id = ? and ending is null'
      return changeAndPost(db, { sql, args: [JSON.stringify(end), plan] }, messages, denial)
    },

    waiting: (now) => cards('post is not null and expires >= ?', now),
    overdue: (now) => cards('expires < ?', now),
  }
}

/** Selects the plan of this parameter while it can be confirmed. */
export function planIsOpen(parameter: string): string {
  return `select 1 from plans where plans.id = ${parameter} and ending is null`
}

/** Inserts the messages of a plan that this settlement has settled. */
export function messagesOfSettled({ plan, end, messages }: Settlement): Sql {
  const guard = 'exists (select 1 from plans where plans.id = :plan and ending = :ending)'
  return insertMessages(messages, guard, { plan, ending: JSON.stringify(end) })
}

/** Settles a plan, where the statement before it in the batch has changed a row. */
export function settling({ plan, end }: Settlement): Sql {
  return { sql: 'update plans set ending = ? where id = ? and changes() = 1', args: [JSON.stringify(end), plan] }
}
