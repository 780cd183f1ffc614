import type { Asked } from '../answer.ts'
import { mayUse } from '../command/catalog.ts'
import type { Context, RunContext } from '../command/context.ts'
import type { Bound, Command, Outcome } from '../command/define.ts'
import type { Token } from '../command/line.ts'
import { argumentsOf } from '../command/read-arguments.ts'
import type { Engine } from '../ports/engine.ts'
import type { QueryFile } from '../sql/files.ts'
import { zoneParam } from '../sql/query-statement.ts'
import { zoneName } from '../sql/zone.ts'
import { followUps } from './follow-ups.ts'

/**
 * A query's command whose answers can be worked with: it counts days in its asker's own zone, what it asked of the engine is kept
 * with the answer, word for word, and buttons under it go on from there.
 */
export function workable(query: QueryFile, command: Command): Command {
  return { ...command, bind: (tokens) => keeping(query, command, tokens) }
}

/** The line in the zone of its asker's profile, where its days depend on one and none was said. */
async function inOwnZone(
  query: QueryFile,
  command: Command,
  tokens: readonly Token[],
  context: Context,
): Promise<Bound> {
  const bound = command.bind(tokens)
  const param = zoneParam(query)
  if (param === undefined || param.name in argumentsOf(command, bound.line)) return bound
  const zone = zoneName(await context.deps.directory.zoneOf(context.who))
  return zone === null || zone === param.default
    ? bound
    : command.bind([...tokens, { kind: 'named', name: param.name, text: zone }])
}

function keeping(query: QueryFile, command: Command, tokens: readonly Token[]): Bound {
  return {
    ...command.bind(tokens),
    async run(context) {
      const bound = await inOwnZone(query, command, tokens, context)
      let asked: Asked | undefined
      const engine = listeningTo(context.deps.engine, (statement) => {
        asked = statement
      })
      const outcome = await bound.run({ ...context, deps: { ...context.deps, engine } })
      return asked === undefined ? outcome : withNext(query, bound, asked, outcome, context)
    },
  }
}

/** The engine, telling of each statement that it has answered. */
function listeningTo(engine: Engine, told: (asked: Asked) => void): Engine {
  return {
    ...engine,
    async query(target, statement, options) {
      const result = await engine.query(target, statement, options)
      told({ engine: engine.name, load: target.load, sql: statement.sql, values: { ...statement.values } })
      return result
    },
  }
}

async function withNext(
  query: QueryFile,
  { command, line }: Bound,
  asked: Asked,
  outcome: Outcome,
  { deps, place, runId, catalog, who }: RunContext,
): Promise<Outcome> {
  const table = outcome.replies.find((reply) => reply.kind === 'table')
  if (table === undefined) return { ...outcome, asked }
  const load = await deps.ledger.loads.get(asked.load)
  const direct = place.kind === 'slack' && place.direct
  const oldest = load?.facts.dataFrom ?? null
  // In a channel buttons are for whoever may press them; in direct messages there is but one.
  const add = catalog.find('schedule-add')
  const repeatable = place.kind === 'slack' && add !== undefined && (!direct || mayUse(add, who.role))
  const answered = { query, command, line, asked, table, id: runId, direct, repeatable, oldest }
  return { ...outcome, asked, next: followUps(answered) }
}
