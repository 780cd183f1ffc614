import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadEnvFile, readColour, readConfig, secretsOf, variableNames } from '../src/config.ts'
import { OpsError } from '../src/core/errors.ts'

function refusal(env: Record<string, string>): OpsError {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
  throw new Error('the configuration was taken')
}

describe('the configuration', () => {
  it('works with nothing set', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ engine: 'duckdb', sources: null, port: null, slack: { kind: 'none' }, warnings: [] })
    expect(config.dataDir).toBe(resolve('.sparkify'))
    expect(config.ledgerUrl).toMatch(/^file:\/\/.*\.sparkify\/state\.db$/)
  })

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ SPARKIFY_ENGINE: '', SPARKIFY_PORT: ' ', SLACK_BOT_TOKEN: '' })).toEqual(readConfig({}))
  })

  it('reads what a load may lose', () => {
    expect(readConfig({}).policy.publishLimits).toEqual({ days: 2, rows: 1, coverage: 2, min: 20 })
    expect(readConfig({ SPARKIFY_PUBLISH_LIMITS: 'off' }).policy.publishLimits).toBeNull()
    expect(readConfig({ SPARKIFY_PUBLISH_LIMITS: 'rows=0.5%,min=5' }).policy.publishLimits).toMatchObject({
      rows: 0.5,
      min: 5,
    })
  })

  it('makes folders absolute and leaves s3 prefixes alone', () => {
    expect(readConfig({ SPARKIFY_LOG_DATA: 'data/log', SPARKIFY_SONG_DATA: 's3://bucket/song' }).sources).toEqual({
      log: resolve('data/log'),
      song: 's3://bucket/song',
    })
  })

  it('reads ids of people and groups; on Enterprise Grid those of people begin with W', () => {
    const { admins, operators } = readConfig({
      SPARKIFY_ADMINS: 'U02AB3C4D, S0GROUP01',
      SPARKIFY_OPERATORS: 'U0OTTO001,W0ERNA001,',
    })
    expect(admins).toEqual(['U02AB3C4D', 'S0GROUP01'])
    expect(operators).toEqual(['U0OTTO001', 'W0ERNA001'])
  })

  it.each([
    [{ SPARKIFY_ENGINE: 'postgres' }, 'SPARKIFY_ENGINE is "postgres", which is not duckdb or redshift.'],
    [{ SPARKIFY_PORT: 'web' }, 'SPARKIFY_PORT is "web", which is not a port number.'],
    [{ SPARKIFY_PORT: '70000' }, 'SPARKIFY_PORT is "70000"'],
    [{ SPARKIFY_ADMINS: 'ada@sparkify.com' }, 'SPARKIFY_ADMINS is "ada@sparkify.com", which is not Slack user ids'],
    [{ SPARKIFY_LOG_DATA: '/data' }, 'SPARKIFY_SONG_DATA is empty while the other source is set.'],
    [{ SLACK_APP_TOKEN: 'xapp-1' }, 'SLACK_BOT_TOKEN is empty while another Slack variable is set.'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1' }, 'SLACK_APP_TOKEN is empty, and so is SLACK_SIGNING_SECRET.'],
    [{ SPARKIFY_HOME: '/data/what?' }, 'SPARKIFY_HOME is /data/what?, and DuckDB reads no path with a "?".'],
    [{ REDSHIFT_NODES: '0' }, 'REDSHIFT_NODES is "0", which is not a number of nodes.'],
    [{ REDSHIFT_TAGS: 'team' }, 'REDSHIFT_TAGS is "team", which is not tags like team=data,cost-center=42.'],
    [{ SPARKIFY_PUBLISH_LIMITS: 'days=2' }, 'SPARKIFY_PUBLISH_LIMITS is "days=2", which is not off, or limits such as'],
    [
      {
        SPARKIFY_LOG_DATA: 's3://bucket/log',
        SPARKIFY_SONG_DATA: 's3://bucket/song/',
        SPARKIFY_COPY_TO: 's3://bucket/song',
      },
      'SPARKIFY_COPY_TO is s3://bucket/song, within the source data s3://bucket/song/.',
    ],
    [
      {
        SPARKIFY_LOG_DATA: 's3://bucket/log',
        SPARKIFY_SONG_DATA: 's3://bucket/song',
        SPARKIFY_WORK: 's3://bucket/log-work',
      },
      'SPARKIFY_WORK is s3://bucket/log-work, within the source data s3://bucket/log.',
    ],
    [{ SPARKIFY_BUDGET_USD: '-1' }, 'SPARKIFY_BUDGET_USD is "-1", which is not an amount in US dollars like 0.54.'],
    [{ https_proxy: 'ftp://proxy' }, 'HTTPS_PROXY is "…", which is not an http:// address such as http://proxy:8080.'],
  ])('names variable, problem and fix for %j', (env, message) => {
    const error = refusal(env)
    expect(error.code).toBe('bad_config')
    expect(error.message).toContain(message)
    expect(error.remedy).not.toBe('')
  })

  it('never repeats a secret in its complaint', () => {
    const error = refusal({ SLACK_BOT_TOKEN: 'very-secret-value', SLACK_APP_TOKEN: 'xapp-1' })
    expect(error.message).toContain('SLACK_BOT_TOKEN is "…", which is not a bot token')
    expect(`${error.message}${error.remedy}${error.stack}`).not.toContain('very-secret-value')
  })

  it('warns of a misspelt variable, which would otherwise be without effect', () => {
    expect(readConfig({ SPARKIFY_ADMIN: 'U02AB3C4D' }).warnings).toEqual([
      'SPARKIFY_ADMIN is set but not used. Did you mean SPARKIFY_ADMINS?',
    ])
  })

  it.each([
    [{ SPARKIFY_KEEP_LOADS: '0' }, 'a number of loads from 1 to 99'],
    [{ SPARKIFY_KEEP_LOADS: '100' }, 'a number of loads from 1 to 99'],
    [{ SPARKIFY_PORT: '65536' }, 'SPARKIFY_PORT is "65536"'],
    [{ SPARKIFY_METRICS_PORT: '65536' }, 'SPARKIFY_METRICS_PORT is "65536"'],
    [{ SPARKIFY_METRICS_PORT: 'here:' }, 'a port number, or an address and one'],
    [{ SPARKIFY_MEMORY: '2 gigabytes' }, 'a size such as 2GB'],
    [{ SPARKIFY_GUESTS: 'admin' }, 'refuse or viewer'],
    [{ SPARKIFY_SHARED_CHANNELS: 'yes' }, 'refuse or allow'],
    [{ SPARKIFY_MCP_ROLE: 'owner' }, 'viewer, operator or admin'],
    [{ SPARKIFY_TWO_PERSON: 'true' }, 'on or off'],
    [{ SPARKIFY_GONE_FILES: 'forget' }, 'drop or keep'],
    [{ SPARKIFY_APPROVERS: 'U02AB3C4D,ada' }, 'Slack user ids'],
    [{ SPARKIFY_ONCALL: 'C02AB3C4D' }, 'Slack user ids'],
    [{ SPARKIFY_LEDGER_URL: '/data/state.db' }, 'a file: or libsql: URL'],
    [{ SPARKIFY_HEARTBEAT_URL: 'beat' }, 'SPARKIFY_HEARTBEAT_URL is "…", which is not a URL.'],
    [{ SPARKIFY_SONG_DATA: '/data' }, 'SPARKIFY_LOG_DATA is empty while the other source is set.'],
    [{ SLACK_SIGNING_SECRET: 's' }, 'SLACK_BOT_TOKEN is empty while another Slack variable is set.'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xoxb-1' }, 'an app-level token, which begins with xapp-'],
    [{ HTTP_PROXY: 'http://ada:100%@proxy' }, 'HTTP_PROXY is "…"'],
    [{ REDSHIFT_NODES: '1000' }, 'a number of nodes'],
    [{ REDSHIFT_CLUSTER_ID: 'two--hyphens' }, 'single hyphens'],
    [{ REDSHIFT_HOURLY_USD: '0,54' }, 'an amount in US dollars like 0.54'],
    [{ REDSHIFT_CLUSTER_ID: `a${'b'.repeat(63)}` }, 'REDSHIFT_CLUSTER_ID is "abbb'],
    [{ REDSHIFT_DATABASE: `a${'b'.repeat(64)}` }, 'a database name in lower case'],
    [{ REDSHIFT_ADMIN_USER: 'Admin' }, 'a user name in lower case'],
    [{ REDSHIFT_ROLE_NAME: 'r'.repeat(65) }, 'an IAM role name'],
    [{ REDSHIFT_NODE_TYPE: 'large' }, 'a node type such as ra3.large'],
    [{ REDSHIFT_KIND: 'cluster' }, 'provisioned or serverless'],
    [{ REDSHIFT_BASE_RPU: '0' }, '4, or a multiple of 8 up to 1024'],
    [{ REDSHIFT_BASE_RPU: '12' }, '4, or a multiple of 8 up to 1024'],
    [{ REDSHIFT_MAX_RPU: '1032' }, '4, or a multiple of 8 up to 1024'],
    [{ REDSHIFT_DAILY_RPU_HOURS: '0' }, 'a whole number of RPU-hours'],
    [{ REDSHIFT_TAGS: `${'k'.repeat(129)}=v` }, 'tags like team=data'],
    [{ SPARKIFY_COPY_TO: 's3://bucket' }, 's3://bucket/prefix'],
    [{ SPARKIFY_WORK: "s3://bucket/it's" }, 's3://bucket/prefix'],
    [{ SPARKIFY_ENGINE: 'x'.repeat(100) }, `is "${'x'.repeat(60)}", which`],
  ])('refuses what lies beyond, %j', (env, words) => {
    expect(refusal(env)).toMatchObject({ code: 'bad_config', message: expect.stringContaining(words) })
  })

  it.each<[env: Record<string, string>, config: object]>([
    [{ SPARKIFY_KEEP_LOADS: '99' }, { duckdb: { keepLoads: 99 } }],
    [{ SPARKIFY_MEMORY: '1.5 GiB' }, { duckdb: { memory: '1.5 GiB' } }],
    [{ SPARKIFY_PORT: '65535' }, { port: 65_535 }],
    [{ SPARKIFY_METRICS_PORT: '9464' }, { metrics: { host: '127.0.0.1', port: 9464 } }],
    [{ SPARKIFY_METRICS_PORT: '0.0.0.0:65535' }, { metrics: { host: '0.0.0.0', port: 65_535 } }],
    [{ SPARKIFY_METRICS_PORT: '[::1]:9464' }, { metrics: { host: '::1', port: 9464 } }],
    [{ SPARKIFY_TWO_PERSON: 'on' }, { policy: { twoPerson: true } }],
    [
      { SPARKIFY_APPROVE_ABOVE_USD: '0.5', SPARKIFY_BUDGET_USD: '40' },
      { policy: { approveAboveUsd: 0.5, budgetUsd: 40 } },
    ],
    [
      { SPARKIFY_ONCALL: 'U02AB3C4D', SPARKIFY_APPROVERS: 'S0GROUP01' },
      { policy: { oncall: ['U02AB3C4D'], approvers: ['S0GROUP01'] } },
    ],
    [{ SPARKIFY_AUDIT_FILE: 'audit.jsonl' }, { auditFile: resolve('audit.jsonl') }],
    [{ SPARKIFY_HOME: 'home' }, { dataDir: resolve('home') }],
    [{ SPARKIFY_LEDGER_URL: 'libsql://ledger.example.com' }, { ledgerUrl: 'libsql://ledger.example.com' }],
    [
      { https_proxy: 'proxy:8080', HTTP_PROXY: 'http://one', no_proxy: 'a,b' },
      { proxies: { https: 'http://proxy:8080', http: 'http://one', bypass: 'a,b' } },
    ],
    [{ HTTPS_PROXY: 'http://upper', https_proxy: 'http://lower' }, { proxies: { https: 'http://lower' } }],
    [{ HTTPS_PROXY: 'http://upper', https_proxy: '' }, { proxies: { https: 'http://upper' } }],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', SLACK_API_URL: 'http://here/api/' },
      { slack: { kind: 'http', botToken: 'xoxb-1', signingSecret: 's', apiUrl: 'http://here/api/' } },
    ],
    [
      { REDSHIFT_CLUSTER_ID: `a${'b'.repeat(62)}`, REDSHIFT_DATABASE: `a${'b'.repeat(63)}`, REDSHIFT_NODES: '999' },
      { redshift: { clusterId: `a${'b'.repeat(62)}`, database: `a${'b'.repeat(63)}`, nodes: 999 } },
    ],
    [
      { REDSHIFT_BASE_RPU: '4', REDSHIFT_MAX_RPU: '1024', REDSHIFT_DAILY_RPU_HOURS: '999999' },
      { redshift: { serverless: { baseRpu: 4, maxRpu: 1024, dailyRpuHours: 999_999 } } },
    ],
    [{ REDSHIFT_TAGS: 'team=data, empty=' }, { redshift: { tags: { team: 'data', empty: '' } } }],
    [{ SPARKIFY_UNRELATED: 'x', SLACK_OTHER: 'x' }, { warnings: ['SPARKIFY_UNRELATED is set but not used.'] }],
  ])('reads %j', (env, config) => {
    expect(readConfig(env)).toMatchObject(config)
  })

  it('prefers Socket Mode when both ways to Slack are set', () => {
    const { slack } = readConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_SIGNING_SECRET: 's' })
    expect(slack).toEqual({ kind: 'socket', botToken: 'xoxb-1', appToken: 'xapp-1', apiUrl: undefined })
  })
})

