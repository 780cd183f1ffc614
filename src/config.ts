import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { nearest } from './core/command/suggest.ts'
import { OpsError } from './core/errors.ts'

/*
 * The only reader of the environment. Each variable is declared once, here, with its meaning; `.env.example` is kept equal by a test.
 */

/** The words of a comma-separated list. */
function listed(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

const ids = z
  .string()
  .default('')
  .transform(listed)
  .pipe(
    z.array(
      z.string().regex(/^[USW][A-Z0-9]{4,}$/, 'Slack user ids (U…) and user-group ids (S…), separated by commas'),
    ),
  )

const tags = z
  .string()
  .default('')
  .transform(listed)
  .pipe(z.array(z.string().regex(/^[^=]{1,128}=[^=]{0,256}$/, 'tags like team=data,cost-center=42')))
  .transform((pairs) =>
    Object.fromEntries(pairs.map((pair): [string, string] => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? ''])),
  )

const optional = z.string().default('')
const path = z.string().min(1)

const variables = {
  SPARKIFY_ENGINE: z.enum(['duckdb', 'redshift'], 'duckdb or redshift').default('duckdb'),
  SPARKIFY_HOME: path.default('.sparkify'),
  SPARKIFY_LEDGER_URL: optional.pipe(
    z.union([z.literal(''), z.string().regex(/^(file:|libsql:|https?:)/, 'a file: or libsql: URL')]),
  ),
  SPARKIFY_LOG_DATA: optional,
  SPARKIFY_SONG_DATA: optional,
  SPARKIFY_LOG_JSONPATHS: optional,
  SPARKIFY_DATA_REGION: optional,
  SPARKIFY_ADMINS: ids,
  SPARKIFY_OPERATORS: ids,
  SPARKIFY_ONCALL: ids,
  SPARKIFY_HOST: z.string().default('127.0.0.1'),
  SPARKIFY_PORT: optional.pipe(
    z.union([
      z.literal(''),
      z
        .string()
        .regex(/^\d{1,5}$/, 'a port number')
        .transform(Number)
        .pipe(z.number().max(65_535)),
    ]),
  ),
  SPARKIFY_BANNER: optional,
  SLACK_BOT_TOKEN: optional.pipe(
    z.union([z.literal(''), z.string().startsWith('xoxb-', 'a bot token, which begins with xoxb-')]),
  ),
  SLACK_APP_TOKEN: optional.pipe(
    z.union([z.literal(''), z.string().startsWith('xapp-', 'an app-level token, which begins with xapp-')]),
  ),
  SLACK_SIGNING_SECRET: optional,
  SLACK_API_URL: optional.pipe(z.union([z.literal(''), z.url('a URL')])),
  AWS_REGION: optional,
  REDSHIFT_CLUSTER_ID: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens')
    .max(63)
    .default('sparkify'),
  REDSHIFT_NODE_TYPE: z
    .string()
    .regex(/^[a-z0-9]+\.[a-z0-9]+$/, 'a node type such as ra3.large')
    .default('ra3.large'),
  REDSHIFT_NODES: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'a number of nodes')
    .default('1')
    .transform(Number),
  REDSHIFT_DATABASE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,63}$/, 'a database name in lower case')
    .default('sparkify'),
  REDSHIFT_ADMIN_USER: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,127}$/, 'a user name in lower case')
    .default('sparkify_admin'),
  REDSHIFT_ROLE_NAME: z
    .string()
    .regex(/^[\w+=,.@-]{1,64}$/, 'an IAM role name')
    .default('sparkify-s3-read'),
  REDSHIFT_ROLE_ARN: optional,
  REDSHIFT_SUBNET_GROUP: optional,
  REDSHIFT_SECURITY_GROUPS: optional,
  REDSHIFT_PERMISSIONS_BOUNDARY: optional,
  REDSHIFT_TAGS: tags,
  REDSHIFT_HOURLY_USD: optional.pipe(
    z.union([
      z.literal(''),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/, 'a price like 0.54')
        .transform(Number),
    ]),
  ),
}

/** Names of all variables the program reads, in the order of `.env.example`. */
export const variableNames: readonly string[] = Object.keys(variables)

/** How Slack reaches the bot. `none`: the local workspace stands in. */
export type SlackConfig =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'socket'
      readonly botToken: string
      readonly appToken: string
      readonly apiUrl: string | undefined
    }
  | {
      readonly kind: 'http'
      readonly botToken: string
      readonly signingSecret: string
      readonly apiUrl: string | undefined
    }

/** What provisioning and loading on AWS need; empty variables are null. Credentials and endpoints are the AWS SDK's own. */
export interface RedshiftConfig {
  /** Null: the SDK looks for it. */
  readonly region: string | null
  /** The bucket's region, where it is not the cluster's. */
  readonly dataRegion: string | null
  readonly jsonPaths: string | null
  readonly clusterId: string
  readonly nodeType: string
  readonly nodes: number
  readonly database: string
  readonly adminUser: string
  readonly roleName: string
  readonly roleArn: string | null
  readonly subnetGroup: string | null
  readonly securityGroups: readonly string[]
  readonly permissionsBoundary: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly hourlyUsd: number | null
}

/** The configuration, checked and frozen. Paths are absolute; prefixes stay `s3://…`. */
export interface Config {
  readonly engine: 'duckdb' | 'redshift'
  readonly home: string
  readonly ledgerUrl: string
  /** Null: the bot generates a small sample in its home. */
  readonly sources: { readonly log: string; readonly song: string } | null
  readonly admins: readonly string[]
  readonly operators: readonly string[]
  readonly oncall: readonly string[]
  readonly host: string
  /** Null: 3000, or the next free one. */
  readonly port: number | null
  /** What the local workspace says above its messages; null: its own words. */
  readonly banner: string | null
  readonly slack: SlackConfig
  readonly redshift: RedshiftConfig
  /** Things that are probably not meant, in sentences. */
  readonly warnings: readonly string[]
}

