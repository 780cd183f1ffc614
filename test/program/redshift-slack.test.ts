import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import type { DoubleOptions } from '../support/aws/options.ts'
import { twoDays } from '../support/two-days.ts'
import { openCloud, ordersTo, writesOf } from './cloud.ts'
import { sayHere, startBotHere } from './here.ts'
import { openHomes } from './homes.ts'
import { type Bot, rowsOf, sayJson, startBot, until } from './program.ts'
import { confirm, reads, said, submit } from './workspace-hand.ts'

const homes = openHomes()
const ada = 'U0ADA0ADMIN'

/** The environment of a bot on a double of its own. */
async function open(options: DoubleOptions = {}) {
  const cloud = await openCloud(options)
  const { SPARKIFY_HOME } = await homes.twoDays()
  const env = { ...cloud.env, SPARKIFY_HOME }
  return { ...cloud, env }
}

/** Waits until the ledger knows the message of the newest run: Slack may have it a moment earlier, and nobody is killed in that. */
async function isKept({ SPARKIFY_HOME }: { readonly SPARKIFY_HOME: string }): Promise<void> {
  const url = pathToFileURL(join(SPARKIFY_HOME, 'state.db')).href
  const ledger = await openLedger({ url, now: () => new Date() })
  await until('the message is kept', async () => {
    const [run] = await ledger.runs.list({ limit: 1 })
    return (await ledger.messages.find(`run:${run?.id}`))?.post ?? undefined
  })
  await ledger.close()
}

async function leave(bot: Bot, signal: NodeJS.Signals): Promise<void> {
  bot.child.kill(signal)
  await bot.ended
}

describe('the life of a cluster in the workspace', { timeout: 120_000 }, () => {
  it('is confirmed by its price, and ended by its name typed in the modal', async () => {
    const { double, env } = await open()
    const bot = await startBotHere(env)
    await confirm(bot, ada, 'spin-up', 'Spin up for $0.54 an hour')
    await reads(bot, 'Cluster sparkify is available.')
    await bot.write('/sparkify etl')
    await reads(bot, '191 events and 9 songs read from 11 files')
    expect(rowsOf((await sayJson('qa counts', env, sayHere)).answer)).toMatchObject(twoDays.counts)
    await bot.write('/sparkify top songs 3')
    await reads(bot, 'Top songs')
    await bot.write('/sparkify pause')
    await reads(bot, 'Cluster sparkify is paused.')
    await bot.write('/sparkify top songs 4')
    await until('a paused cluster is told', async () =>
      (await bot.page(ada)).includes('Cluster sparkify has been paused') ? true : undefined,
    )
    await confirm(bot, ada, 'resume', 'Resume for $0.54 an hour')
    await until('it is awake', async () =>
      (await double.left()).clusters[0]?.state === 'available' ? true : undefined,
    )
    await until('it can be asked', async () =>
      (await sayJson('top songs 3', env, sayHere)).answer.ok ? true : undefined,
    )
    await confirm(bot, ada, 'tear-down snapshot=no', 'Tear down sparkify')
    const refused = await until('the modal is open', () => submit(bot, ada, 'sparkfy'))
    expect(refused).toMatchObject({ errors: expect.anything() })
    expect((await double.left()).clusters).toHaveLength(1)
    await submit(bot, ada, 'sparkify')
    await reads(bot, 'Cluster sparkify is deleted. Nothing of it is billed.')
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
    await bot.stop()
  })

  it('goes on in the same messages after kill -9 in the middle of each part of it', async () => {
    // The program looks every 5 s; states of 3 s are there to be killed in.
    const { double, env } = await open({ speed: 100, describes: 1, durations: { deleting: 300 } })
    const first = await startBot(env)
    await confirm(first, ada, 'spin-up', 'Spin up for $0.54 an hour')
    const creating = await reads(first, 'Wait until available')
    await isKept(env)
    await leave(first, 'SIGKILL')

    const second = await startBot(env)
    await reads(second, 'Cluster sparkify is available.')
    expect((await said(second, 'Cluster sparkify is available.'))?.ts).toBe(creating.ts)
    await double.fault({ kind: 'statement-hangs', matching: 'copy staging.staging_events' })
    await second.write('/sparkify etl')
    const loading = await reads(second, 'Stage events')
    await until('the copy is submitted', async () =>
      (await writesOf(double)).some((sql) => sql.includes('copy staging.staging_events')) ? true : undefined,
    )
    await isKept(env)
    await leave(second, 'SIGKILL')
    await double.clearFaults()

    const third = await startBot(env)
    expect((await reads(third, '191 events and 9 songs read from 11 files')).ts).toBe(loading.ts)
    const copies = (await writesOf(double)).filter((sql) => sql.includes('copy staging.'))
    expect(copies).toHaveLength(2)
    await confirm(third, ada, 'tear-down snapshot=no', 'Tear down sparkify')
    await until('the modal is open', () => submit(third, ada, 'sparkify'))
    const going = await reads(third, 'Wait until deleted')
    await isKept(env)
    await leave(third, 'SIGKILL')

    const fourth = await startBot(env)
    expect((await reads(fourth, 'Nothing of it is billed.')).ts).toBe(going.ts)
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
    expect(await ordersTo(double)).toMatchObject({
      'iam:CreateRole': 1,
      'redshift:CreateCluster': 1,
      'redshift:DeleteCluster': 1,
      'iam:DeleteRole': 1,
    })
    await leave(fourth, 'SIGTERM')
  })
})
