import { inject } from 'vitest'

/** Whether this is `npm run test:soak`. */
const soaking = process.env['SOAK'] !== undefined

/** What a long proof does at the gate, or in `npm run test:soak`, which has hours. */
export function lengths<T>({ gate, soak }: { readonly gate: T; readonly soak: T }): T {
  return soaking ? soak : gate
}

/** So many seeds of this run of the suite: of the commit at the gate, new ones each time in `npm run test:soak`. See `seed.ts`. */
export function seeds(many: { readonly gate: number; readonly soak: number }): readonly number[] {
  return Array.from({ length: lengths(many) }, (_, n) => inject('seed') + n)
}
