import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import type { Command } from '../../../src/core/command/define.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Role } from '../../../src/core/people.ts'
import type { Bill, Cluster } from '../../../src/core/ports/cluster.ts'
import type { LoadFacts } from '../../../src/core/ports/ledger.ts'
import type { NewWatch } from '../../../src/core/ports/watches.ts'
import { anna, bob, channel, command, createWorld, type TestProcess, type World } from '../../support/core.ts'
import { freePolicy } from '../../support/policy.ts'
import { newRun } from '../../support/run.ts'
import { below, clusterOf, homeOf, labels, lineOf } from './support.ts'

/** What Home's buttons say, for the role that the real bot asks for. */
const names: Readonly<Record<string, Role>> = {
  status: 'viewer',
  help: 'viewer',
  queries: 'viewer',
  cost: 'viewer',
  'top-songs': 'viewer',
  qa: 'viewer',
  doctor: 'viewer',
  etl: 'operator',
  'spin-up': 'admin',
  resume: 'admin',
  pause: 'admin',
  extend: 'admin',
  publish: 'operator',
  discard: 'operator',
  'loads-rows': 'viewer',
  alert: 'viewer',
}
const commands: readonly Command[] = Object.entries(names).map(([name, role]) =>
  command(name, async () => undefined, { role }),
)

async function start(cluster: Cluster = clusterOf()): Promise<{ world: World; bot: TestProcess }> {
  const world = await createWorld('2026-11-23T12:00:00.000Z')
  return { world, bot: await world.start('one', commands, { cluster }) }
}

/** Makes a load live. */
async function loaded(bot: TestProcess, facts: LoadFacts): Promise<void> {
  const { run } = await opened(bot)
  await bot.ledger.loads.begin(run, '2026-11-23T03:00:00.000Z')
  await bot.ledger.loads.learn(run, facts)
  await bot.ledger.loads.publish(run, run, bot.id, '2026-11-23T03:04:00.000Z')
  const answer: Answer = { ok: true, exit: 0, headline: '', audience: 'channel', run: null, replies: [], next: [] }
  await bot.ledger.runs.end(
    run,
    bot.id,
    {
      state: 'complete',
      answer,
      ended: '2026-11-23T03:04:00.000Z',
      costUsd: null,
    },
    [],
  )
}

async function opened(bot: TestProcess): Promise<{ run: number }> {
  const run = await bot.ledger.runs.open(
    newRun({ place: { kind: 'terminal' }, writer: true, worker: bot.id, started: '2026-11-23T03:00:00.000Z' }),
  )
  if (run.kind !== 'opened') throw new Error('the load did not begin')
  return { run: run.run.id }
}

const green: LoadFacts = {
  plays: 6820,
  dataUntil: '2018-11-30T21:59:00.000Z',
  checks: { total: 12, red: [], warnings: [] },
}

