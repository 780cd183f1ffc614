import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Left } from '../support/aws/control/left.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

/*
 * The bot on Redshift against a stand-in for AWS, in the local workspace, from nothing to nothing: `npm run rehearsal`; with
 * `npm run rehearsal -- serverless` on Redshift Serverless.
 * Run from `dist/rehearsal/rehearsal/`, where the build puts it.
 */

const boot = fileURLToPath(new URL('../../boot.cjs', import.meta.url))
const bucket = 'sparkify-data'
const region = 'us-west-2'

// A creation of five minutes takes ten seconds, a whole life of about ten minutes twenty.
const timesFaster = 30

// The catalogue is 400 files: its COPY takes sixteen seconds, long enough to be seen halfway.
const copyMsPerFile = 40
const statementMs = 100

const isServerless = process.argv[2] === 'serverless'

// Of no region: the rehearsal shows what a configured price does.
const serverless = { REDSHIFT_KIND: 'serverless', REDSHIFT_RPU_HOUR_USD: '0.36' }

/** What the bot's process is given of this one's environment: no credentials, no tokens, no profile. */
const { PATH = '', SPARKIFY_PORT = '' } = process.env
const approval = ['SPARKIFY_TWO_PERSON', 'SPARKIFY_APPROVERS', 'SPARKIFY_APPROVE_ABOVE_USD', 'SPARKIFY_BUDGET_USD'].map(
  (name) => [name, process.env[name] ?? ''],
)

/** Generates the sample that is the bucket, as `npm run sample` does. */
async function fillBucket(folder: string): Promise<void> {
  const args = ['--events', '4000', '--songs', '400', '--days', '14', '--out', folder]
  const child = spawn(process.execPath, [boot, 'sample', ...args], {
    env: { PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the sample could not be generated (exit status ${code})`)
}

/** Starts the bot in a folder of its own, where no `.env` lies, and in a process group of its own: Ctrl-C is passed on in order. */
function startBot(home: string, double: Double) {
  const env = {
    ...double.env,
    ...Object.fromEntries(approval),
    PATH,
    SPARKIFY_PORT,
    SPARKIFY_ENGINE: 'redshift',
    SPARKIFY_HOME: home,
    SPARKIFY_LOG_DATA: `s3://${bucket}/log_data`,
    SPARKIFY_SONG_DATA: `s3://${bucket}/song_data`,
    SPARKIFY_COPY_TO: `s3://${bucket}/copies`,
    SPARKIFY_BANNER: 'Rehearsal: no AWS account is used. A stand-in answers, on a clock thirty times faster.',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(isServerless ? serverless : {}),
  }
  return spawn(process.execPath, [boot, 'main'], { cwd: home, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What is left, as a person reads it. */
function interruptedWords({ clusters, snapshots, serverless: others = [], roles }: Left): string {
  const things = [
    ...clusters.map(({ identifier, state }) => `cluster ${identifier} (${state})`),
    ...snapshots.map(({ identifier, retentionDays }) => `snapshot ${identifier} (${retentionDays} days)`),
    ...others,
    ...roles.map((name) => `role ${name}`),
  ]
  return things.length === 0 ? 'nothing' : things.join(', ')
}

async function main(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'sparkify-rehearsal-'))
  const folder = join(home, 'bucket')
  await fillBucket(folder)
  const double = await startDouble({
    speed: timesFaster,
    statementMs,
    copyMsPerFile,
    buckets: { [bucket]: { folder, region } },
  })
  const bot = startBot(home, double)
  const logPath = join(home, 'log')
  bot.stderr.pipe(createWriteStream(logPath))
  const gone = once(bot, 'exit')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => bot.kill('SIGTERM'))
  process.on('exit', () => bot.kill('SIGKILL'))

  let said = ''
  bot.stdout.on('data', (chunk) => {
    const before = said
    said += chunk
    const address = /Open (\S+)/.exec(said)?.[1]
    if (address === undefined || /Open \S+/.test(before)) return
    process.stdout.write(
      [
        `A rehearsal on Redshift${isServerless ? ' Serverless' : ''}: a stand-in answers for AWS, thirty times faster. No AWS account is used.`,
        `Open ${address} and press Spin up, Load, Top songs.${isServerless ? '' : ' A lease that warns at once: /sparkify spin-up lease=30m'}`,
        'At the end say /sparkify tear-down. Ctrl-C stops it and lists what is left in the stand-in.',
        '',
      ].join('\n'),
    )
  })
  const [code] = await gone
  if (code === 0) process.stdout.write(`Left in the stand-in: ${interruptedWords(await double.left())}.\n`)
  else process.stderr.write(await readFile(logPath, 'utf8'))
  await double.stop()
  await rm(home, { recursive: true, force: true })
  process.exitCode = code ?? 1
}

await main()
