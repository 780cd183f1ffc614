import { inject } from 'vitest'

/** Whether this is `npm run test:soak`. */
const soaking = process.env['SOAK'] !== undefined

/** What a long proof does at the gate, or in `npm run test:soak`, which has hours. */
export function lengths<T>({ gate, soak }: { readonly gate: T; readonly soak: T }): T {
  return soaking ? soak : gate
}

/** All of them in `npm run test:soak`; at the gate so many, which ones by the seed of the run. */
export function some<T>(all: readonly T[], atTheGate: number): readonly T[] {
  const first = inject('seed') % all.length
  return [...all.slice(first), ...all.slice(0, first)].slice(0, lengths({ gate: atTheGate, soak: all.length }))
}