/** Reads `.env` beside the program's working folder, if there is one, without overruling what is set. */
export function loadEnvFile(): void {
  try {
    process.loadEnvFile()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

/** Checks the environment. Throws `bad_config` naming the variable, what is wrong with it, and the cure. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable is an unset one: compose files and CI set them empty.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''))
  const read = z.object(variables).safeParse(set)
  if (!read.success) {
    const [issue] = read.error.issues
    const name = String(issue?.path[0])
    throw badVariable(
      name,
      `is "${shownValue(name, set[name] ?? '')}", which is not ${expected(issue)}`,
      `Correct ${name} in the environment or in .env.`,
    )
  }
  const values = read.data
  const home = resolve(values.SPARKIFY_HOME)
  return Object.freeze({
    engine: values.SPARKIFY_ENGINE,
    home,
    ledgerUrl:
      values.SPARKIFY_LEDGER_URL === '' ? pathToFileURL(resolve(home, 'state.db')).href : values.SPARKIFY_LEDGER_URL,
    sources: sourcesOf(values.SPARKIFY_LOG_DATA, values.SPARKIFY_SONG_DATA),
    admins: values.SPARKIFY_ADMINS,
    operators: values.SPARKIFY_OPERATORS,
    oncall: values.SPARKIFY_ONCALL,
    host: values.SPARKIFY_HOST,
    port: values.SPARKIFY_PORT === '' ? null : values.SPARKIFY_PORT,
    banner: values.SPARKIFY_BANNER || null,
    slack: slackOf(values),
    redshift: {
      region: values.AWS_REGION || null,
      dataRegion: values.SPARKIFY_DATA_REGION || null,
      jsonPaths: values.SPARKIFY_LOG_JSONPATHS || null,
      clusterId: values.REDSHIFT_CLUSTER_ID,
      nodeType: values.REDSHIFT_NODE_TYPE,
      nodes: values.REDSHIFT_NODES,
      database: values.REDSHIFT_DATABASE,
      adminUser: values.REDSHIFT_ADMIN_USER,
      roleName: values.REDSHIFT_ROLE_NAME,
      roleArn: values.REDSHIFT_ROLE_ARN || null,
      subnetGroup: values.REDSHIFT_SUBNET_GROUP || null,
      securityGroups: listed(values.REDSHIFT_SECURITY_GROUPS),
      permissionsBoundary: values.REDSHIFT_PERMISSIONS_BOUNDARY || null,
      tags: values.REDSHIFT_TAGS,
      hourlyUsd: values.REDSHIFT_HOURLY_USD === '' ? null : values.REDSHIFT_HOURLY_USD,
    },
    warnings: strangers(set),
  })
}

function sourcesOf(log: string, song: string): Config['sources'] {
  if (log === '' && song === '') return null
  if (log === '' || song === '') {
    const missing = log === '' ? 'SPARKIFY_LOG_DATA' : 'SPARKIFY_SONG_DATA'
    throw badVariable(
      missing,
      'is empty while the other source is set',
      'Set SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA together, or neither for sample data.',
    )
  }
  return { log: located(log), song: located(song) }
}

function located(source: string): string {
  return source.startsWith('s3://') || isAbsolute(source) ? source : resolve(source)
}

function slackOf(values: {
  SLACK_BOT_TOKEN: string
  SLACK_APP_TOKEN: string
  SLACK_SIGNING_SECRET: string
  SLACK_API_URL: string
}): SlackConfig {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values
  const apiUrl = values.SLACK_API_URL === '' ? undefined : values.SLACK_API_URL
  if (botToken === '' && appToken === '' && signingSecret === '') return { kind: 'none' }
  if (botToken === '') {
    throw badVariable(
      'SLACK_BOT_TOKEN',
      'is empty while another Slack variable is set',
      'Copy it from "OAuth & Permissions" of your Slack app.',
    )
  }
  if (appToken !== '') return { kind: 'socket', botToken, appToken, apiUrl }
  if (signingSecret !== '') return { kind: 'http', botToken, signingSecret, apiUrl }
  throw badVariable(
    'SLACK_APP_TOKEN',
    'is empty, and so is SLACK_SIGNING_SECRET',
    'Set SLACK_APP_TOKEN for Socket Mode (recommended) or SLACK_SIGNING_SECRET for HTTP.',
  )
}

/** Variables with our prefix that nobody reads: a misspelt one would otherwise be silently without effect. */
function strangers(set: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(set)
    .filter((name) => /^(SPARKIFY|REDSHIFT)_/.test(name) && !variableNames.includes(name))
    .map((name) => {
      const meant = nearest(name, variableNames)
      return `${name} is set, but is no variable of this program${meant === null ? '' : `; did you mean ${meant}?`}`
    })
}

function badVariable(name: string, problem: string, cure: string): OpsError {
  return new OpsError('bad_config', `${name} ${problem}.`, cure)
}

// Zod words most faults for programmers; every variable above gives its own words where people need others.
function expected(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'right'
  if (issue.code === 'invalid_union') {
    const own = issue.errors.flat().find(({ code }) => code !== 'invalid_value')
    return own?.message ?? issue.message
  }
  return issue.message
}

/** A value that can be shown: never a secret. */
function shownValue(name: string, value: unknown): string {
  return /TOKEN|SECRET|URL/.test(name) ? '…' : String(value).slice(0, 60)
}
