/** The ARNs of what the double holds. */
export type Arns = {
  readonly role: (name: string) => string
  readonly cluster: (region: string, identifier: string) => string
  readonly snapshot: (region: string, cluster: string, identifier: string) => string
  readonly dbUser: (region: string, cluster: string, user: string) => string
  readonly dbName: (region: string, cluster: string, database: string) => string
  readonly secret: (region: string, name: string) => string
  /** Of Serverless, by id. */
  readonly namespace: (region: string, id: string) => string
  readonly workgroup: (region: string, id: string) => string
}

/** ARNs of one account. Formats: service authorization reference of IAM, Redshift and Secrets Manager. */
export function arnsOf(account: string): Arns {
  const redshift = (region: string, rest: string) => `arn:aws:redshift:${region}:${account}:${rest}`
  const serverless = (region: string, rest: string) => `arn:aws:redshift-serverless:${region}:${account}:${rest}`
  return {
    role: (name) => `arn:aws:iam::${account}:role/${name}`,
    cluster: (region, identifier) => redshift(region, `cluster:${identifier}`),
    snapshot: (region, cluster, identifier) => redshift(region, `snapshot:${cluster}/${identifier}`),
    dbUser: (region, cluster, user) => redshift(region, `dbuser:${cluster}/${user}`),
    dbName: (region, cluster, database) => redshift(region, `dbname:${cluster}/${database}`),
    secret: (region, name) => `arn:aws:secretsmanager:${region}:${account}:secret:${name}`,
    namespace: (region, id) => serverless(region, `namespace/${id}`),
    workgroup: (region, id) => serverless(region, `workgroup/${id}`),
  }
}
