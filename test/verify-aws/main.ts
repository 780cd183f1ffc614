import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ceilingOf, leftOf, life, type Said, say } from './life.ts'
import { permissionOf } from './options.ts'

/*
 * A whole life of a cluster, from nothing to nothing, with the built program: `npm run verify:aws`.
 * Run from `dist/verify-aws/`, where the build puts it.
 */

const boot = fileURLToPath(new URL('../boot.cjs', import.meta.url))
const print = (line: string) => process.stdout.write(`${line}\n`)

/** Names of its own, so that nobody's cluster is met; part of the public data, unless other data are configured. */
function environment(home: string): NodeJS.ProcessEnv & { readonly REDSHIFT_CLUSTER_ID: string } {
  const { SPARKIFY_LOG_DATA, SPARKIFY_SONG_DATA, SPARKIFY_DATA_REGION = 'us-west-2' } = process.env
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
    ...process.env,
    REDSHIFT_CLUSTER_ID: process.env['REDSHIFT_CLUSTER_ID'] ?? 'sparkify-verify',
    SPARKIFY_ENGINE: 'redshift',
    SPARKIFY_HOME: home,
  }
}

async function main(): Promise<number> {
  const permission = permissionOf(process.argv.slice(2), process.env['AWS_ENDPOINT_URL'])
  if (permission.kind === 'refused') {
    process.stderr.write(`${permission.refusal}\n`)
    return 2
  }
  const home = await mkdtemp(join(tmpdir(), 'sparkify-verify-'))
  const env = environment(home)
  const cluster = env.REDSHIFT_CLUSTER_ID
  const began = Date.now()
  const told = async (line: readonly string[]): Promise<Said> => {
    const start = Date.now()
    const said = await say(boot, line, env)
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
  const plan = await say(boot, ['spin-up', 'lease=1h'], env)
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

process.exitCode = await main()
