import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { nearest } from './core/command/suggest.ts'
import { codeOf, messageOf, OpsError } from './core/errors.ts'
import { roles } from './core/people.ts'
import { listVariable, textVariable, usdVariable } from './core/variables.ts'
import { publishLimits } from './core/warehouse/limits.ts'
import { redshiftVariables } from './redshift/settings.ts'

/*
 * The only reader of the environment. Each field is declared once, described by its variable; a test keeps `.env.example` equal.
 */

const ids = listVariable.pipe(
  z.array(z.string().regex(/^[USW][A-Z0-9]{4,}$/, 'Slack user ids (U…) and user-group ids (S…), separated by commas')),
)
const url = z.url('a URL').nullable().default(null)

const proxyWords = 'an http:// address such as http://proxy:8080'

/** The address of a proxy, which may be written without its scheme, as curl takes it; empty where there is none. */
const proxy = z
  .string()
  .transform((value) => (value.includes('://') ? value : `http://${value}`))
  // A user name or a password with a stray % cannot be decoded.
  .pipe(z.url({ protocol: /^https?$/, error: proxyWords }).regex(/^(?:[^%]|%[\da-f]{2})*$/i, proxyWords))
  .default('')

const variables = z.object({
  engine: z.enum(['duckdb', 'redshift'], 'duckdb or redshift').default('duckdb').describe('SPARKIFY_ENGINE'),
  /** An absolute path. */
  dataDir: z
    .string()
    .default('.sparkify')
    .transform((path) => resolve(path))
    .describe('SPARKIFY_HOME'),
  ledgerUrl: z
    .string()
    .regex(/^(file:|libsql:|https?:)/, 'a file: or libsql: URL')
    .nullable()
    .default(null)
    .describe('SPARKIFY_LEDGER_URL'),
  logData: textVariable.describe('SPARKIFY_LOG_DATA'),
  songData: textVariable.describe('SPARKIFY_SONG_DATA'),
  duckdb: z.object({
    /** As DuckDB writes a size; null: a quarter of what the process may use. */
    memory: z
      .string()
      .regex(/^\d+(\.\d+)? ?[KMGT]i?B$/i, 'a size such as 2GB')
      .nullable()
      .default(null)
      .describe('SPARKIFY_MEMORY'),
    goneFiles: z.enum(['drop', 'keep'], 'drop or keep').default('drop').describe('SPARKIFY_GONE_FILES'),
    /** How many published loads are kept, the live one included. */
    keepLoads: z
      .string()
      .regex(/^[1-9]\d?$/, 'a number of loads from 1 to 99')
      .default('3')
      .transform(Number)
      .describe('SPARKIFY_KEEP_LOADS'),
  }),
  admins: ids.describe('SPARKIFY_ADMINS'),
  operators: ids.describe('SPARKIFY_OPERATORS'),
  access: z.object({
    guests: z.enum(['refuse', 'viewer'], 'refuse or viewer').default('refuse').describe('SPARKIFY_GUESTS'),
    sharedChannels: z
      .enum(['refuse', 'allow'], 'refuse or allow')
      .default('refuse')
      .describe('SPARKIFY_SHARED_CHANNELS'),
  }),
  /** What agents may do (`sparkify mcp`). */
  mcpRole: z.enum(roles, 'viewer, operator or admin').default('viewer').describe('SPARKIFY_MCP_ROLE'),
  policy: z.object({
    oncall: ids.describe('SPARKIFY_ONCALL'),
    publishLimits: publishLimits.describe('SPARKIFY_PUBLISH_LIMITS'),
    twoPerson: z
      .enum(['on', 'off'], 'on or off')
      .default('off')
      .transform((value) => value === 'on')
      .describe('SPARKIFY_TWO_PERSON'),
    approvers: ids.describe('SPARKIFY_APPROVERS'),
    approveAboveUsd: usdVariable.describe('SPARKIFY_APPROVE_ABOVE_USD'),
    budgetUsd: usdVariable.describe('SPARKIFY_BUDGET_USD'),
  }),
  /** Fetched after each good night; it may be as good as a password. */
  heartbeatUrl: url.describe('SPARKIFY_HEARTBEAT_URL'),
  /** Where the bot writes the audit log as it grows; an absolute path. */
  auditFile: z
    .string()
    .transform((path) => resolve(path))
    .nullable()
    .default(null)
    .describe('SPARKIFY_AUDIT_FILE'),
  host: z.string().default('127.0.0.1').describe('SPARKIFY_HOST'),
  /** Null: 3000, or the next free one. */
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'a port number')
    .transform(Number)
    .pipe(z.number().max(65_535))
    .nullable()
    .default(null)
    .describe('SPARKIFY_PORT'),
  /** Where the metrics are served; null: nowhere. */
  metrics: z
    .string()
    .regex(/^(?:\S+:)?\d{1,5}$/, 'a port number, or an address and one such as 0.0.0.0:9464')
    .transform((value) => {
      const at = value.lastIndexOf(':')
      const host = at < 0 ? '127.0.0.1' : value.slice(0, at).replace(/^\[(.*)\]$/, '$1')
      return { host, port: Number(value.slice(at + 1)) }
    })
    .pipe(z.object({ host: z.string(), port: z.number().max(65_535) }))
    .nullable()
    .default(null)
    .describe('SPARKIFY_METRICS_PORT'),
  /** What the local workspace shows above its messages; null: its own words. */
  banner: textVariable.describe('SPARKIFY_BANNER'),
  slack: z.object({
    botToken: z
      .string()
      .startsWith('xoxb-', 'a bot token, which begins with xoxb-')
      .nullable()
      .default(null)
      .describe('SLACK_BOT_TOKEN'),
    appToken: z
      .string()
      .startsWith('xapp-', 'an app-level token, which begins with xapp-')
      .nullable()
      .default(null)
      .describe('SLACK_APP_TOKEN'),
    signingSecret: textVariable.describe('SLACK_SIGNING_SECRET'),
    apiUrl: url.describe('SLACK_API_URL'),
  }),
  /** Proxies on the way out, for http: and https: addresses; empty where there is none. `bypass` is the list of NO_PROXY. */
  proxies: z.object({
    https: proxy.describe('HTTPS_PROXY'),
    http: proxy.describe('HTTP_PROXY'),
    bypass: z.string().default('').describe('NO_PROXY'),
  }),
  redshift: redshiftVariables,
})