describe('the state', () => {
  it('stands above everything in one line, with the load and its checks behind it', async () => {
    const { bot } = await start()
    await loaded(bot, green)
    const home = await homeOf(bot, anna)
    expect(home.headline).toBe('Cluster sparkify is available · 6,820 plays until 30 Nov 2018, 21:59 UTC')
    expect(lineOf(below(home, '')[0]?.words ?? [])).toBe(
      'Load 1, published 23 Nov 2026, 03:04 UTC · checks: all 12 green',
    )
  })

  it('names the checks that are not green', async () => {
    const { bot } = await start()
    await loaded(bot, { ...green, checks: { total: 12, red: [], warnings: ['Every play has a song'] } })
    const words = lineOf(below(await homeOf(bot, anna), '')[0]?.words ?? [])
    expect(words).toContain('checks: 11 of 12 green; warning: Every play has a song')
  })

  it('says since when the cluster is as it is, what it costs and until when, but not what nobody looks for daily', async () => {
    const facts = [
      ['Engine', 'Redshift ra3.large × 1'],
      ['Endpoint', 'sparkify.abc.redshift.amazonaws.com:5439'],
      ['Age', '3 h 12 min'],
      ['Price', '$0.54 an hour'],
      ['Price so far', '$1.74'],
      ['Lease', 'until 23 Nov 2026, 18:40 UTC, then paused'],
    ] as const
    const { bot } = await start(clusterOf({ since: new Date('2026-11-23T10:40:00.000Z'), facts }))
    expect(lineOf(below(await homeOf(bot, anna), '')[0]?.words ?? [])).toBe(
      'Available since 23 Nov 2026, 10:40 UTC · Price: $0.54 an hour · Price so far: $1.74 · Lease: until 23 Nov 2026, 18:40 UTC, then paused',
    )
  })

  it('says what the month has cost, and of how much, but not where nothing costs anything', async () => {
    const spent: Bill = { from: new Date(), to: new Date(), usd: 12.4, price: '$0.54 an hour', until: null }
    const bill = async () => [spent]
    const world = await createWorld('2026-11-23T12:00:00.000Z')
    const parts = { cluster: clusterOf({}, { bill }), policy: { ...freePolicy, budgetUsd: 200 } }
    const bot = await world.start('one', commands, parts)
    const entries = below(await homeOf(bot, bob), '')
    expect(entries.map(({ words }) => lineOf(words))).toContain('November 2026: $12.40 of $200.00, without storage')
    expect(labels(entries)).toContain('Cost')

    const unpriced = { ...spent, usd: null, price: '' }
    const open = { cluster: clusterOf({}, { bill: async () => [spent, unpriced] }), policy: freePolicy }
    const unknown = await world.start('three', commands, open)
    expect(below(await homeOf(unknown, bob), '').map(({ words }) => lineOf(words))).toContain(
      'November 2026: $12.40, without storage and times whose price is not known',
    )

    const free = await world.start('two', commands, { cluster: clusterOf({}, { bill, free: true }) })
    expect(JSON.stringify(await homeOf(free, bob))).not.toContain('November')
  })

  it('has the load that is held, with what it loses and what can be done about it', async () => {
    const { world, bot } = await start()
    await loaded(bot, green)
    const { run } = await opened(bot)
    await bot.ledger.loads.begin(run, '2026-11-23T04:00:00.000Z')
    await bot.ledger.loads.learn(run, {
      comparison: {
        live: 1,
        tables: [{ table: 'songplays', before: 6820, after: 6389, held: true }],
        days: { changed: 0, held: 0, shown: [] },
        coverage: { before: 5, after: 5, held: false },
        artists: [],
      },
    })
    expect(await bot.ledger.loads.hold(run, run, bot.id)).toBe(true)
    const held = { title: '⚠ Held', words: [`load ${run}: songplays loses 431 of 6,820 rows`] }
    const rows = { label: 'Show rows', line: `loads-rows ${run}` }
    expect(below(await homeOf(bot, anna), '')[1]).toMatchObject({
      ...held,
      next: [
        { label: 'Publish anyway', line: `publish ${run}`, form: true },
        { label: 'Discard', line: `discard ${run}` },
        rows,
      ],
    })
    world.roles.delete(bob.id)
    expect(below(await homeOf(bot, bob), '')[1]).toMatchObject({ ...held, next: [rows] })
  })

  it('has the alerts that fire, to those who may see them', async () => {
    const { bot } = await start()
    const alert = async (watch: Pick<NewWatch, 'place' | 'owner'>): Promise<void> => {
      const condition = { kind: 'limit', operator: '<', limit: 200 } as const
      const definition = { kind: 'alert', line: 'top-songs', column: 'plays', condition, days: 1 } as const
      const added = await bot.ledger.watches.add({ definition, created: '2026-11-23T11:00:00.000Z', ...watch }, 50)
      if (added === null) throw new Error('the alert was not added')
      const found = { when: '22 Nov 2018', headline: 'Few plays.', facts: [] }
      const firing = { number: 1, began: '2026-11-23T11:00:00.000Z', since: '22 Nov 2018', found }
      await bot.ledger.watches.change(added, { life: { kind: 'firing', firing } }, [])
    }
    const quiet = below(await homeOf(bot, anna), '').map(({ title }) => title)
    expect(quiet).not.toContain('⚠ Alerts')
    await alert({ place: channel, owner: anna })
    await alert({ place: { kind: 'slack', channel: 'D0BOB', direct: true }, owner: bob })
    await alert({ place: { kind: 'slack', channel: 'D0CARL', direct: true }, owner: { ...bob, id: 'U0CARL' } })
    const shownTo = async (who: typeof bob) =>
      below(await homeOf(bot, who), '').filter(({ title }) => title === '⚠ Alerts')
    const [one, two, three] = [1, 2, 3].map((id) => `Alert ${id} (top-songs, plays<200) since 22 Nov 2018`)
    const next = [{ label: 'All alerts', line: 'alert' }]
    expect(await shownTo(bob)).toMatchObject([{ words: [`2 firing: ${one}; ${two}`], next }])
    expect(await shownTo(anna)).toMatchObject([{ words: [`3 firing: ${one}; ${two}; ${three}`], next }])
  })

  it('that cannot be asked is said with its remedy, and all the rest is there', async () => {
    const down = async () => {
      throw new OpsError('aws', 'AWS did not answer.', 'Try again in a minute.', { fixCommand: 'doctor' })
    }
    const { bot } = await start(clusterOf({}, { describe: down }))
    await bot.say('top-songs')
    const home = await homeOf(bot, anna)
    expect(home.headline).toBe('The state of cluster sparkify is unknown')
    expect(below(home, '')[0]).toMatchObject({
      words: ['⚠ AWS did not answer.'],
      note: 'Try again in a minute.',
      next: [{ label: 'Doctor', line: 'doctor' }],
    })
    expect(below(home, 'Recent runs')).toHaveLength(1)
  })

  it('that breaks by a bug of ours is not hidden', async () => {
    const broken = async () => {
      throw new TypeError('undefined is not a function')
    }
    const { bot } = await start(clusterOf({}, { describe: broken }))
    await expect(bot.app.homesOf([anna])).rejects.toThrow('undefined is not a function')
  })

  it('is asked for once, however many look on', async () => {
    let asked = 0
    const describe = async () => {
      asked++
      return { name: 'sparkify', state: 'available', since: null, facts: [] } as const
    }
    const { bot } = await start(clusterOf({}, { describe }))
    expect(await bot.app.homesOf([anna, bob, anna])).toHaveLength(3)
    expect(asked).toBe(1)
  })
})

