/** What the configuration says about the cluster. Empty ones are null. */
export interface RedshiftSettings {
  readonly region: string
  readonly clusterId: string
  readonly nodeType: string
  readonly nodes: number
  readonly database: string
  readonly adminUser: string
  readonly roleName: string
  /** A role of the company, which is used and never created, changed or deleted. */
  readonly roleArn: string | null
  readonly subnetGroup: string | null
  readonly securityGroups: readonly string[]
  /** ARN of the policy that bounds the role we create. */
  readonly permissionsBoundary: string | null
  /** Put on cluster and role beside our own tag. */
  readonly tags: Readonly<Record<string, string>>
  /** A negotiated price of one node for an hour. */
  readonly hourlyUsd: number | null
  /** Where the data lie, `s3://bucket/prefix`; `jsonPaths` is one object. */
  readonly logData: string
  readonly songData: string
  readonly jsonPaths: string | null
}
