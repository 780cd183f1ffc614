/** What is submitted in one call: statements that run one after the other, in one transaction or each by itself. */
export interface Batch {
  readonly sqls: readonly string[]
  readonly mode: 'TRANSACTION' | 'AUTO_COMMIT'
  /** Bound to every `:name` of the statements. Names are unique, values not empty, and each one is used. */
  readonly parameters?: readonly { readonly name: string; readonly value: string }[]
}

/** One statement of a batch that was submitted. `rows` it gave or wrote; null where the server does not say. */
export interface Part {
  /** Under this id its result is kept: `uuid:n`. */
  readonly id: string
  readonly status: string
  readonly error: string | undefined
  readonly rows: number | null
  /** Redshift's own number of the query, as its system views know it. */
  readonly queryId: number | null
}

/** A batch as it stands. https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html */
export interface Submitted {
  readonly id: string
  readonly status: string
  readonly error: string | undefined
  readonly parts: readonly Part[]
}

/** Whether nothing more will happen to it. */
export function hasEnded(status: string): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED'
}

/** The statement of a batch that failed first; undefined where the connection was refused and none was run. */
export function failedPart({ parts }: Submitted): Part | undefined {
  return parts.find(({ status }) => status === 'FAILED')
}

/** What the server says of a batch that failed, without its marks: "Query #2 failed with ERROR: relation …" → "relation …". */
export function errorOf(submitted: Submitted): string {
  const said = failedPart(submitted)?.error ?? submitted.error ?? 'the server gives no reason'
  return said.replace(/^(Query #\d+ failed with )?((ERROR|FATAL): +)?/, '').trim()
}
