import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { listed, variableNames, variables } from './config/variables.ts'
import { nearest } from './core/command/suggest.ts'
import { messageOf, OpsError } from './core/errors.ts'
import type { AccessPolicy, Policy } from './core/policy.ts'

/*
 * The only reader of the environment. Each variable is declared once, in config/variables.ts; `.env.example` is kept equal by a test.
 */

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

/** Proxies on the way out, for http: and https: addresses; empty where there is none. `bypass` is the list of NO_PROXY. */
export interface ProxyConfig {
  readonly http: string
  readonly https: string
  readonly bypass: string
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
  readonly policy: Policy
  readonly access: AccessPolicy
  /** Fetched after each good night; it may be as good as a password. */
  readonly heartbeatUrl: string | null
  readonly host: string
  /** Null: 3000, or the next free one. */
  readonly port: number | null
  /** What the local workspace says above its messages; null: its own words. */
  readonly banner: string | null
  readonly slack: SlackConfig
  readonly proxies: ProxyConfig
  readonly redshift: RedshiftConfig
  /** Things that are probably not meant, in sentences. */
  readonly warnings: readonly string[]
}

/**
 * Reads `.env` in the working folder, if there is one, without overruling what is set. Throws `bad_config` where it cannot be read, and for a
 * line that sets nothing or ends within quotation marks: Node skips it, so a file that was cut off would lose variables in silence. Throws
 * it for NODE_EXTRA_CA_CERTS as well, which Node reads before this.
 */
export function loadEnvFile(path = '.env'): void {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw new OpsError('bad_config', `The file ${path} cannot be read: ${messageOf(error)}.`, envRemedy, {
      cause: error,
    })
  }
  const line = lineThatSetsNothing(content)
  if (line !== null)
    throw new OpsError('bad_config', `Line ${line} of ${path} is incomplete: it does not set a variable.`, envRemedy)
  const certificates = () => process.env['NODE_EXTRA_CA_CERTS'] ?? ''
  const early = certificates()
  process.loadEnvFile(path)
  if (certificates() !== early)
    throw new OpsError(
      'bad_config',
      `NODE_EXTRA_CA_CERTS is set in ${path}, which Node reads too late for it.`,
      'Set it in the environment in which the program is started.',
    )
}

const envRemedy = 'Write one NAME=value a line, as in .env.example.'

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

/** Checks the environment. Throws `bad_config` naming the variable, what is wrong with it, and the cure. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable is an unset one: compose files and CI set them empty. Those of proxies are written in lower case as well.
  const lower = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].map((name) => [name, env[name.toLowerCase()]] as const)
  const given = [...Object.entries(env), ...lower]
  const set = Object.fromEntries(given.filter(([, value]) => value !== undefined && value.trim() !== ''))
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
  refusePassword('SPARKIFY_LEDGER_URL', values.SPARKIFY_LEDGER_URL)
  const home = resolve(values.SPARKIFY_HOME)
  if (values.SPARKIFY_ENGINE === 'duckdb' && home.includes('?')) {
    // DuckDB looks for the log of a database before the first "?" of its path (measured with 1.5.5), as in a URL.
    throw badVariable('SPARKIFY_HOME', `is ${home}, and DuckDB reads no path with a "?"`, 'Choose another folder.')
  }
  return Object.freeze({
    engine: values.SPARKIFY_ENGINE,
    home,
    ledgerUrl:
      values.SPARKIFY_LEDGER_URL === '' ? pathToFileURL(resolve(home, 'state.db')).href : values.SPARKIFY_LEDGER_URL,
    sources: sourcesOf(values.SPARKIFY_LOG_DATA, values.SPARKIFY_SONG_DATA),
    admins: values.SPARKIFY_ADMINS,
    operators: values.SPARKIFY_OPERATORS,
    policy: {
      approveAboveUsd: values.SPARKIFY_APPROVE_ABOVE_USD === '' ? null : values.SPARKIFY_APPROVE_ABOVE_USD,
      budgetUsd: values.SPARKIFY_BUDGET_USD === '' ? null : values.SPARKIFY_BUDGET_USD,
      twoPerson: values.SPARKIFY_TWO_PERSON,
      approvers: values.SPARKIFY_APPROVERS,
      oncall: values.SPARKIFY_ONCALL,
    },
    access: { guests: values.SPARKIFY_GUESTS, sharedChannels: values.SPARKIFY_SHARED_CHANNELS },
    heartbeatUrl: values.SPARKIFY_HEARTBEAT_URL || null,
    host: values.SPARKIFY_HOST,
    port: values.SPARKIFY_PORT === '' ? null : values.SPARKIFY_PORT,
    banner: values.SPARKIFY_BANNER || null,
    slack: slackOf(values),
    proxies: { http: values.HTTP_PROXY, https: values.HTTPS_PROXY, bypass: values.NO_PROXY },
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
  return /TOKEN|SECRET|URL|PROXY/.test(name) ? '…' : String(value).slice(0, 60)
}
