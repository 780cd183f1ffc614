import { z } from 'zod'
import { OpsError } from '../core/errors.ts'
import { contentSchema, waysSchema } from '../core/message.ts'
import type { Denial } from '../core/ports/audit.ts'
import type { Head, MessageStore, NewMessage, OutboxMessage } from '../core/ports/outbox.ts'
import { postSchema } from '../core/ports/runs.ts'
import { insertDenial } from './audit.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import { flagColumn, json, parseRow, reader } from './rows.ts'

const messageSchema = z
  .object({
    id: z.number(),
    key: z.string(),
    content: json(contentSchema).nullable(),
    ways: json(waysSchema),
    mention: json(z.array(z.string())),
    created: z.string(),
    expires: z.string(),
    open: flagColumn,
    after: z.string().nullable(),
    schedule: z.number().nullable(),
    plan: z.string().nullable(),
    version: z.number(),
    state: z.enum(['pending', 'sent', 'dropped']),
    way: z.number(),
    refusal: z.string().nullable(),
    tries: z.number(),
    unclear: z.number(),
    begun: flagColumn,
    available: z.string(),
    post: json(postSchema).nullable(),
    rung: z.number().nullable(),
  })
  .transform(
    ({ content, open, after, schedule, plan, rung: level, ...rest }): OutboxMessage => ({
      ...rest,
      level,
      content: content ?? { kind: 'text', text: '' },
      ...(open ? { open } : {}),
      ...(after === null ? {} : { after }),
      ...(schedule === null ? {} : { schedule }),
      ...(plan === null ? {} : { plan }),
    }),
  )

const rowSchema = z.object({ id: z.number(), version: z.number() })
const backlogSchema = z.object({ count: z.number(), oldest: z.string().nullable() })
const headSchema = z.object({ queued: z.string(), blocked: flagColumn })

/** The condition that the statement before it in the batch has changed a row. */
export const ifChanged = 'changes() = 1'

/**
 * Inserts messages where a condition holds, each once under its key; one that is open gives its place, and its post, to the next of that key.
 */
export function insertMessages(
  messages: readonly NewMessage[],
  condition: string,
  args: Readonly<Record<string, string>> = {},
): Sql {
  return {
    sql: `insert into messages (key, content, ways, mention, created, expires, open, after, schedule, plan, available)
      select value ->> '$.key', value -> '$.content', value -> '$.ways', value -> '$.mention', value ->> '$.created',
        value ->> '$.expires', coalesce(value ->> '$.open', 0), value ->> '$.after', value ->> '$.schedule',
        value ->> '$.plan', value ->> '$.created'
      from json_each(:messages) where ${condition}
      on conflict (key) do update set content = excluded.content, mention = excluded.mention, expires = excluded.expires,
        open = excluded.open, available = excluded.available, version = version + 1, state = 'pending', tries = 0, unclear = 0,
        way = iif(way < json_array_length(ways), way, 0)
      where open = 1`,
    args: { ...args, messages: JSON.stringify(messages) },
  }
}

/** What inserts messages, where there are any, once the statement before it in the batch has changed a row. */
export function posting(messages: readonly NewMessage[]): readonly Sql[] {
  return messages.length === 0 ? [] : [insertMessages(messages, ifChanged)]
}

/** Makes a change and, where it has changed a row, enters a denial and inserts messages in the same batch. Whether it has. */
export async function changeAndPost(
  db: Database,
  change: Sql,
  messages: readonly NewMessage[],
  denial: Denial | null = null,
): Promise<boolean> {
  const [changed] = await db.batch([
    change,
    ...(denial === null ? [] : [insertDenial(denial, ifChanged)]),
    ...posting(messages),
  ])
  return changed?.rowsAffected === 1
}

const same = `id = :id and version = :version and state = 'pending'`

/** The outbox in `db`. */
export function messageStore(db: Database): MessageStore {
  /** Changes a message, unless a later state has taken its place. */
  const change = async (
    { id, version }: Pick<OutboxMessage, 'id' | 'version'>,
    sets: string,
    args: Readonly<Record<string, string | number>> = {},
  ): Promise<void> => {
    await db.write(`update messages set ${sets} where ${same}`, { id, version, ...args })
  }
  return {
    async put(messages) {
      await db.batch([insertMessages(messages, 'true')])
    },

    find: (key) => reader(db, messageSchema, 'Message').first('select * from messages where key = ?', [key]),

    async heads() {
      // One that every way has refused, or whose row is damaged, has no queue, and holds no other back.
      const rows =
        await db.read(`select *, coalesce(queue, 'message ' || id) as queued, exists (select 1 from messages earlier
          where earlier.key = messages.after and earlier.state = 'pending') as blocked
        from messages
        where id in (
          select min(id) from messages where state = 'pending' and queue is not null group by queue
          union all select id from messages where state = 'pending' and queue is null
        ) order by id`)
      return rows.map(headOf)
    },

    async backlog() {
      const [row = {}] = await db.read(
        `select count(*) as count, min(created) as oldest from messages where state = 'pending'`,
      )
      return parseRow(backlogSchema, 'Backlog', row)
    },

    async take({ id, version, tries }, process) {
      const taken = await db.write(
        `update messages set tries = tries + 1
        where ${same} and tries = :tries and exists (select 1 from processes where processes.id = :process)`,
        { id, version, tries, process },
      )
      return taken === 1
    },

    begin: (message) => change(message, 'begun = 1'),

    async sent({ id, version }, { post, level, followers }) {
      const kept = post === null ? null : JSON.stringify(post)
      await db.batch([
        {
          sql: `update messages set post = coalesce(:post, post),
              rung = case when version = :version then :rung else rung end,
              state = case when version = :version then 'sent' else state end
            where id = :id`,
          args: { id, version, rung: level, post: kept },
        },
        ...posting(followers),
        ...(kept === null
          ? []
          : [
              {
                sql: 'update plans set post = :post where id = (select plan from messages where messages.id = :id)',
                args: { id, post: kept },
              },
            ]),
      ])
    },

    later: (message, at, unclear) =>
      change(message, `available = :at, begun = 0, unclear = unclear + :unclear`, {
        at: at.toISOString(),
        unclear: unclear ? 1 : 0,
      }),

    redirect: (message, refusal, at) =>
      change(
        message,
        'way = way + 1, refusal = :refusal, tries = 0, unclear = 0, begun = 0, post = null, available = :at',
        { refusal, at: at.toISOString() },
      ),

    restart: (message) => change(message, 'way = 0'),

    drop: (message) => change(message, `state = 'dropped'`),
  }
}

/** One damaged row must not keep the others from being sent. */
function headOf(row: object): Head {
  const named = parseRow(rowSchema, 'Message', row)
  try {
    const { queued, blocked } = parseRow(headSchema, 'Message', row)
    return { kind: 'message', queue: queued, isBlocked: blocked, message: parseRow(messageSchema, 'Message', row) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { kind: 'damaged', row: named, why: error }
  }
}
