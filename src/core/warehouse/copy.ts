import { z } from 'zod'
import type { RunContext } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import { messageOf, OpsError } from '../errors.ts'
import { bytes } from '../format.ts'
import type { LoadId } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/loads.ts'
import { type Reply, text } from '../reply.ts'
import type { SqlLibrary } from '../sql/library.ts'
import type { Step } from '../step.ts'

/** What copying left behind: why there is no copy of this load; null where there is one. */
const copiedSchema = z.object({ failure: z.string().nullable() })

// A load is copied once it is live, and not before.
const published = ['live', 'previous', 'discarded'] as const

const copyStep = { id: 'copy', title: 'Copy to S3' } as const

/**
 * Copies the live load out of the warehouse, and removes the copies before; nothing where no copies are made. A copy that fails does not
 * fail the run, whose load is published: the step leaves why.
 */
export function copyingSteps(load: LoadId, deps: Deps): readonly Step[] {
  const { copies } = deps.engine
  if (copies === null) return []
  return [
    {
      ...copyStep,
      async run(work) {
        try {
          const size = await copies.make(load, copiedTables(deps.library), work)
          await deps.ledger.loads.learn(load, { copied: deps.clock.now().toISOString() })
          await forgetCopies(load, deps)
          await removeOthers(load, deps, work.signal)
          return { detail: `${bytes(size)} in ${copies.place}`, output: { failure: null } }
        } catch (error) {
          if (work.signal.aborted || !(error instanceof OpsError)) throw error
          deps.log.warn({ err: error, load }, `a load was not copied: ${messageOf(error)}`)
          return { detail: 'failed', output: { failure: `${error.message} ${error.remedy}`.trim() } }
        }
      },
    },
  ]
}

/** Removes the copies before this one. Those that stay although they should not are removed after the next copy; this one is whole. */
async function removeOthers(load: LoadId, { engine, log }: Deps, signal: AbortSignal): Promise<void> {
  try {
    await engine.copies?.retain(load, signal)
  } catch (error) {
    if (signal.aborted || !(error instanceof OpsError)) throw error
    log.warn({ err: error, load }, `the copies before were not removed: ${messageOf(error)}`)
  }
}

/** That the live load was not copied, and why; nothing where it was, or where no copies are made. */
export function copyWarning({ deps, output }: RunContext): readonly Reply[] {
  const { copies } = deps.engine
  if (copies === null) return []
  const { failure } = output(copyStep.id, copiedSchema)
  return failure === null ? [] : [text(`Not copied to ${copies.place}: ${failure}`, 'warning')]
}

/** The CREATE statements of all tables that a query may ask: the star, and what else one names. */
export function copiedTables({ schema, queries }: SqlLibrary): readonly string[] {
  const isAsked = (create: string): boolean => {
    const table = /^create table (?:if not exists )?(\w+)/i.exec(create)?.[1] ?? ''
    return queries.some(({ sql }) => new RegExp(`\\b(?:from|join)\\s+${table}\\b`, 'i').test(sql))
  }
  return [...schema.star, ...[...schema.staging, ...schema.load].filter(isAsked)]
}

/** Notes that the copies of all loads but this one are removed; null: of all. */
export async function forgetCopies(except: LoadId | null, { ledger }: Deps): Promise<void> {
  const loads = await ledger.loads.list(published)
  for (const { id, facts } of loads) {
    if (id !== except && typeof facts.copied === 'string') await ledger.loads.learn(id, { copied: null })
  }
}

/** The load of which there is a copy: the live one, or the one that was copied last; null where there is none. */
export async function copiedLoad({ engine, ledger }: Deps): Promise<LoadRecord | null> {
  if (engine.copies === null) return null
  const loads = await ledger.loads.list(published)
  const copied = loads.filter(({ facts }) => typeof facts.copied === 'string')
  const [latest] = copied.toSorted((a, b) => String(b.facts.copied).localeCompare(String(a.facts.copied)))
  return copied.find(({ state }) => state === 'live') ?? latest ?? null
}