type Values = z.output<typeof variables>

/** How Slack reaches the bot. `none`: the local workspace. */
type SlackConfig =
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

/** The configuration, checked and frozen. Paths are absolute; prefixes stay `s3://…`. */
export type Config = Readonly<Omit<Values, 'ledgerUrl' | 'logData' | 'songData' | 'slack'>> & {
  readonly ledgerUrl: string
  /** Null: the bot generates a small sample in its data folder. */
  readonly sources: { readonly log: string; readonly song: string } | null
  readonly slack: SlackConfig
  /** Probable mistakes, in sentences. */
  readonly warnings: readonly string[]
}

/** The names of all variables that an object of schemas reads. */
function namesIn(object: z.ZodObject): readonly string[] {
  return Object.values(object.shape).flatMap((type) => (type instanceof z.ZodObject ? namesIn(type) : [nameOf(type)]))
}

function nameOf(type: z.core.$ZodType): string {
  const name = z.globalRegistry.get(type)?.description
  if (name === undefined) throw new Error('a field of the configuration is not described by its variable')
  return name
}

/** Names of all variables that the program reads. */
export const variableNames: readonly string[] = namesIn(variables)

/** The values of the environment in the shape of an object of schemas. */
function inputOf(object: z.ZodObject, set: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object.shape).map(([field, type]) => [
      field,
      type instanceof z.ZodObject ? inputOf(type, set) : set[nameOf(type)],
    ]),
  )
}

const envFileRemedy = 'Write one NAME=value a line, as in .env.example.'

/**
 * Reads `.env` in the working folder, if there is one, without overruling what is set. Throws `bad_config` when it cannot be read, and for a
 * line that sets nothing or ends within quotation marks: Node skips it, so a file that was cut off would lose variables in silence. Throws
 * it for NODE_EXTRA_CA_CERTS as well, which Node reads before this.
 */
