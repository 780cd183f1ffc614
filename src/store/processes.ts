import { z } from 'zod'
import type { ProcessRecord, ProcessStore } from '../core/ports/ledger.ts'
import type { Database } from './database.ts'
import type { Liveness, ProcessBeat, Uptime } from './liveness.ts'
import { parseRow, reader } from './rows.ts'

const processSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['bot', 'terminal']),
    pid: z.number(),
    host: z.string(),
    started: z.string(),
    heartbeat: z.iso.datetime(),
    // Tables before version 8 lack these two.
    boot: z.string().nullable().default(null),
    uptime_ms: z.number().nullable().default(null),
  })
  .transform(({ boot, uptime_ms, ...process }): ProcessBeat => {
    return { ...process, beaten: boot === null || uptime_ms === null ? null : { boot, ms: uptime_ms } }
  })

/** Every process that has entered and not left, the dead ones included. */
export function readProcesses(db: Database): Promise<readonly ProcessBeat[]> {
  return reader(db, processSchema, 'Process').all('select * from processes order by started')
}

/** The processes in `db`; `now` is the time at which a newcomer looks at the others. */
export function processStore(db: Database, liveness: Liveness, now: () => Date): ProcessStore {
  return {
    async enter(process) {
      for (;;) {
        const other = await insertUnlessBot(db, process, liveness.uptime())
        if (other === null) return { kind: 'entered' }
        if (!liveness.gone(other, now())) return { kind: 'occupied', by: recordOf(other) }
        // Only if it has not beaten meanwhile. Then the newcomers try again, and one of them is first.
        await db.write('delete from processes where id = ? and heartbeat = ?', [other.id, other.heartbeat])
      }
    },

    async beat(id, at) {
      const { boot, ms } = liveness.uptime()
      const sql = 'update processes set heartbeat = ?, boot = ?, uptime_ms = ? where id = ?'
      return (await db.write(sql, [at.toISOString(), boot, ms, id])) === 1
    },

    async leave(id) {
      await db.write('delete from processes where id = ?', [id])
    },

    async bot(at) {
      const bots = (await readProcesses(db)).filter((process) => process.kind === 'bot')
      const bot = bots.find((process) => !liveness.gone(process, at))
      return bot === undefined ? null : recordOf(bot)
    },
  }
}

function recordOf({ beaten: _, ...record }: ProcessBeat): ProcessRecord {
  return record
}

/**
 * Writes the row of a process, unless it is a bot and there is another: then that one is answered.
 * A row with its own pid and host is of a dead predecessor: in a container every start of the bot has pid 1.
 */
async function insertUnlessBot(db: Database, process: ProcessRecord, beaten: Uptime): Promise<ProcessBeat | null> {
  const { id, kind, pid, host, started, heartbeat } = process
  const [, inserted, bots] = await db.batch([
    { sql: 'delete from processes where host = :host and pid = :pid and id <> :id', args: { host, pid, id } },
    {
      sql: `insert into processes (id, kind, pid, host, started, heartbeat, boot, uptime_ms)
        select :id, :kind, :pid, :host, :started, :heartbeat, :boot, :uptime
        where :kind <> 'bot' or not exists (select 1 from processes where kind = 'bot' and id <> :id)
        on conflict (id) do update set
          kind = excluded.kind, pid = excluded.pid, host = excluded.host,
          started = excluded.started, heartbeat = excluded.heartbeat, boot = excluded.boot, uptime_ms = excluded.uptime_ms`,
      args: { id, kind, pid, host, started, heartbeat, boot: beaten.boot, uptime: beaten.ms },
    },
    { sql: `select * from processes where kind = 'bot'` },
  ])
  if (inserted?.rowsAffected === 1) return null
  return parseRow(processSchema, 'Process', bots?.rows[0] ?? {})
}
