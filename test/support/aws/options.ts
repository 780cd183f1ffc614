import { z } from 'zod'

/**
 * How long AWS takes, in seconds, before the speed factor: several minutes to create, pause "usually under 15 minutes"
 * (Redshift management guide, managing-cluster-operations), a snapshot about 4 minutes.
 */
const durations = z.object({
  creating: z.number().default(300),
  modifying: z.number().default(60),
  pausing: z.number().default(300),
  resuming: z.number().default(180),
  'final-snapshot': z.number().default(240),
  deleting: z.number().default(120),
  /** From available until the IAM roles are in-sync. */
  adding: z.number().default(30),
})

const quotas = z.object({
  clusters: z.number().default(20),
  nodes: z.number().default(200),
  snapshots: z.number().default(20),
  activeStatements: z.number().default(500),
  /** Long polls at once on one statement; AWS does not publish its number. */
  waitersPerStatement: z.number().default(5),
})

/** Everything that can be told to the double at its start. */
export const doubleOptions = z.strictObject({
  /** 0 takes a free port. */
  port: z.number().int().default(0),
  account: z.string().default('123456789012'),
  /** A user, or a role that is assumed with a web identity, in a session of its own for each set of credentials. */
  principalArn: z.string().default('arn:aws:iam::123456789012:user/sparkify-bot'),
  /** How long credentials of a role last. The SDK fetches new ones, and so another session name, for each request under 300. */
  sessionSeconds: z.number().positive().default(3600),
  /** The caller's identity-based policy. Without it everything is allowed. */
  principalPolicy: z.unknown().optional(),
  /** Managed policies that exist in the account, by ARN: to be attached, or to be a boundary. */
  managedPolicies: z.record(z.string(), z.unknown()).default({}),
  /** How many times faster than AWS. */
  speed: z.number().positive().default(1000),
  /** How many Describe calls must have seen a state before it passes, whatever the clock says. */
  describes: z.number().int().min(0).default(1),
  durations: durations.prefault({}),
  quotas: quotas.prefault({}),
  /** Servers that stand in for AWS may lack these three. Without a load history none of the SYS_LOAD views is there. */
  secretArn: z.boolean().default(true),
  availabilityStatus: z.boolean().default(true),
  loadHistory: z.boolean().default(true),
  /** How many times CreateCluster finds a role too new to be valid. */
  newRoleRefusals: z.number().int().default(0),
  serviceLinkedRole: z.boolean().default(false),
  defaultVpc: z.boolean().default(true),
  subnetGroups: z.array(z.string()).default([]),
  /** Folders that are read as if they were S3 buckets, by bucket name. */
  buckets: z
    .record(
      z.string(),
      // Everybody lists and reads a public one, also unsigned.
      z.object({ folder: z.string(), region: z.string(), isPublic: z.boolean().default(false) }),
    )
    .default({}),
  /** Keys in one page of a listing; AWS gives at most 1,000. */
  listPageKeys: z.number().int().positive().default(1000),
  resultPageRows: z.number().int().positive().default(500),
  /** The least time a statement runs, and a COPY per file, in milliseconds. */
  statementMs: z.number().min(0).default(0),
  copyMsPerFile: z.number().min(0).default(0),
})

/** The options as a test writes them. */
export type DoubleOptions = z.input<typeof doubleOptions>

/** The options with every default filled in. */
export type Options = z.output<typeof doubleOptions>
