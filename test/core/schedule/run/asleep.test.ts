import { rename, rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../../src/core/errors.ts'
import { claimRuns } from '../../../../src/core/runner/worker.ts'
import { anna, bob, channel, deferred, failureOf, type TestProcess, unfollowed } from '../../../support/core.ts'
import { delivered } from '../../../support/delivered.ts'
import { type Fired, runDue, sayAgain, tend } from '../../../support/fires.ts'
import { passing } from '../../../support/passing.ts'
import { newRun } from '../../../support/run.ts'
import { scheduled } from '../../../support/schedule.ts'
import { createPreparedWarehouse, createWarehouse, type Warehouse } from '../../../support/warehouse.ts'

const morning = scheduled({
  lines: ['top-songs n=3', 'qa part=counts'],
  place: channel,
  owner: anna,
  created: '2026-11-20T12:00:00.000Z',
  cron: '0 13 * * *',
})

/** A loaded warehouse that somebody has paused, an hour before the schedule is due. */
async function paused(schedule: Partial<typeof morning> = {}): Promise<Warehouse> {
  const prepare = async ({ bot }: Warehouse): Promise<void> => {
    await bot.say('etl')
    await bot.say('top songs 3')
    await bot.say('pause')
  }
  const warehouse = await createPreparedWarehouse('paused', prepare)
  const { bot, clock, roles } = warehouse
  roles.set('clock', 'admin')
  await bot.ledger.schedules.add({ ...morning, ...schedule })
  clock.set(new Date('2026-11-23T13:00:00.000Z'))
  await bot.beat()
  return warehouse
}

async function tick(bot: TestProcess): Promise<Fired> {
  const [fired] = await runDue(bot)
  if (fired === undefined) throw new Error('nothing was due')
  return fired
}

/** What the fire said, oldest first. */
const said = async ({ ledger }: TestProcess, { run }: Fired) =>
  (await ledger.runs.list({ parent: run?.id ?? 0, limit: 20 }))
    .toReversed()
    .map(({ line, state }) => `${line} ${state}`)

const stateOf = async ({ deps }: TestProcess) => (await deps.cluster.describe()).state

describe('a schedule whose warehouse is paused', () => {
  it('waits for it, and says its lines when somebody has resumed it', async () => {
    const { bot, clock } = await paused()
    let over = false
    const fired = tick(bot).finally(() => {
      over = true
    })
    const progress = async () => (await bot.ledger.runs.list({ schedule: 1, limit: 1 }))[0]?.steps[0]?.state
    await passing(clock, async () => (await progress()) === 'in_progress')
    await bot.say('resume')
    await passing(clock, async () => over)
    expect((await fired).answer.ok).toBe(true)
    expect(await said(bot, await fired)).toEqual(['top-songs n=3 complete', 'qa part=counts complete'])
    expect(await stateOf(bot)).toBe('available')
  })

  it('is woken by a line of its own', async () => {
    const { bot } = await paused({ lines: ['resume', 'top-songs n=3', 'pause'] })
    const fired = await tick(bot)
    expect(await said(bot, fired)).toEqual(['resume complete', 'top-songs n=3 complete', 'pause complete'])
  })

  it('is put back to sleep where its own line woke it and a later one failed, and woken anew when it is said again', async () => {
    const { bot, clock, logData } = await paused({ lines: ['resume', 'etl', 'qa part=counts'] })
    await rename(logData, `${logData}-away`)
    const fired = await tick(bot)
    expect(await said(bot, fired)).toEqual(['resume complete', 'etl error', 'pause complete'])
    expect(await stateOf(bot)).toBe('paused')
    await rename(`${logData}-away`, logData)
    clock.advance(60_000)
    await bot.beat()
    const again = await sayAgain(bot, fired)
    expect(again.answer.ok).toBe(true)
    expect(await said(bot, again)).toEqual([
      ...['resume complete', 'pause complete'],
      ...['resume complete', 'etl complete', 'qa part=counts complete'],
    ])
    // Said without a failure, its lines leave it running.
    expect(await stateOf(bot)).toBe('available')
  })

  it('is put back to sleep where a line made it and a later one failed', async () => {
    const warehouse = await createWarehouse()
    const { bot, clock, logData } = warehouse
    Object.assign(bot.deps.cluster, { free: false })
    await rm(logData, { recursive: true })
    await bot.ledger.schedules.add({ ...morning, lines: ['spin-up', 'etl', 'pause'] })
    clock.set(new Date('2026-11-23T13:00:00.000Z'))
    await bot.beat()
    expect(await said(bot, await tick(bot))).toEqual(['spin-up complete', 'etl error', 'pause complete'])
  })

  it('is waited for through a time in which AWS does not answer', async () => {
    const { bot, clock } = await paused({ whenPaused: 'resume' })
    const { describe: look } = bot.deps.cluster
    let away = 2
    Object.assign(bot.deps.cluster, {
      async describe() {
        if (away-- > 0) throw new OpsError('aws', 'Rate exceeded.')
        return look()
      },
    })
    let over = false
    const fired = tick(bot).finally(() => {
      over = true
    })
    await passing(clock, async () => over)
    expect((await fired).answer.ok).toBe(true)
  })

  it('fails at once where AWS says that it may not be looked at', async () => {
    const { bot } = await paused({ whenPaused: 'resume' })
    Object.assign(bot.deps.cluster, {
      describe: async () => {
        throw new OpsError('aws_denied', 'AWS does not allow it.')
      },
    })
    expect(failureOf((await tick(bot)).answer).code).toBe('aws_denied')
  })

  it('gives up when nobody has resumed it while there was time, and says what would', async () => {
    const { bot, clock } = await paused({ catchUpHours: 1 })
    let over = false
    const fired = tick(bot).finally(() => {
      over = true
    })
    await passing(clock, async () => over)
    const { answer, run } = await fired
    expect(failureOf(answer).code).toBe('cluster_state')
    expect(answer.headline).toContain('did not start within 1 h')
    expect(await said(bot, { ...(await fired), run })).toEqual([])
  })

  it.each([0, 6])(
    'is neither waited for nor resumed by lines that only pause it, with a window of %i h',
    async (catchUpHours) => {
      const { bot } = await paused({ lines: ['pause'], catchUpHours })
      const fired = await tick(bot)
      expect(fired.answer.ok).toBe(true)
      expect(await said(bot, fired)).toEqual(['pause complete'])
    },
  )

  it('gives up at once where the schedule does not run late', async () => {
    const { bot } = await paused({ catchUpHours: 0 })
    const { answer } = await tick(bot)
    expect(answer.headline).toContain('is paused. Nothing was run.')
  })

  it('resumes it where it is to, says its lines, and pauses it again', async () => {
    const { bot } = await paused({ whenPaused: 'resume' })
    const fired = await tick(bot)
    expect(fired.answer.ok).toBe(true)
    expect(await said(bot, fired)).toEqual([
      'resume complete',
      'top-songs n=3 complete',
      'qa part=counts complete',
      'pause complete',
    ])
    expect(await stateOf(bot)).toBe('paused')
  })

  it('pauses what it woke also when a line has failed, and wakes it anew when it is said again', async () => {
    const { bot, clock, logData } = await paused({ whenPaused: 'resume', lines: ['etl', 'qa part=counts'] })
    await rm(logData, { recursive: true })
    const fired = await tick(bot)
    expect(fired.answer.ok).toBe(false)
    expect(await said(bot, fired)).toEqual(['resume complete', 'etl error', 'pause complete'])
    expect(await stateOf(bot)).toBe('paused')
    clock.advance(60_000)
    await bot.beat()
    expect(await said(bot, await sayAgain(bot, fired))).toEqual(['resume complete', 'etl error', 'pause complete'])
    expect(await stateOf(bot)).toBe('paused')
  })

  it('leaves it on where somebody else uses it by then', async () => {
    const { bot, clock } = await paused({ whenPaused: 'resume' })
    const started = clock.now().toISOString()
    await bot.ledger.runs.open(newRun({ command: 'extend', line: 'extend for=4h', who: bob, started }))
    const fired = await tick(bot)
    expect(await said(bot, fired)).not.toContain('pause complete')
    expect(JSON.stringify(fired.answer)).toContain("is left running for Bob's extend; it is paused after that")
    expect(await stateOf(bot)).toBe('available')
  })

  it('leaves it on where somebody uses it when it is said again, although it was paused behind the first try', async () => {
    const { bot, clock, logData } = await paused({ whenPaused: 'resume', lines: ['etl'] })
    await rm(logData, { recursive: true })
    const fired = await tick(bot)
    expect(await stateOf(bot)).toBe('paused')
    clock.advance(60_000)
    await bot.beat()
    const started = clock.now().toISOString()
    await bot.ledger.runs.open(newRun({ command: 'extend', line: 'extend for=4h', who: bob, started }))
    const { answer } = await sayAgain(bot, fired)
    expect(JSON.stringify(answer)).toContain("is left running for Bob's extend; it is paused after that")
    expect(await stateOf(bot)).toBe('available')
  })

  it('is resumed once where two wake it at the same time, and both say their lines', async () => {
    const { bot, clock } = await paused({ whenPaused: 'resume' })
    await bot.ledger.schedules.add({ ...morning, whenPaused: 'resume' })
    let over = false
    const all = runDue(bot).finally(() => {
      over = true
    })
    await passing(clock, async () => over)
    const fires = await all
    expect(fires.map(({ answer }) => answer.ok)).toEqual([true, true])
    await tend(bot)
    expect(await stateOf(bot)).toBe('paused')
  })

  it('is left on for another schedule that is at work, and paused once that one is done', async () => {
    const { bot, clock } = await paused({ whenPaused: 'resume', lines: ['top-songs n=3'] })
    await bot.ledger.schedules.add({ ...morning, lines: ['qa part=counts'] })
    const { query } = bot.deps.engine
    const counting = deferred()
    Object.assign(bot.deps.engine, {
      async query(...asked: Parameters<typeof query>) {
        if (asked[1].sql.includes('staging_')) await counting.promise
        return query(...asked)
      },
    })
    await delivered(bot)
    const all = runDue(bot)
    const over = async () =>
      (await bot.ledger.runs.list({ states: ['complete', 'error'], whole: true, limit: 50 })).filter(
        ({ origin }) => origin.kind === 'fire',
      )
    await passing(clock, async () => (await over()).length === 1)
    const [first] = await over()
    expect(JSON.stringify(first?.answer?.replies)).toContain('is left running for schedule 2; it is paused after that')
    const news = async () => (await delivered(bot)).filter(({ headline }) => /^Cluster .* is paused/.test(headline))
    await tend(bot)
    expect([await stateOf(bot), await news()]).toEqual(['available', []])
    counting.resolve()
    await passing(clock, async () => (await over()).length === 2)
    await all
    await tend(bot)
    await tend(bot)
    expect(await stateOf(bot)).toBe('paused')
    expect(await news()).toHaveLength(1)
  })

  it('tells what was said also where nobody knows in the end whether it sleeps', async () => {
    const { bot } = await paused({ whenPaused: 'resume', lines: ['top-songs n=3'] })
    const { describe: look } = bot.deps.cluster
    Object.assign(bot.deps.cluster, {
      async describe() {
        const lines = await bot.ledger.runs.list({ command: 'top-songs', states: ['complete'], limit: 5 })
        if (lines.some(({ origin }) => origin.kind === 'line')) throw new OpsError('aws', 'AWS did not answer.')
        return look()
      },
    })
    const { answer } = await tick(bot)
    expect(answer.ok).toBe(true)
    expect(JSON.stringify(answer.replies)).toContain('could not be paused: AWS did not answer.')
    Object.assign(bot.deps.cluster, { describe: look })
    await tend(bot)
    expect(await stateOf(bot)).toBe('paused')
  })

  it('is put back to sleep by the minute also where its own line woke it, somebody stopped it, and AWS was away', async () => {
    const { bot } = await paused({ lines: ['resume', 'qa part=counts', 'top-songs n=3'] })
    const { query } = bot.deps.engine
    const { describe: look } = bot.deps.cluster
    const counts = deferred()
    const stopped = deferred()
    Object.assign(bot.deps.engine, {
      async query(...asked: Parameters<typeof query>) {
        counts.resolve()
        await stopped.promise
        return query(...asked)
      },
    })
    const fired = tick(bot)
    await counts.promise
    const [fire] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
    await bot.say(`cancel ${fire?.id}`)
    Object.assign(bot.deps.cluster, {
      async describe() {
        throw new OpsError('aws', 'AWS did not answer.')
      },
    })
    stopped.resolve()
    expect((await fired).run?.state).toBe('cancelled')
    Object.assign(bot.deps.cluster, { describe: look })
    expect(await stateOf(bot)).toBe('available')
    await tend(bot)
    expect(await stateOf(bot)).toBe('paused')
  })

  it('gives the last answers in place of new ones where it is to', async () => {
    const { bot } = await paused({ whenPaused: 'last', lines: ['top songs 3'] })
    const fired = await tick(bot)
    expect(fired.answer.ok).toBe(true)
    expect(await said(bot, fired)).toEqual(['result id=2 complete'])
    expect(JSON.stringify(fired.answer.replies)).toContain('Result 2: top-songs n=3, asked by Anna')
    expect(await stateOf(bot)).toBe('paused')
  })

  it('says so where no last answer is kept', async () => {
    const { bot } = await paused({ whenPaused: 'last', lines: ['top songs 7'] })
    const { answer } = await tick(bot)
    expect(answer.headline).toContain('there is no stored answer to "top-songs n=7"')
  })

  /** A bot that is killed in the middle of what it woke the warehouse for, and the one that comes after it. */
  async function killed(schedule: Partial<typeof morning>) {
    const warehouse = await paused(schedule)
    const { bot } = warehouse
    const { query } = bot.deps.engine
    const reached = deferred()
    Object.assign(bot.deps.engine, {
      query: () => {
        reached.resolve()
        return new Promise(() => undefined)
      },
    })
    void tick(bot)
    await reached.promise
    bot.die()
    Object.assign(bot.deps.engine, { query })
    return warehouse.another('two')
  }

  it('is put back to sleep where its schedule was removed while the bot was down', async () => {
    const next = await killed({ whenPaused: 'resume' })
    await next.ledger.schedules.remove(1)
    const recovered = await claimRuns(next.session, () => unfollowed)
    for (const { answer } of recovered) await answer
    await tend(next)
    expect(await stateOf(next)).toBe('paused')
  })

  it('is put back to sleep by the next process when the one that woke it was killed', async () => {
    const next = await killed({ whenPaused: 'resume' })
    const [recovered] = await claimRuns(next.session, () => unfollowed)
    expect((await recovered?.answer)?.ok).toBe(true)
    expect(await stateOf(next)).toBe('paused')
  })

  it('is put back to sleep at the next look where pausing it began and failed', async () => {
    const { bot, clock } = await paused({ whenPaused: 'resume' })
    const { pause } = bot.deps.cluster
    Object.assign(bot.deps.cluster, {
      pause: () => {
        throw new OpsError('aws', 'AWS did not answer.')
      },
    })
    const said: string[] = []
    for (const { answer } of await runDue(bot)) said.push(JSON.stringify(answer.replies))
    expect(said[0]).toContain('The bot retries every minute.')
    Object.assign(bot.deps.cluster, { pause })
    for (let minute = 0; minute < 3; minute++) {
      clock.advance(60_000)
      await bot.beat()
      await tend(bot)
    }
    expect((await bot.deps.cluster.describe()).state).toBe('paused')
  })

  it('has its pause posted where that fails: once, however often it is tried, for each occurrence that has left it on', async () => {
    const { bot, clock } = await paused({ whenPaused: 'resume', lines: ['top-songs n=3'], cron: '0 * * * *' })
    const { pause } = bot.deps.cluster
    const failed = () => {
      throw new OpsError('aws', 'AWS did not answer.')
    }
    const minute = async (): Promise<void> => {
      clock.advance(60_000)
      await bot.beat()
      await tend(bot)
    }
    const posted: number[] = []
    for (const hour of [13, 14]) {
      clock.set(new Date(`2026-11-23T${hour}:00:00.000Z`))
      await bot.beat()
      Object.assign(bot.deps.cluster, { pause: failed })
      await runDue(bot)
      for (let looks = 0; looks < 3; looks++) await minute()
      posted.push((await delivered(bot)).filter(({ headline }) => headline.startsWith('AWS did not answer.')).length)
      Object.assign(bot.deps.cluster, { pause })
      await minute()
    }
    expect(posted).toEqual([1, 1])
    expect(await stateOf(bot)).toBe('paused')
  })
})
