import type { Answer } from './answer.ts'
import { type Catalog, createCatalog } from './command/catalog.ts'
import type { Command } from './command/define.ts'
import type { Deps } from './deps.ts'
import { confirm } from './dispatch/confirm.ts'
import { dispatch } from './dispatch/dispatch.ts'
import { type Recovered, recover, untold } from './dispatch/recover.ts'
import type { Ask, Confirmation, Session } from './dispatch/session.ts'
import { messageOf } from './errors.ts'
import type { RunRecord } from './ports/ledger.ts'
import type { Watch } from './run/live-run.ts'
import { createRegistry } from './run/registry.ts'
import { type Due, dueFires, fire } from './schedule/fire.ts'
import { workable } from './warehouse/answered.ts'
import { type ClusterNews, tendCluster } from './warehouse/lease.ts'
import { commandOfQuery } from './warehouse/query-command.ts'

export type { Ask, Confirmation } from './dispatch/session.ts'

/** The bot without its faces: words in, answers out. */
export interface App {
  readonly catalog: Catalog
  /** Says one line. Null for a delivery that was heard before. Never throws. */
  ask(ask: Ask): Promise<Answer | null>
  /** Carries out a plan that was shown, if it still says the same. Null for a click that was heard before. Never throws. */
  confirm(confirmation: Confirmation): Promise<Answer | null>
  /** Runs that ended before a restart and whose reader has not been told. Asked once, at the start. */
  untold(): Promise<readonly Recovered[]>
  /** Looks for runs whose process is gone and carries on or closes each. `watch` gives the message of a run back to its face. */
  recover(watch: (run: RunRecord) => Watch): Promise<readonly Recovered[]>
  /**
   * Says what schedules have to say by now, each fire once. `posted` is given the answers of each as it ends. Resolves when all have
   * ended, which may take as long as a load; it can be called again meanwhile.
   */
  fireDue(posted: (due: Due, answers: readonly Answer[]) => Promise<void>): Promise<void>
  /** Does what the cluster's lease asks for: warns, pauses, reminds. `posted` is given what there is to say, and where. */
  tendCluster(posted: (news: ClusterNews) => Promise<void>): Promise<void>
  /** Stops all runs of this process, as their asker's wish (Ctrl-C in a terminal). How many there were. */
  cancelAll(by: string): number
  /** Stops runs that somebody asked another process to stop. Called every second. */
  heedCancels(): Promise<void>
  /** Refuses new words, waits up to `graceMs` for running ones, and leaves the rest to the next process. */
  drain(graceMs: number): Promise<void>
}

/** Puts commands and queries together with the parts they use. Throws `bad_sql_file` when a name is taken twice. */
export function createApp(commands: readonly Command[], deps: Deps): App {
  const queries = deps.library.queries.map((query) => workable(query, commandOfQuery(query)))
  const catalog = createCatalog([...commands, ...queries])
  const session: Session = { deps, catalog, registry: createRegistry(deps) }
  return {
    catalog,
    ask: (ask) => dispatch(ask, session),
    confirm: (confirmation) => confirm(confirmation, session),
    untold: () => untold(session),
    recover: (watch) => recover(session, watch),
    async fireDue(posted) {
      const fires = (await dueFires(session)).map(async (due) => {
        try {
          const answers = await fire(due, session)
          if (answers !== null) await posted(due, answers)
        } catch (error) {
          // One schedule whose channel is gone does not take the others with it.
          const { id } = due.schedule
          deps.log.error({ err: error, schedule: id }, `schedule ${id} was not said to its end: ${messageOf(error)}`)
        }
      })
      await Promise.all(fires)
    },
    tendCluster: (posted) => tendCluster(session, posted),
    cancelAll: (by) => session.registry.cancelAll(by),
    heedCancels: () => session.registry.heedCancels(),
    drain: (graceMs) => session.registry.drain(graceMs),
  }
}
