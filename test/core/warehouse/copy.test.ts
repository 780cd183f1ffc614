import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { Copies, Engine } from '../../../src/core/ports/engine.ts'
import { copiedLoad, copiedTables, copyingSteps, copyWarning, forgetCopies } from '../../../src/core/warehouse/copy.ts'
import { shippedLibrary } from '../../support/catalog.ts'
import { command, createWorld } from '../../support/core.ts'

const denied = new OpsError('aws_denied', 'The role may not write.', 'Add s3:PutObject.')

/** A bot whose engine makes copies as `said`, and whose `etl` publishes a load and copies it. */
async function startCopier(said: Partial<Copies> = {}) {
  const world = await createWorld()
  const retained: unknown[] = []
  const copies: Partial<Copies> = {
    place: 's3://copies/star',
    make: async () => 2_000_000,
    retain: async (load) => void retained.push(load),
    ...said,
  }
  const engine: Engine = Object.create(null, { copies: { value: copies } })
  const etl = command('etl', async (context) => {
    const { runId, deps } = context
    const at = deps.clock.now().toISOString()
    await deps.ledger.loads.begin(runId, at)
    await deps.ledger.loads.publish(runId, runId, 'one', at)
    world.clock.advance(60_000)
    await context.perform(copyingSteps(runId, deps))
    return { replies: copyWarning(context) }
  })
  const bot = await world.start('one', [etl], { engine, library: await shippedLibrary() })
  const copied = async () =>
    (await bot.ledger.loads.list(['live', 'previous', 'discarded'])).map(({ id, facts }) => [id, facts.copied])
  return { bot, retained, copied }
}

describe('the copy of a load', () => {
  it('takes the place of those before it, and its time is known', async () => {
    const { bot, retained, copied } = await startCopier()
    const { run, replies } = await bot.say('etl')
    expect(run?.steps.map(({ title, detail }) => [title, detail])).toEqual([
      ['Copy to S3', '2.0 MB in s3://copies/star'],
    ])
    expect(replies).toEqual([])
    expect(await copied()).toEqual([[1, '2026-11-23T12:01:00.000Z']])
    await bot.say('etl')
    expect(await copied()).toEqual([
      [2, '2026-11-23T12:02:00.000Z'],
      [1, null],
    ])
    expect(retained).toEqual([1, 2])
    expect(await copiedLoad(bot.deps)).toMatchObject({ id: 2 })
    await forgetCopies(null, bot.deps)
    expect(await copiedLoad(bot.deps)).toBeNull()
  })

  it('that cannot be made fails nothing: the answer has why, and the copy before stays the one that answers', async () => {
    let made = 0
    const { bot, retained, copied } = await startCopier({
      make: async () => {
        made += 1
        if (made > 1) throw denied
        return 1
      },
    })
    await bot.say('etl')
    const answer = await bot.say('etl')
    expect(answer).toMatchObject({
      ok: true,
      replies: [
        {
          text: 'Not copied to s3://copies/star: The role may not write. Add s3:PutObject.',
          tone: 'warning',
        },
      ],
      run: { steps: [{ state: 'complete', detail: 'failed' }] },
    })
    expect(bot.logged).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'a load was not copied: The role may not write.' }),
    )
    expect(retained).toEqual([1])
    expect(await copied()).toEqual([
      [2, undefined],
      [1, '2026-11-23T12:01:00.000Z'],
    ])
    expect(await copiedLoad(bot.deps)).toMatchObject({ id: 1 })
  })

  it('is whole where those before it cannot be removed', async () => {
    const { bot } = await startCopier({ retain: () => Promise.reject(denied) })
    expect(await bot.say('etl')).toMatchObject({ ok: true, replies: [], run: { steps: [{ state: 'complete' }] } })
    expect(bot.logged).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'the copies before were not removed: The role may not write.',
      }),
    )
    expect(await copiedLoad(bot.deps)).toMatchObject({ id: 1 })
  })

  it.each<[string, Partial<Copies>]>([
    ['made', { make: () => Promise.reject(new Error('a bug')) }],
    ['cleaned up', { retain: () => Promise.reject(new Error('a bug')) }],
  ])('hides no bug where it is %s', async (_, said) => {
    const { bot } = await startCopier(said)
    expect(await bot.say('etl')).toMatchObject({ ok: false, failure: { code: 'bug' } })
  })

  it('that answers is of the live load, where it has one, and else the newest that was made', async () => {
    const { bot } = await startCopier()
    for (const _ of [1, 2, 3]) await bot.say('etl')
    const { loads } = bot.ledger
    const of = async () => (await copiedLoad(bot.deps))?.id
    await loads.learn(1, { copied: '2026-11-25T00:00:00.000Z' })
    await loads.learn(2, { copied: '2026-11-24T00:00:00.000Z' })
    expect(await of()).toBe(3)
    await loads.learn(3, { copied: null })
    expect(await of()).toBe(1)
    await forgetCopies(1, bot.deps)
    expect(await of()).toBe(1)
    await forgetCopies(2, bot.deps)
    expect(await of()).toBeUndefined()
  })

  it('is of the tables that a query reads, and of no other', async () => {
    const library = await shippedLibrary()
    const names = copiedTables(library).map((sql) => /create table (?:if not exists )?(\w+)/i.exec(sql)?.[1])
    expect(names).toEqual(expect.arrayContaining([...library.tables.star]))
    const only = { ...library, queries: library.queries.slice(0, 0) }
    expect(copiedTables(only)).toEqual(library.schema.star)
    const [query] = library.queries
    const joined = query === undefined ? [] : [{ ...query, sql: 'select 1 from users join staging_songs on true' }]
    expect(copiedTables({ ...library, queries: joined })).toHaveLength(library.schema.star.length + 1)
  })
})
