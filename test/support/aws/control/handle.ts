import { z } from 'zod'
import type { JsonValue } from '../wire/json.ts'
import type { World } from '../world.ts'
import { fault } from './fault.ts'
import { leftIn } from './left.ts'

/** The paths below `/_double/`, each with what it answers; undefined for an unknown one. */
export function control(world: World, method: string, name: string, body: string): JsonValue | undefined {
  switch (`${method} ${name}`) {
    case 'GET health':
      return { ok: true }
    case 'POST faults':
      world.faults.add(fault.parse(JSON.parse(body)))
      return {}
    case 'DELETE faults':
      world.faults.clear()
      return {}
    case 'GET calls':
      return world.calls
    case 'DELETE calls':
      world.calls.length = 0
      return {}
    case 'GET used':
      return [...world.used.values()]
    case 'GET left':
      return leftIn(world)
    case 'GET statements':
      return [...world.statements.values()].map((statement) => ({
        id: statement.id,
        sqls: statement.parts.map((part) => part.sql),
        status: statement.status,
        error: statement.error,
      }))
    case 'POST maintenance': {
      const { cluster, on } = z.object({ cluster: z.string(), on: z.boolean() }).parse(JSON.parse(body))
      for (const each of world.clusters.values()) if (each.identifier === cluster) each.maintenance = on
      return {}
    }
    case 'POST advance':
      world.clock.advance(z.object({ ms: z.number().positive() }).parse(JSON.parse(body)).ms)
      return {}
    default:
      return undefined
  }
}
