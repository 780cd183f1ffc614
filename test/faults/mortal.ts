import { z } from 'zod'
import type { Ledger } from '../../src/core/ports/ledger.ts'
import type { Workings } from './quiet.ts'

/** One write of a process into the ledger. */
export interface Write {
  readonly store: string
  readonly method: string
}

/** What the outbox notes of a message that was accepted. */
const sentSchema = z.tuple([z.unknown(), z.object({ post: z.object({ ts: z.string() }) })])

/** Whether a process dies at a write: before it, right after it, or not there. */
export type Fate = (write: Write) => 'before' | 'after' | null

/** The life of one process. What a dead one asks of the ledger or its engine is never answered. */
export interface Life {
  readonly dead: boolean
  die(): void
  /** Until the returned function is called, nothing that it asks is answered. */
  freeze(): () => void
  /** What hangs on this life: a ledger that counts its writes and meets its fate there. */
  ledger(ledger: Ledger): Ledger
  /** A part of the process other than its ledger. */
  part<T extends object>(part: T): T
}

const reads = new Set([
  ...[
    'get',
    'list',
    'live',
    'state',
    'bot',
    'orphans',
    'attempts',
    'find',
    'heads',
    'cancelRequests',
    'waiting',
    'overdue',
  ],
  ...['due', 'pending', 'close'],
])

const never = new Promise<never>(() => undefined)

/** `onSent` is called with the `ts` of each post that its process has noted. */
export function createLife(fate: Fate, workings: Workings, onDeath: () => void, onSent: (ts: string) => void): Life {
  let dead = false
  let thawed = Promise.resolve()
  const die = (): void => {
    if (dead) return
    dead = true
    workings.close()
    onDeath()
  }

  const guarded = async (work: () => unknown, write: Write | null, args: readonly unknown[]): Promise<unknown> => {
    await thawed
    if (dead) return never
    const verdict = write === null ? null : fate(write)
    if (verdict === 'before') {
      die()
      return never
    }
    const done = await workings.during(work)
    await thawed
    if (dead) return never
    if (verdict === 'after') {
      die()
      return never
    }
    const sent = write?.method === 'sent' ? sentSchema.safeParse(args).data : undefined
    if (sent !== undefined) onSent(sent[1].post.ts)
    return done
  }

  const within = <T extends object>(part: T, writeOf: (method: string) => Write | null): T =>
    new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function' || typeof name !== 'string') return value
        return (...args: unknown[]) => guarded(() => Reflect.apply(value, target, args), writeOf(name), args)
      },
    })

  const writeOf = (store: string) => (method: string) => {
    if (reads.has(method)) return null
    return { store, method }
  }

  return {
    get dead() {
      return dead
    },
    die,
    freeze() {
      let thaw = (): void => undefined
      thawed = new Promise((resolve) => {
        thaw = resolve
      })
      return thaw
    },
    ledger: (ledger) =>
      within(
        {
          ...ledger,
          ...Object.fromEntries(
            Object.entries(ledger).flatMap(([name, store]) =>
              typeof store === 'object' ? [[name, within(store, writeOf(name))]] : [],
            ),
          ),
        },
        writeOf('ledger'),
      ),
    part: (part) => within(part, () => null),
  }
}
