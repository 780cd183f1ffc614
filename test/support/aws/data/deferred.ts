/** A promise that is settled from outside, once. */
export type Deferred = { readonly promise: Promise<void>; readonly resolve: () => void }

/** A deferred that waits. */
export function createDeferred(): Deferred {
  let settle: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { promise, resolve: () => settle() }
}