describe('the buttons', () => {
  const buttonsOf = async (cluster: Cluster, role: Role): Promise<readonly string[]> => {
    const { world, bot } = await start(cluster)
    world.roles.set(bob.id, role)
    return labels((await homeOf(bot, bob)).sections.flatMap(({ entries }) => entries))
  }

  it('are those that are useful now, for whoever may press them', async () => {
    const none = clusterOf({ state: 'none' }, { free: true })
    expect(await buttonsOf(none, 'admin')).toEqual(['Spin up', 'Doctor', 'Help', 'Questions', 'Status'])
    expect(await buttonsOf(none, 'operator')).toEqual(['Doctor', 'Help', 'Questions', 'Status'])
    const paused = clusterOf({ state: 'paused' }, { free: true })
    expect(await buttonsOf(paused, 'admin')).toContain('Resume')
    expect(await buttonsOf(paused, 'operator')).not.toContain('Resume')
    const empty = clusterOf({}, { free: true })
    expect(await buttonsOf(empty, 'operator')).toContain('Load')
    expect(await buttonsOf(empty, 'viewer')).not.toContain('Load')
  })

  it('keep or stop a cluster that costs money, for admins, who are asked whether they are sure to stop it', async () => {
    const running = clusterOf({ facts: [['Price', '$0.54 an hour']] })
    expect(await buttonsOf(running, 'operator')).not.toContain('Pause')
    const { bot } = await start(running)
    expect(below(await homeOf(bot, anna), '')[0]?.next).toEqual([
      { label: 'Extend 2 h', line: 'extend 2h' },
      { label: 'Pause', line: 'pause', sure: 'Pause sparkify? Questions fail until it is resumed.' },
    ])
  })

  it('follow a role that was given or withdrawn', async () => {
    const { world, bot } = await start(clusterOf({}, { free: true }))
    expect(labels(below(await homeOf(bot, bob), ''))).not.toContain('Load')
    world.roles.set(bob.id, 'operator')
    expect(labels(below(await homeOf(bot, bob), ''))).toContain('Load')
    world.roles.delete(bob.id)
    expect(labels(below(await homeOf(bot, bob), ''))).not.toContain('Load')
  })

  it('say where their answers come', async () => {
    const { bot } = await start()
    expect(below(await homeOf(bot, anna), '').at(-1)?.note).toBe('Answers appear in the Messages tab.')
  })
})

describe('the small print', () => {
  it('tells everyone their role', async () => {
    const { bot } = await start()
    expect((await homeOf(bot, bob)).note).toBe('Your role here: viewer.')
    expect((await homeOf(bot, anna)).note).toBe('Your role here: admin.')
  })

  it('says so where Slack cannot tell a role; there is what everybody may do, and the others have all of theirs', async () => {
    const { world, bot } = await start()
    world.unknown.add(anna.id)
    const [hers, his] = await bot.app.homesOf([anna, bob])
    expect(hers?.note).toBe('Your role could not be read from Slack, so this shows what every viewer sees.')
    expect(his?.note).toBe('Your role here: viewer.')
    expect(hers?.sections).toEqual(his?.sections)
  })

  it('tells whoever sets the bot up how to become admin', async () => {
    const { world, bot } = await start()
    world.roles.clear()
    expect((await homeOf(bot, bob)).note).toContain('to be one, set SPARKIFY_ADMINS=U0BOB.')
  })
})
