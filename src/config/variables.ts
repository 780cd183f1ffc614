import { z } from 'zod'

/** The words of a comma-separated list. */
export function listed(text: string): string[] {
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

/** An amount in US dollars, or nothing. */
const usd = optional.pipe(
  z.union([
    z.literal(''),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, 'an amount in US dollars like 0.54')
      .transform(Number),
  ]),
)

const proxyWords = 'an http:// address such as http://proxy:8080'

/** The address of a proxy, which may be written without its scheme, as curl takes it; undefined where none is set. */
const proxy = optional
  .transform((said) => (said === '' || said.includes('://') ? said : `http://${said}`))
  .pipe(
    z.union([
      z.literal(''),
      // A user name or a password with a stray % cannot be decoded.
      z.url({ protocol: /^https?$/, error: proxyWords }).regex(/^(?:[^%]|%[\da-f]{2})*$/i, proxyWords),
    ]),
  )

/** Each variable with what it takes; the order is that of `.env.example`. */
export const variables = {
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
  SPARKIFY_GUESTS: z.enum(['refuse', 'viewer'], 'refuse or viewer').default('refuse'),
  SPARKIFY_SHARED_CHANNELS: z.enum(['refuse', 'allow'], 'refuse or allow').default('refuse'),
  SPARKIFY_ONCALL: ids,
  SPARKIFY_TWO_PERSON: z
    .enum(['on', 'off'], 'on or off')
    .default('off')
    .transform((said) => said === 'on'),
  SPARKIFY_APPROVERS: ids,
  SPARKIFY_APPROVE_ABOVE_USD: usd,
  SPARKIFY_BUDGET_USD: usd,
  SPARKIFY_HEARTBEAT_URL: optional.pipe(z.union([z.literal(''), z.url('a URL')])),
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
  HTTPS_PROXY: proxy,
  HTTP_PROXY: proxy,
  NO_PROXY: optional,
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
  REDSHIFT_HOURLY_USD: usd,
}

/** Names of all variables the program reads, in the order of `.env.example`. */
export const variableNames: readonly string[] = Object.keys(variables)
