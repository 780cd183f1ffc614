import { describe, expect, it, vi } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { keptOutcome, wakeButton } from '../../../src/core/answers/while-away.ts'
import type { RunContext } from '../../../src/core/command/context.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Role } from '../../../src/core/people.ts'
import type { ClusterState } from '../../../src/core/ports/cluster.ts'
import { realCatalog } from '../../support/catalog.ts'
import { anna, bob, channel, command, deferred, failureOf, untilAborted } from '../../support/core.ts'
import { createLoadedWarehouse, createWarehouse } from '../../support/warehouse.ts'

function tableOf(answer: Answer) {
  const table = answer.replies.find((reply) => reply.kind === 'table')
  if (table === undefined) throw new Error(`no table: ${answer.headline}`)
  return table
}

const notes = (answer: Answer) =>
  answer.replies.flatMap((reply) => (reply.kind === 'text' && reply.tone === 'note' ? [reply.text] : []))

describe('a question', () => {
  it('is answered from the live load, named with the time it covers', async () => {
    const { bot } = await createLoadedWarehouse()
    const answer = await bot.say('top songs 3')
    expect(answer).toMatchObject({ ok: true, audience: 'channel', run: { line: 'top-songs n=3' } })
    const table = tableOf(answer)
    expect(table).toMatchObject({
      title: 'Top songs, 10–11 Nov 2018 UTC',
      columns: ['song', 'artist', 'plays', 'listeners'],
      total: 3,
    })
    expect(table.rows).toHaveLength(3)
    expect(answer.lead).toBe('All 3 shown have 1 play each.')
    expect(answer.headline).toBe(`Top songs, 10–11 Nov 2018 UTC: ${answer.lead}`)
    expect(answer.replies.find((reply) => reply.kind === 'chart')).toMatchObject({
      type: 'bar',
      categories: table.rows.map(([song]) => song),
      series: [{ name: 'plays', values: table.rows.map(([, , plays]) => plays) }],
    })
    expect(notes(answer)).toEqual([
      'Data until 11 Nov 2018, 23:42 UTC · Warning: Catalogue match 1.25% (expected at least 4%)',
    ])
  })

  it('takes its window, which the title names', async () => {
    const { bot } = await createLoadedWarehouse()
    const titles = await Promise.all(
      ['since=2018-11-11', 'until=2018-11-10', '1d', 'last=2w', 'since=2018-11-10 until=2018-11-10'].map(
        async (window) => tableOf(await bot.say(`top songs ${window}`)).title,
      ),
    )
    expect(titles).toEqual([
      'Top songs, 11 Nov 2018 UTC',
      'Top songs, 10 Nov 2018 UTC',
      'Top songs, 11 Nov 2018 UTC',
      'Top songs, 29 Oct – 11 Nov 2018 UTC',
      'Top songs, 10 Nov 2018 UTC',
    ])
    const plays = async (line: string) =>
      tableOf(await bot.say(`top songs 1000 ${line}`)).rows.reduce((sum, [, , n]) => sum + Number(n), 0)
    expect((await plays('until=2018-11-10')) + (await plays('since=2018-11-11'))).toBe(160)
    const refused = await bot.say('top songs 7d since=2018-11-10')
    expect(refused).toMatchObject({ exit: 2, audience: 'asker' })
    expect(failureOf(refused).code).toBe('bad_argument')
  })

  it('that depends on the catalogue says how much of the data it covers', async () => {
    const { bot } = await createLoadedWarehouse()
    expect(notes(await bot.say('top songs matched=yes')).join()).toContain('1.3% of plays match the catalogue')
    expect(notes(await bot.say('top songs')).join()).not.toContain('of plays match')
  })

  it('of a load that is superseded in the middle is asked again of the newest', async () => {
    const { bot } = await createLoadedWarehouse()
    const { engine } = bot.deps
    const targets: number[] = []
    let vanish = 2
    const query: typeof engine.query = async ({ load }, _statement, _options) => {
      targets.push(load)
      if (vanish-- > 0) throw new OpsError('not_found', `Load ${load} is gone.`)
      return { columns: [], rows: [], total: 0 }
    }
    const unlucky = await createWarehouse({ engine: { ...engine, query } })
    await unlucky.bot.say('create-tables')
    expect(await unlucky.bot.say('timeframe')).toMatchObject({ ok: true })
    expect(targets).toEqual([1, 1, 1])
    vanish = 3
    expect(failureOf(await unlucky.bot.say('timeframe'))).toMatchObject({ code: 'not_found' })
  })
})

