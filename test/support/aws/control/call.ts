/** One request that was answered, refused or dropped. */
export type LoggedCall = {
  /** Milliseconds since 1970. */
  readonly at: number
  /** As a policy names it: `redshift:CreateCluster`. */
  readonly action: string
  readonly region: string
  /** The HTTP status; 0 when the connection was dropped. */
  readonly status: number
  /** AWS's code of the refusal. */
  readonly code: string | undefined
  readonly requestId: string
}

/** One statement that was submitted, for tests that count. */
export type LoggedStatement = {
  readonly id: string
  readonly sqls: readonly string[]
  readonly status: string
  readonly error: string | undefined
}
