/** A refusal in AWS's words, written in the wire format of the service that was asked. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** Further members of the error, such as `ResourceId`. */
  readonly members: Readonly<Record<string, string>>

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
    this.members = members
  }
}

/** The connection is cut without an answer. */
export class DroppedConnection extends Error {}
