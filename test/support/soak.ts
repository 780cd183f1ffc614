/** Whether this is `npm run test:soak`. */
const soaking = process.env['SOAK'] !== undefined

/** What a long proof does at the gate, or in `npm run test:soak`, which has hours. */
export function lengths<T>({ gate, soak }: { readonly gate: T; readonly soak: T }): T {
  return soaking ? soak : gate
}
