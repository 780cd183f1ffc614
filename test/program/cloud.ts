import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { DoubleOptions } from '../support/aws/options.ts'
import { type Double, startDouble } from '../support/aws/start.ts'
import { twoDays } from '../support/two-days.ts'

/** An AWS account of its own, whose one bucket is a folder, and the environment of a program that is to use it. */
export interface Cloud {
  readonly double: Double
  readonly env: Readonly<Record<string, string>>
}

/** Where the source data lie: a folder with a folder for the log and one for the catalogue. */
export interface Sources {
  readonly logData: string
  readonly songData: string
}

const bucket = 'sparkify-data'

// What it holds does not matter: the double knows one web identity.
const tokenFile = fileURLToPath(import.meta.url)

/** Starts a double until the test is over. It passes through its states as soon as it is looked at, unless told otherwise. */
export async function openCloud(options: DoubleOptions = {}, sources: Sources = twoDays): Promise<Cloud> {
  const folder = dirname(sources.logData)
  const double = await startDouble({
    speed: 1_000_000,
    describes: 0,
    buckets: { [bucket]: { folder, region: 'us-west-2' } },
    ...options,
  })
  onTestFinished(() => double.stop())
  return {
    double,
    env: {
      ...(options.principalArn?.includes(':role/') === true ? double.roleEnv(tokenFile) : double.env),
      SPARKIFY_ENGINE: 'redshift',
      SPARKIFY_LOG_DATA: `s3://${bucket}/${basename(sources.logData)}`,
      SPARKIFY_SONG_DATA: `s3://${bucket}/${basename(sources.songData)}`,
    },
  }
}

/** How often AWS did as it was asked, by action; looks aside. */
export async function ordersTo(double: Double): Promise<Readonly<Record<string, number>>> {
  const orders: Record<string, number> = {}
  for (const { action, status } of await double.calls()) {
    if (status !== 200 || /:(Describe|Get|List)|^redshift-data:/.test(action)) continue
    orders[action] = (orders[action] ?? 0) + 1
  }
  return orders
}

/** The batches that change the warehouse, oldest first, each as one text. */
export async function writesOf(double: Double): Promise<readonly string[]> {
  return (await double.statements())
    .map(({ sqls }) => sqls.join('; '))
    .filter((sql) => /(^|; )(insert|delete|copy|create|drop)\b/i.test(sql))
}

const policySchema = z.object({
  Version: z.string(),
  Statement: z.array(z.looseObject({ Action: z.array(z.string()) })),
})

/** The policy of the documentation, with the double's names put in as the documentation says, for a bot that is a user or a role. */
export async function documentedPolicy(bot: 'user' | 'role' = 'user'): Promise<z.infer<typeof policySchema>> {
  const names = {
    'user/BOT': `${bot}/sparkify-bot`,
    ACCOUNT: '123456789012',
    REGION: 'us-west-2',
    CLUSTER: 'sparkify',
    ROLE: 'sparkify-s3-read',
    // Last: an id may hold another placeholder's letters.
    OWNER: bot === 'user' ? 'AIDADOUBLEUSER0000000' : 'AROADOUBLEROLE0000000:*',
  }
  let text = await readFile(new URL('../../docs/aws-policy.json', import.meta.url), 'utf8')
  for (const [placeholder, name] of Object.entries(names)) text = text.replaceAll(placeholder, name)
  return policySchema.parse(JSON.parse(text))
}