export function loadEnvFile(path = '.env'): void {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw new OpsError('bad_config', `The file ${path} cannot be read: ${messageOf(error)}.`, envFileRemedy, {
      cause: error,
    })
  }
  const line = lineThatSetsNothing(content)
  if (line !== null) {
    throw new OpsError(
      'bad_config',
      `Line ${line} of ${path} is incomplete: it does not set a variable.`,
      envFileRemedy,
    )
  }
  const certificates = () => process.env['NODE_EXTRA_CA_CERTS'] ?? ''
  const before = certificates()
  process.loadEnvFile(path)
  if (certificates() !== before) {
    throw new OpsError(
      'bad_config',
      `NODE_EXTRA_CA_CERTS is set in ${path}, which Node reads too late for it.`,
      'Set it in the environment in which the program is started.',
    )
  }
}

/** The number of the first line that is not empty, no comment and no whole assignment; null where there is none. */
function lineThatSetsNothing(content: string): number | null {
  // A quoted value may hold any characters, and line breaks, which are kept here so that lines can be counted.
  const unquoted = content.replaceAll(
    /^([^\S\n]*(?:export\s+)?[\w.-]+[^\S\n]*=[^\S\n]*)(["'`])([\s\S]*?)\2/gm,
    (_, name, __, value) => `${name}${'\n'.repeat(String(value).split('\n').length - 1)}`,
  )
  const at = unquoted
    .split(/\r?\n/)
    .findIndex((line) => !/^\s*(?:#.*|(?:export\s+)?[\w.-]+\s*=(?!\s*["'`]).*)?$/.test(line))
  return at < 0 ? null : at + 1
}

/** Whether text is coloured: FORCE_COLOR before NO_COLOR (https://no-color.org), as Node has it; `auto`: where a terminal shows colours. */
export function readColour(
  env: Readonly<Record<string, string | undefined>> = process.env,
): 'always' | 'never' | 'auto' {
  const force = env['FORCE_COLOR']
  if (force !== undefined) return ['0', 'false'].includes(force) ? 'never' : 'always'
  return (env['NO_COLOR'] ?? '') === '' ? 'auto' : 'never'
}

/** Checks the environment. Throws `bad_config` naming the variable, what is wrong with it, and the fix. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable is an unset one: compose files and CI set them empty. Those of proxies are written in lower case as well.
  const lower = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].map((name) => [name, env[name.toLowerCase()]] as const)
  const given = [...Object.entries(env), ...lower]
  const set = Object.fromEntries(given.filter(([, value]) => value !== undefined && value.trim() !== ''))
  const read = variables.safeParse(inputOf(variables, set))
  if (!read.success) throw wrongVariable(read.error.issues, set)
  const { logData, songData, slack, ...values } = read.data
  const { engine, dataDir, ledgerUrl } = values
  refusePassword('SPARKIFY_LEDGER_URL', ledgerUrl ?? '')
  if (engine === 'duckdb' && dataDir.includes('?')) {
    // DuckDB looks for the log of a database before the first "?" of its path (measured with 1.5.5), as in a URL.
    throw badVariable('SPARKIFY_HOME', `is ${dataDir}, and DuckDB reads no path with a "?"`, 'Choose another folder.')
  }
  const sources = sourcesOf(logData, songData)
  refuseAmongSources('SPARKIFY_COPY_TO', values.redshift.copyTo, sources)
  refuseAmongSources('SPARKIFY_WORK', values.redshift.work, sources)
  return Object.freeze({
    ...values,
    ledgerUrl: ledgerUrl ?? pathToFileURL(resolve(dataDir, 'state.db')).href,
    sources,
    slack: slackOf(slack),
    warnings: unusedVariables(set),
  })
}

function sourcesOf(log: string | null, song: string | null): Config['sources'] {
  if (log === null && song === null) return null
  if (log === null || song === null) {
    throw badVariable(
      log === null ? 'SPARKIFY_LOG_DATA' : 'SPARKIFY_SONG_DATA',
      'is empty while the other source is set',
      'Set SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA together, or neither for sample data.',
    )
  }
  return { log: located(log), song: located(song) }
}

/** Throws `bad_config` for a prefix under one of a source: COPY reads every key that begins with the source's, and would read ours. */
function refuseAmongSources(name: string, place: string | null, sources: Config['sources']): void {
  if (place === null) return
  const source = Object.values(sources ?? {}).find((prefix) => `${place}/`.startsWith(prefix))
  if (source === undefined) return
  throw badVariable(name, `is ${place}, within the source data ${source}`, 'Choose a prefix beside the source data.')
}

function located(source: string): string {
  return source.startsWith('s3://') || isAbsolute(source) ? source : resolve(source)
}

function slackOf({ botToken, appToken, signingSecret, ...values }: Values['slack']): SlackConfig {
  const apiUrl = values.apiUrl ?? undefined
  if (botToken === null && appToken === null && signingSecret === null) return { kind: 'none' }
  if (botToken === null) {
    throw badVariable(
      'SLACK_BOT_TOKEN',
      'is empty while another Slack variable is set',
      'Copy it from "OAuth & Permissions" of your Slack app.',
    )
  }
  if (appToken !== null) return { kind: 'socket', botToken, appToken, apiUrl }
  if (signingSecret !== null) return { kind: 'http', botToken, signingSecret, apiUrl }
  throw badVariable(
    'SLACK_APP_TOKEN',
    'is empty, and so is SLACK_SIGNING_SECRET',
    'Set SLACK_APP_TOKEN for Socket Mode (recommended) or SLACK_SIGNING_SECRET for HTTP.',
  )
}

/** Variables with our prefixes that nothing reads: a misspelt one would otherwise have no effect, in silence. */
function unusedVariables(set: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(set)
    .filter((name) => /^(SPARKIFY|REDSHIFT)_/.test(name) && !variableNames.includes(name))
    .map((name) => {
      const meant = nearest(name, variableNames)
      return `${name} is set but not used.${meant === null ? '' : ` Did you mean ${meant}?`}`
    })
}

/** Throws `bad_config` for an address with a user or password in it: it would be shown wherever the address is. */
function refusePassword(name: string, address: string): void {
  // What cannot be parsed is refused without being shown when it is opened.
  if (!URL.canParse(address)) return
  const { username, password } = new URL(address)
  if (username === '' && password === '') return
  throw badVariable(name, 'holds a user name or a password', 'Leave them out; give a token as ?authToken=….')
}

/** Values of the configuration that are never to be written anywhere: tokens, passwords, and addresses that are as good as one. */
export function secretsOf({ slack, proxies, ledgerUrl, heartbeatUrl }: Config): readonly string[] {
  const ledgerToken = URL.canParse(ledgerUrl) ? new URL(ledgerUrl).searchParams.get('authToken') : null
  const passwords = [proxies.http, proxies.https].flatMap((proxy) => {
    const { password } = new URL(proxy || 'http://none')
    return [password, decodeURIComponent(password)]
  })
  const known = [...passwords, ledgerToken ?? '', heartbeatUrl ?? '']
  if (slack.kind === 'none') return known
  return [...known, slack.botToken, slack.kind === 'socket' ? slack.appToken : slack.signingSecret]
}

function badVariable(name: string, problem: string, remedy: string): OpsError {
  return new OpsError('bad_config', `${name} ${problem}.`, remedy)
}

/** The error for the first wrong variable. Its schema has the words for what was expected. */
function wrongVariable(
  [issue]: readonly z.core.$ZodIssue[],
  set: Readonly<Record<string, string | undefined>>,
): OpsError {
  let type: z.core.$ZodType = variables
  for (const field of issue?.path ?? []) {
    const inner: z.core.$ZodType | undefined = type instanceof z.ZodObject ? type.shape[String(field)] : undefined
    if (inner === undefined) break
    type = inner
  }
  const name = nameOf(type)
  return badVariable(
    name,
    `is "${shownValue(name, set[name] ?? '')}", which is not ${issue?.message ?? 'right'}`,
    `Correct ${name} in the environment or in .env.`,
  )
}

/** A value that can be shown: never a secret. */
function shownValue(name: string, value: string): string {
  return /TOKEN|SECRET|URL|PROXY/.test(name) ? '…' : value.slice(0, 60)
}