describe('while the warehouse is away', () => {
  const paused = { name: 'sparkify', state: 'paused', since: new Date('2026-11-23T09:00:00Z'), facts: [] } as const

  /** A loaded warehouse, and what a viewer in a channel is answered while it is away. */
  async function away() {
    const warehouse = await createLoadedWarehouse()
    const contexts: RunContext[] = []
    const probe = command('probe', async (context) => void contexts.push(context))
    const asker = await warehouse.start('asker', [probe])
    await asker.say('probe')
    const [context] = contexts
    if (context === undefined) throw new Error('nobody was asked')
    const { deps } = warehouse.bot
    const who = { ...bob, role: 'viewer' as const }
    const reader = { ...context, deps, catalog: await realCatalog(), who, place: channel }
    const kept = async (line: string, from: RunContext = reader): Promise<string | undefined> => {
      const { command: asked, given } = reader.catalog.read(line)
      const query = warehouse.bot.deps.library.queries.find(({ name }) => name === asked.name)
      if (query === undefined) throw new Error(`no query: ${line}`)
      return (await keptOutcome(query, asked.args.parse(given), paused, from, undefined))?.headline
    }
    return { ...warehouse, reader, kept }
  }

  it('the stored answer to the very same question is repeated to whoever may read it', async () => {
    const { bot, kept, reader } = await away()
    const id = (await bot.say('top songs 3 last=1d compare=previous', { place: channel })).run?.id
    const first = `As of 23 Nov 2026, 12:00 UTC: cluster sparkify has been paused for 3 h, so this is the stored answer of run ${id}.`
    expect(await kept('top songs 3 last=1d compare=previous')).toContain(first)
    // What a schedule posted in somebody's direct messages is theirs.
    const { deps } = reader
    const run = await deps.ledger.runs.get(id ?? 0)
    if (run === null) throw new Error('it was asked')
    const direct = { kind: 'slack', channel: 'D0ANNA', direct: true } as const
    const list = async () => [{ ...run, origin: { kind: 'line', fire: 1, at: 0 } as const, place: direct }]
    const posted = { ...reader, deps: { ...deps, ledger: { ...deps.ledger, runs: { ...deps.ledger.runs, list } } } }
    const line = 'top songs 3 last=1d compare=previous'
    expect(await kept(line, posted)).toBeUndefined()
    expect(await kept(line, { ...posted, who: { ...anna, role: 'viewer' } })).toContain(first)
    // Not compared, of another length, and of other days.
    for (const line of [
      'top songs 3 last=1d',
      'top songs 4 last=1d compare=previous',
      'top songs 3 compare=previous',
    ]) {
      expect([line, await kept(line)]).toEqual([line, undefined])
    }
  })

  it('a button brings it back, in direct messages only for those who may', async () => {
    const { reader } = await away()
    const direct = { kind: 'slack', channel: 'D0BOB', direct: true } as const
    const button = (state: ClusterState, role: Role, place: typeof channel | typeof direct) =>
      wakeButton({ ...paused, state }, { ...reader, who: { ...reader.who, role }, place }).map(({ line }) => line)
    const states = ['paused', 'none', 'pausing', 'creating', 'available'] as const
    const lines = [['resume'], ['spin-up'], [], [], []]
    expect(states.map((state) => button(state, 'viewer', channel))).toEqual(lines)
    expect(states.map((state) => button(state, 'admin', direct))).toEqual(lines)
    expect(states.map((state) => button(state, 'operator', direct))).toEqual([[], [], [], [], []])
  })
})

describe('a question that cannot be answered', () => {
  it('for want of a cluster says so, with the button that makes one', async () => {
    const { bot } = await createWarehouse()
    const answer = await bot.say('top songs')
    expect(answer).toMatchObject({ ok: false, exit: 1, next: [{ label: 'Spin up', line: 'spin-up' }] })
    expect(failureOf(answer)).toMatchObject({ code: 'no_cluster', message: 'There is no cluster sparkify yet.' })
  })

  it('because nothing is loaded says so, with the button that loads', async () => {
    const { bot } = await createWarehouse()
    await bot.say('spin-up')
    const answer = await bot.say('qa')
    expect(answer).toMatchObject({ ok: false, exit: 1, next: [{ label: 'Load', line: 'etl' }] })
    expect(failureOf(answer)).toMatchObject({ code: 'not_loaded', message: 'Nothing is loaded yet.' })
  })

  it('because the first load is running says for how long and where it is', async () => {
    const { bot: real } = await createWarehouse()
    const begun = deferred()
    const stage: typeof real.deps.engine.stage = async (_load, _dataset, _sources, _max, { signal }) => {
      begun.resolve()
      return untilAborted(signal)
    }
    const { bot, clock } = await createWarehouse({
      engine: { ...real.deps.engine, stage, begin: async () => undefined },
    })
    const loading = bot.say('etl')
    await begun.promise
    clock.advance(192_000)
    const answer = await bot.say('top songs')
    expect(failureOf(answer)).toMatchObject({
      code: 'not_loaded',
      message: 'The first load has been running for 3 min 12 s, now at "Stage events".',
    })
    expect(answer.next).toEqual([{ label: 'Runs', line: 'runs 1' }])
    bot.app.cancelAll('anna')
    await loading
  })

  it('because the process of the first load is gone says what carries it on', async () => {
    const { bot, another } = await createWarehouse()
    const begun = deferred()
    vi.spyOn(bot.deps.engine, 'stage').mockImplementation(() => {
      begun.resolve()
      return new Promise(() => undefined)
    })
    void bot.say('etl')
    await begun.promise
    bot.die()
    const answer = await (await another('two')).say('top songs')
    expect(failureOf(answer)).toMatchObject({
      code: 'not_loaded',
      message: expect.stringMatching(/^Nothing is loaded yet: the first load was interrupted; /),
      remedy: 'Start the bot, or continue with run-again 1.',
    })
    expect(answer.next).toMatchObject([{ line: 'run-again 1' }])
  })

  it('because the warehouse is paused says since when, with the button that wakes it', async () => {
    const { bot, clock } = await createLoadedWarehouse()
    await bot.say('pause')
    clock.advance(3_600_000)
    await bot.beat()
    const answer = await bot.say('top songs')
    expect(answer.next).toEqual([{ label: 'Resume', line: 'resume' }])
    expect(failureOf(answer)).toMatchObject({
      code: 'cluster_state',
      message: 'Cluster sparkify has been paused for 1 h.',
    })
    expect(failureOf(await bot.say('etl')).code).toBe('cluster_state')
    await bot.say('resume')
    expect(await bot.say('top songs')).toMatchObject({ ok: true })
  })
})