describe('.env.example', () => {
  it('names every variable the program reads, in the same order, and no other', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8')
    const named = [...text.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name)
    expect([...new Set(named)].toSorted()).toEqual([...variableNames].toSorted())
  })

  it('is a valid configuration when everything in it is uncommented', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8')
    const env = Object.fromEntries(
      [...text.matchAll(/^# ([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value ?? '']),
    )
    expect(readConfig(env).sources).toEqual({ log: 's3://udacity-dend/log_data', song: 's3://udacity-dend/song_data' })
  })

  it('gives the default of each variable that has one', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8')
    const given = [...text.matchAll(/^# ([A-Z][A-Z0-9_]+)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value])
    const different = given.filter(([name = '', value = '']) => {
      if (/^SPARKIFY_(LOG|SONG)_DATA$/.test(name)) return false
      return JSON.stringify(readConfig({ [name]: value })) !== JSON.stringify(readConfig({}))
    })
    expect(different.map(([name]) => name)).toEqual([
      'SPARKIFY_DATA_REGION',
      'SPARKIFY_PORT',
      'HTTPS_PROXY',
      'SPARKIFY_WORK',
      'SPARKIFY_COPY_TO',
    ])
  })

  it('names the same public data as the docs do', async () => {
    const publicData = async (file: string) => {
      const text = await readFile(new URL(`../${file}`, import.meta.url), 'utf8')
      return [...text.matchAll(/^(?:# )?(SPARKIFY_\w+=s3:\/\/udacity-dend\S*)$/gm)].map(([, line]) => line)
    }
    expect(await publicData('docs/aws.md')).toEqual(await publicData('.env.example'))
    expect(await publicData('.env.example')).toHaveLength(2)
  })
})

it.each<[env: Record<string, string>, colour: string]>([
  [{}, 'auto'],
  [{ NO_COLOR: '' }, 'auto'],
  [{ NO_COLOR: '0' }, 'never'],
  [{ FORCE_COLOR: '' }, 'always'],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, 'always'],
  [{ FORCE_COLOR: '0' }, 'never'],
  [{ FORCE_COLOR: 'false' }, 'never'],
])('Colours are shown as %j says: %s', (env, colour) => {
  expect(readColour(env)).toBe(colour)
})

describe('a secret in the configuration', () => {
  it.each(['libsql://ada:hunter2@ledger.example.com', 'https://hunter2@ledger.example.com/'])(
    'is refused in the address of the ledger by the name of the variable, and not shown: %s',
    (SPARKIFY_LEDGER_URL) => {
      const thrown = caught(() => readConfig({ SPARKIFY_LEDGER_URL }))
      expect(thrown).toMatchObject({
        code: 'bad_config',
        message: 'SPARKIFY_LEDGER_URL holds a user name or a password.',
      })
      expect(JSON.stringify(thrown)).not.toContain('hunter2')
    },
  )

  it('is known to the log, wherever it stands', () => {
    const config = readConfig({
      SPARKIFY_LEDGER_URL: 'libsql://ledger.example.com?authToken=of-the-ledger',
      SPARKIFY_HEARTBEAT_URL: 'https://beat.example.com/of-the-beat',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 'of-slack',
      HTTPS_PROXY: 'http://ada:of%2Dthe-proxy@proxy.example.com',
    })
    expect(secretsOf(config)).toEqual(
      expect.arrayContaining([
        'of-the-ledger',
        'https://beat.example.com/of-the-beat',
        'xoxb-1',
        'of-slack',
        'of-the-proxy',
        'of%2Dthe-proxy',
      ]),
    )
  })
})

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('the file .env', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparkify-env-'))
  })
  afterEach(async () => {
    delete process.env['SPARKIFY_BANNER']
    await rm(folder, { recursive: true })
  })
  const file = () => join(folder, '.env')
  const written = async (content: string): Promise<void> => {
    await writeFile(file(), content)
    loadEnvFile(file())
  }

  it('may be missing', () => {
    expect(() => loadEnvFile(file())).not.toThrow()
  })

  it.each([
    'SPARKIFY_BANNER=Hello',
    '# A comment, "quoted\n\n  export SPARKIFY_BANNER = Hello # words\r\nSPARKIFY_PORT=\n',
    'SPARKIFY_BANNER="Hello"',
    "SPARKIFY_BANNER='Hello' # it's\nSPARKIFY_ONCALL=U0#1",
    'SPARKIFY_ONCALL="two\nlines"\nSPARKIFY_BANNER=`Hello`',
  ])('sets what it holds: %j', async (content) => {
    await written(content)
    expect(process.env['SPARKIFY_BANNER']).toBe('Hello')
  })

  it.each([
    ['SPARKIFY_PORT=3000\nSPARKIFY_ADM', 2],
    ['SPARKIFY_BANNER=Hello\n\nSPARKIFY_ADMINS="U0123', 3],
    ['SPARKIFY_ONCALL="two\nlines"\nSPARKIFY_ADMINS', 3],
  ])('is refused where it was cut off, as a variable would be lost: %j', async (content, line) => {
    await expect(written(content)).rejects.toMatchObject({
      code: 'bad_config',
      message: `Line ${line} of ${file()} is incomplete: it does not set a variable.`,
    })
    expect(process.env['SPARKIFY_BANNER']).toBeUndefined()
  })

  it('cannot name the certificates of a company, which Node reads before it', async () => {
    delete process.env['NODE_EXTRA_CA_CERTS']
    await expect(written('NODE_EXTRA_CA_CERTS=/company.pem')).rejects.toMatchObject({
      code: 'bad_config',
      message: `NODE_EXTRA_CA_CERTS is set in ${file()}, which Node reads too late for it.`,
      remedy: 'Set it in the environment in which the program is started.',
    })
    // Where both set it, the environment counts.
    await expect(written('NODE_EXTRA_CA_CERTS=/other.pem')).resolves.toBeUndefined()
  })

  it('is refused where it is a folder', async () => {
    await mkdir(file())
    expect(() => loadEnvFile(file())).toThrow(`The file ${file()} cannot be read`)
  })
})
