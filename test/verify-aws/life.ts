import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { permissionOf } from './options.ts'

/** What one line came to: the answer of `--json`, read by no more than is needed here. */
interface Said {
  readonly ok: boolean
  readonly headline: string
  readonly facts: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Says a line in the terminal, with `--json`, in this environment; what it wrote. */
export type Terminal = (
  line: readonly string[],
  env: Readonly<Record<string, string>>,
) => Promise<{ readonly stdout: string; readonly stderr: string }>

/** A whole life but for its end, which is always tried. */
const life: readonly (readonly string[])[] = [
  ['spin-up', 'lease=1h', '--yes'],
  ['etl'],
  ['qa', 'counts'],
  ['qa', 'checks'],
  ['top-songs'],
  ['pause'],
  ['resume', '--yes'],
  ['top-songs', 'last=7d'],
]

async function say(terminal: Terminal, line: readonly string[], env: Readonly<Record<string, string>>): Promise<Said> {
  const { stdout, stderr } = await terminal([...line, '--json'], env)
  if (stdout === '') throw new Error(stderr.trim())
  const { ok, headline, replies } = JSON.parse(stdout)
  const kinds: readonly { kind: string; facts?: string[]; rows?: unknown[][]; remedy?: string }[] = replies
  return {
    ok,
    headline: [headline, ...kinds.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy]))].join(' '),
    facts: kinds.flatMap(({ facts = [] }) => facts),
    rows: kinds.flatMap(({ kind, rows = [] }) => (kind === 'table' ? rows : [])),
  }
}

/** The most that a plan says it can cost, in US dollars; null where it does not know. */
function ceilingOf({ facts }: Said): number | null {
  const most = /at most \$([\d,.]+\d)/.exec(facts.join(' '))?.[1]
  return most === undefined ? null : Number(most.replaceAll(',', ''))
}

/** What is left, by what `doctor` and `status` see of cluster, snapshots and role; empty when nothing is. */
function leftOf(status: Said, doctor: Said): readonly string[] {
  const cell = (said: Said, name: string, value: number): string =>
    String(said.rows.find((row) => row.includes(name))?.[value] ?? '')
  const seen = cell(doctor, 'AWS cluster and role', 2)
  return [
    ...(cell(status, 'State', 1) === 'none' ? [] : [`cluster: ${cell(status, 'State', 1)}`]),
    ...(cell(status, 'Snapshot', 1) === '' ? [] : [`snapshot: ${cell(status, 'Snapshot', 1)}`]),
    ...(/no cluster .* yet, no role .* yet/.test(seen) ? [] : [`AWS shows: ${seen}`]),
  ]
}

/** Names of its own, so that nobody's cluster is met; part of the public data, unless other data are configured. */
function environment(
  given: Readonly<Record<string, string>>,
  home: string,
): Readonly<Record<string, string>> & { readonly REDSHIFT_CLUSTER_ID: string } {
  const { SPARKIFY_LOG_DATA, SPARKIFY_SONG_DATA, SPARKIFY_DATA_REGION = 'us-west-2' } = given
  const own = SPARKIFY_LOG_DATA !== undefined && SPARKIFY_SONG_DATA !== undefined
  return {
    REDSHIFT_ROLE_NAME: 'sparkify-verify-s3-read',
    ...(own
      ? {}
      : {
          SPARKIFY_LOG_DATA: 's3://udacity-dend/log_data/2018/11',
          SPARKIFY_SONG_DATA: 's3://udacity-dend/song_data/A/A/A',
          SPARKIFY_DATA_REGION,
        }),
    ...given,
    REDSHIFT_CLUSTER_ID: given['REDSHIFT_CLUSTER_ID'] ?? 'sparkify-verify',
    SPARKIFY_ENGINE: 'redshift',
    SPARKIFY_HOME: home,
  }
}

/** What is around a life: the environment, the terminal that lines are said in, and where it prints. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>
  readonly terminal: Terminal
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/**
 * A whole life of a cluster, from nothing to nothing. `args` are those of `verify:aws`. Gives 0 when all went well and nothing is
 * left, 1 when not, 2 when nothing was done.
 */
export async function liveAndDie(
  args: readonly string[],
  { env: given, terminal, out, err }: Surroundings,
): Promise<number> {
  const print = (line: string): void => out(`${line}\n`)
  const permission = permissionOf(args, given['AWS_ENDPOINT_URL'])
  if (permission.kind === 'refused') {
    err(`${permission.refusal}\n`)
    return 2
  }
  const home = await mkdtemp(join(tmpdir(), 'sparkify-verify-'))
  const env = environment(given, home)
  const cluster = env.REDSHIFT_CLUSTER_ID
  const began = Date.now()
  const told = async (line: readonly string[]): Promise<Said> => {
    const start = Date.now()
    const said = await say(terminal, line, env)
    const seconds = ((Date.now() - start) / 1000).toFixed(1)
    print(`${said.ok ? '✓' : '✗'} ${line.join(' ')}  ${seconds} s  ${said.headline}`)
    return said
  }

  print(`A whole life of cluster ${cluster} against ${permission.where}.`)
  const before = await told(['status'])
  if (!before.ok || leftOf(before, await told(['doctor', 'all=yes'])).length > 0) {
    print(
      `✗ There is something of ${cluster} already. Nothing was done: set another REDSHIFT_CLUSTER_ID and REDSHIFT_ROLE_NAME.`,
    )
    return 2
  }
  const plan = await say(terminal, ['spin-up', 'lease=1h'], env)
  for (const fact of plan.facts) print(`  ${fact}`)
  const ceiling = ceilingOf(plan)
  if (ceiling === null || ceiling > permission.maxUsd) {
    print(
      `✗ An hour may cost ${ceiling === null ? 'nobody knows what' : `$${ceiling}`}, more than is allowed. Nothing was done.`,
    )
    return 2
  }

  let lived = true
  for (const line of life) {
    lived = (await told(line)).ok
    if (!lived) break
  }
  const ended = await told(['tear-down', 'snapshot=no', '--confirm', cluster])
  const left = leftOf(await told(['status']), await told(['doctor', 'all=yes']))
  const hours = (Date.now() - began) / 3_600_000
  print(`It took ${Math.ceil(hours * 60)} min, for at most $${(ceiling * hours).toFixed(2)}.`)
  print(left.length === 0 ? '✓ Nothing is left.' : `✗ Left, and perhaps costing money: ${left.join('; ')}`)
  const well = lived && ended.ok && left.length === 0
  if (well) await rm(home, { recursive: true, force: true })
  else print(`What the program remembers is in ${home}.`)
  return well ? 0 : 1
}
