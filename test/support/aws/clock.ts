/** The double's time. `now` is the wall clock, moved ahead by `advance`, in milliseconds since 1970. */
export type Clock = {
  readonly now: () => number
  readonly advance: (ms: number) => void
}

/** A clock that starts at the wall clock. */
export function createClock(): Clock {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    advance: (ms) => {
      ahead += ms
    },
  }
}
