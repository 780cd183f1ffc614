import { z } from 'zod'
import { listVariable, textVariable, usdVariable } from '../core/variables.ts'

const tags = listVariable
  .pipe(z.array(z.string().regex(/^[^=]{1,128}=[^=]{0,256}$/, 'tags like team=data,cost-center=42')))
  .transform((pairs) =>
    Object.fromEntries(pairs.map((pair): [string, string] => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? ''])),
  )

const s3Place = z
  .string()
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^'\\\p{Cc}]+$/u, 's3://bucket/prefix')
  .nullable()
  .default(null)
const rpuWords = '4, or a multiple of 8 up to 1024'

/** Capacities that AWS takes: https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html */
const rpu = z
  .string()
  .regex(/^\d{1,4}$/, rpuWords)
  .transform(Number)
  .refine((units) => units === 4 || (units % 8 === 0 && units >= 8 && units <= 1024), rpuWords)

/** What the environment configures for Redshift, each described by its variable. Credentials and endpoints are the AWS SDK's own. */
export const redshiftVariables = z.object({
  /** Null: the SDK looks for it. */
  region: textVariable.describe('AWS_REGION'),
  /** The bucket's region, where it is not the cluster's. */
  dataRegion: textVariable.describe('SPARKIFY_DATA_REGION'),
  /** A JSONPaths file for COPY, `s3://bucket/key`. */
  jsonPaths: textVariable.describe('SPARKIFY_LOG_JSONPATHS'),
  /** Where the live load is copied to, so that questions are answered while the cluster does not run. */
  copyTo: s3Place.describe('SPARKIFY_COPY_TO'),
  /** Where the bot writes lists of objects for COPY; with it a load reads only what is new. */
  work: s3Place.describe('SPARKIFY_WORK'),
  /** A cluster of nodes that runs under a lease, or a workgroup of Redshift Serverless, which idles by itself. */
  kind: z
    .enum(['provisioned', 'serverless'], 'provisioned or serverless')
    .default('provisioned')
    .describe('REDSHIFT_KIND'),
  clusterId: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens')
    .max(63)
    .default('sparkify')
    .describe('REDSHIFT_CLUSTER_ID'),
  nodeType: z
    .string()
    .regex(/^[a-z0-9]+\.[a-z0-9]+$/, 'a node type such as ra3.large')
    .default('ra3.large')
    .describe('REDSHIFT_NODE_TYPE'),
  nodes: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'a number of nodes')
    .transform(Number)
    .default(1)
    .describe('REDSHIFT_NODES'),
  database: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,63}$/, 'a database name in lower case')
    .default('sparkify')
    .describe('REDSHIFT_DATABASE'),
  adminUser: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,127}$/, 'a user name in lower case')
    .default('sparkify_admin')
    .describe('REDSHIFT_ADMIN_USER'),
  roleName: z
    .string()
    .regex(/^[\w+=,.@-]{1,64}$/, 'an IAM role name')
    .default('sparkify-s3-read')
    .describe('REDSHIFT_ROLE_NAME'),
  /** A role of the company, which is used and never created, changed or deleted. */
  roleArn: textVariable.describe('REDSHIFT_ROLE_ARN'),
  subnetGroup: textVariable.describe('REDSHIFT_SUBNET_GROUP'),
  securityGroups: listVariable.describe('REDSHIFT_SECURITY_GROUPS'),
  /** ARN of the policy that bounds the role we create. */
  permissionsBoundary: textVariable.describe('REDSHIFT_PERMISSIONS_BOUNDARY'),
  /** Put on cluster and role with our own tag. */
  tags: tags.describe('REDSHIFT_TAGS'),
  serverless: z.object({
    /** Redshift Processing Units that a query begins with. */
    baseRpu: rpu.default(8).describe('REDSHIFT_BASE_RPU'),
    /** The most that AWS scales up to; null: the base. */
    maxRpu: rpu.nullable().default(null).describe('REDSHIFT_MAX_RPU'),
    /** RPU-hours a day (UTC) after which AWS refuses queries until the next. */
    dailyRpuHours: z
      .string()
      .regex(/^[1-9]\d{0,5}$/, 'a whole number of RPU-hours')
      .transform(Number)
      .default(16)
      .describe('REDSHIFT_DAILY_RPU_HOURS'),
    /** What an RPU-hour costs here; null: not known. */
    rpuHourUsd: usdVariable.describe('REDSHIFT_RPU_HOUR_USD'),
    /** Subnets of the workgroup; empty: those of the default VPC. */
    subnets: listVariable.describe('REDSHIFT_SUBNETS'),
  }),
  /** A negotiated price of one node for an hour. */
  hourlyUsd: usdVariable.describe('REDSHIFT_HOURLY_USD'),
})

/** The configuration of the cluster, with its region found and the places of the data (`s3://bucket/prefix`). */
export type RedshiftSettings = Omit<Readonly<z.output<typeof redshiftVariables>>, 'region'> & {
  readonly region: string
  readonly logData: string
  readonly songData: string
}
