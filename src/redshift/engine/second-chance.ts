import { pauseAfter } from './patience.ts'

/** S3 or the connection to it failed in a way that passes. */
export const s3Passing =
  /(S3ServiceException:.*Status 5\d\d|SlowDown|S3CurlException:).*CanRetry 1|Error (SlowDown|ServiceUnavailable|InternalError)\b/is

interface Chance {
  readonly said: RegExp
  readonly times: number
  readonly pauseMs: (attempt: number) => number
}

const secondsLater = (attempt: number): number => 2_000 * 2 ** attempt

/** What a whole batch is submitted again for, because it may well succeed the next time. */
const chances: readonly Chance[] = [
  {
    // https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html; the other two are seen beside it (jdbc #147, dbt-core #3112).
    said: /\b1023\b|serializable isolation violation|conflict with concurrent transaction|could not open relation with OID/i,
    times: 4,
    pauseMs: (attempt) => pauseAfter(attempt + 1),
  },
  {
    // A rotation takes less than a minute, in which new connections may get the old password.
    said: /password authentication failed/i,
    times: 5,
    pauseMs: secondsLater,
  },
  {
    // S3's and its connections' passing failures, in COPY's words: "Status 503, Error SlowDown, … CanRetry 1" (arthur-redshift-etl#70).
    said: s3Passing,
    times: 5,
    pauseMs: secondsLater,
  },
  {
    // IAM needs a minute or two until a new role can be put on (aws-cdk #29871).
    said: /not authorized to assume (the )?IAM role/i,
    times: 6,
    pauseMs: secondsLater,
  },
]

/** How long to pause before a failed batch is submitted once more, in milliseconds; null when it would be of no use. */
export function secondChance(error: string, attempt: number): number | null {
  const chance = chances.find(({ said }) => said.test(error))
  return chance === undefined || attempt >= chance.times ? null : chance.pauseMs(attempt)
}

/** Whether the password that the secret holds is not the database's any more, or not yet. */
export function isStalePassword(error: string): boolean {
  return /password authentication failed/i.test(error)
}
