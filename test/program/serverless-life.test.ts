import { describe, expect, it } from 'vitest'
import { botPolicy } from '../../src/redshift/cluster/policies.ts'
import { settings } from '../redshift/cluster/stage.ts'
import { realData } from '../support/real-data.ts'
import { twoDays } from '../support/two-days.ts'
import { openCloud, ordersTo } from './cloud.ts'
import { sayHere, startBotHere } from './here.ts'
import { openHomes } from './homes.ts'
import { rowsOf, sayJson, until } from './program.ts'
import { confirm, reads, submit } from './workspace-hand.ts'

const homes = openHomes()
const ada = 'U0ADA0ADMIN'

const principalPolicy = botPolicy({
  ...settings,
  kind: 'serverless',
  partition: 'aws',
  id: '123456789012',
  principal: 'arn:aws:iam::123456789012:user/sparkify-bot',
  owner: 'AIDADOUBLEUSER0000000',
})

describe('the life of a workgroup', { timeout: 240_000 }, () => {
  it('is planned in the terminal, created, loaded, asked, billed by its RPU-hours, torn down, restored and torn down for good', async () => {
    const { double, env: cloud } = await openCloud({ principalPolicy })
    const { SPARKIFY_HOME } = await homes.twoDays()
    const env = { ...cloud, SPARKIFY_HOME, REDSHIFT_KIND: 'serverless', REDSHIFT_RPU_HOUR_USD: '0.36' }
    const say = (line: string) => sayHere(line, env)
    const done = async (line: string): Promise<string> => {
      const { status, stdout, stderr } = await say(line)
      expect([line, status, stderr]).toEqual([line, 0, expect.any(String)])
      return stdout
    }
    const counts = async () => rowsOf((await sayJson('qa counts', env, sayHere)).answer)

    expect(await done('doctor all=yes')).toContain('no workgroup sparkify yet')
    const planned = await say('spin-up')
    expect(planned.status).toBe(2)
    expect(planned.stderr).toContain('At most 16 RPU-hours a day (UTC): at most $5.76 a day')
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })

    expect(await done('spin-up --yes')).toContain('Workgroup sparkify is available. It idles by itself.')
    expect(await done('etl')).toContain('191 events and 9 songs read from 11 files')
    expect(await counts()).toMatchObject(twoDays.counts)
    const answer = await done('top songs 3')
    expect(await done('qa checks')).toContain('checks green')
    expect(await done('doctor all=yes')).toMatch(/AWS cluster and role +workgroup sparkify, sparkify-s3-read/)

    for (const line of ['pause', 'resume', 'extend 4h']) expect(await done(line)).toContain('idles by itself')
    expect(await done('top songs 3')).toBe(answer)
    expect(await done('status')).toMatch(/State +available/)
    const cost = await done('cost')
    expect(cost).toMatch(/\$0\.\d\d/)

    expect(await done('tear-down --confirm sparkify')).toContain('Still billed: its final snapshot, until')
    expect(await double.left()).toMatchObject({ roles: [], serverless: [expect.stringMatching(/^snapshot /)] })
    expect((await say('spin-up')).stderr).toContain('Restores the snapshot')
    await done('spin-up --yes')
    expect(await counts()).toMatchObject(twoDays.counts)
    await done('tear-down snapshot=no --confirm sparkify')
    expect((await say('top songs')).stderr).toContain('There is no cluster sparkify')
    expect(await ordersTo(double)).toMatchObject({
      'redshift-serverless:CreateNamespace': 2,
      'redshift-serverless:RestoreFromSnapshot': 1,
      'redshift-serverless:DeleteNamespace': 2,
    })
    const used = new Set((await double.used()).map(({ action }) => action))
    const granted = principalPolicy.Statement.flatMap(({ Action }) => Action)
    expect([...used].filter((action) => !granted.includes(action))).toEqual([])
  })

  // Where the public data is absent, two days of it.
  const sources = realData.present ? realData : twoDays
  it('is lived through Slack and the terminal, with the published totals', async () => {
    const { double, env: cloud } = await openCloud({}, sources)
    const { SPARKIFY_HOME } = await homes.twoDays()
    const env = { ...cloud, SPARKIFY_HOME, REDSHIFT_KIND: 'serverless' }
    const bot = await startBotHere(env)
    await confirm(bot, ada, 'spin-up', 'Spin up sparkify')
    await reads(bot, 'Workgroup sparkify is available. It idles by itself.')
    await bot.write('/sparkify etl')
    await reads(
      bot,
      `${sources.counts.staging_events.toLocaleString('en')} events and ${sources.counts.staging_songs} songs read`,
    )
    expect(rowsOf((await sayJson('qa counts', env, sayHere)).answer)).toMatchObject(sources.counts)
    await bot.write('/sparkify top songs 3')
    await reads(bot, 'Top songs')
    await bot.write('/sparkify pause')
    await until('pause is answered', async () => (await bot.page(ada)).includes('idles by itself') || undefined)
    await confirm(bot, ada, 'tear-down snapshot=no', 'Tear down sparkify')
    await until('the modal is open', () => submit(bot, ada, 'sparkify'))
    await reads(bot, 'Nothing of it is billed.')
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
    await bot.stop()
  })
})
