import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import type { Answer } from '../../../../src/core/answer.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import type { Cluster, ClusterState } from '../../../../src/core/ports/cluster.ts'
import type { ScheduleRecord } from '../../../../src/core/ports/ledger.ts'
import { anna, channel, command, createWorld, failureOf, step, type TestProcess } from '../../../support/core.ts'
import { runAsked, runDue } from '../../../support/fires.ts'
import { newRun } from '../../../support/run.ts'
import { scheduled } from '../../../support/schedule.ts'
import { createPreparedWarehouse, createWarehouse, type Warehouse } from '../../../support/warehouse.ts'

const created = '2026-11-20T12:00:00.000Z'
const nightly: Partial<ScheduleRecord> = { lines: ['etl', 'top-songs'], phrase: 'nightly at 03:00', days: 'nightly' }
const mornings: Partial<ScheduleRecord> = { lines: ['top-songs'], phrase: 'daily at 07:00', cron: '0 7 * * *' }
const dayFile = join('2018', '11', '2018-11-11-events.json')

const add = ({ ledger }: TestProcess, said: Partial<ScheduleRecord>) =>
  ledger.schedules.add(scheduled({ place: channel, owner: anna, created, ...said }))

/** What the occurrence that is due at this time answers. */
async function firedAt(time: string, { bot, clock }: Pick<Warehouse, 'bot' | 'clock'>): Promise<Answer> {
  clock.set(new Date(time))
  await bot.beat()
  const answers: Answer[] = []
  for (const { answer } of await runDue(bot)) answers.push(answer)
  const [answer] = answers
  if (answer === undefined) throw new Error('nothing was due')
  return answer
}

/** A warehouse that was loaded by the nightly schedule on the 24th, and has the other one too. */
function loadedOnce(): Promise<Warehouse> {
  return createPreparedWarehouse('loaded-by-night', async (warehouse) => {
    await add(warehouse.bot, nightly)
    await add(warehouse.bot, mornings)
    expect((await firedAt('2026-11-24T03:00:02.000Z', warehouse)).ok).toBe(true)
  })
}

const spoil = ({ logData }: Warehouse) => appendFile(join(logData, dayFile), '\n{"ts": "nonsense"}\n')

const linesOf = (answer: Answer): readonly string[] => failureOf(answer).message.split('\n')

describe('the failure of a night', () => {
  it('says what failed, what was not said, what is live, who will use it, and what to do', async () => {
    const warehouse = await loadedOnce()
    await spoil(warehouse)
    const answer = await firedAt('2026-11-25T03:00:02.000Z', warehouse)
    expect(answer).toMatchObject({
      ok: false,
      exit: 1,
      audience: 'channel',
      title: 'Nightly, 25 Nov, 03:00 (UTC) · etl failed at "Stage events" after < 0.1 s',
      headline: expect.stringMatching(
        /^Nightly, 25 Nov, 03:00 \(UTC\): etl failed at "Stage events"\. 2018\/11\/2018-11-11-events\.json, line \d+: ts is "nonsense"/,
      ),
    })
    const [reason, ...others] = linesOf(answer)
    expect(reason).toMatch(/^2018\/11\/2018-11-11-events\.json, line \d+: .+ \(1 row\)\.$/)
    expect(others).toEqual([
      'Skipped after that: top-songs.',
      'Live tables are untouched: the load of 24 Nov, 03:00 (UTC). The 07:00 post will use it and show its age.',
    ])
    expect(failureOf(answer).remedy).toBe('Fix the data, or load without this row: etl max-errors=1.')
    const { id = 0 } = answer.run ?? {}
    expect(answer.next).toEqual([
      { label: 'Run again', line: `run-again ${id}` },
      { label: 'Run again, leaving out this row', line: `schedule-run 1 from=${id} max-errors=1` },
      { label: 'Details', line: `runs ${id}` },
      { label: 'Snooze 8 h', line: 'schedule-snooze 1 8h' },
    ])
    const [ofLoad] = answer.details ?? []
    expect(ofLoad).toMatchObject({
      kind: 'steps',
      title: `etl (run ${id + 1})`,
      steps: expect.arrayContaining([expect.objectContaining({ title: 'Stage events', state: 'error' })]),
    })
  })

  it('names the posts of others that speak of what is live, in their order, up to twelve hours ahead', async () => {
    const warehouse = await loadedOnce()
    const { bot } = warehouse
    await add(bot, { ...mornings, cron: '0 15 * * *' })
    await add(bot, { ...mornings, cron: '1 15 * * *' })
    await add(bot, { ...mornings, cron: '0 8 * * *', state: { kind: 'paused' } })
    await add(bot, { ...mornings, cron: '0 9 * * *', lines: ['etl', 'top-songs'] })
    await add(bot, { ...mornings, cron: '0 10 * * *', lines: ['etl'] })
    await add(bot, { ...mornings, cron: '0 5 * * *' })
    await spoil(warehouse)
    const lines = linesOf(await firedAt('2026-11-25T03:00:02.000Z', warehouse))
    expect(lines.at(-1)).toMatch(/\. The 05:00, 07:00 and 15:00 posts will use it and show its age\.$/)
  })

  it('is told by the answers that go on using the load before, until there is a newer one', async () => {
    const warehouse = await loadedOnce()
    const { bot, logData } = warehouse
    const before = await readFile(join(logData, dayFile), 'utf8')
    await spoil(warehouse)
    await firedAt('2026-11-25T03:00:02.000Z', warehouse)
    const stale = 'The load of 25 Nov 2026, 03:00 failed; this is the data of 24 Nov 2026, 03:00 UTC'
    const smallPrint = async (answer: Answer | Promise<Answer>) =>
      (await answer).replies.flatMap((reply) => (reply.kind === 'text' && reply.tone === 'note' ? [reply.text] : []))
    expect(await smallPrint(firedAt('2026-11-25T07:00:02.000Z', warehouse))).toEqual([expect.stringContaining(stale)])
    expect(await smallPrint(bot.say('qa counts'))).toEqual([expect.stringContaining(stale)])
    await writeFile(join(logData, dayFile), before)
    await bot.say('etl')
    expect((await smallPrint(bot.say('top-songs'))).join()).not.toContain('failed')
  })

  it('says that nothing is loaded where nothing ever was, and promises nothing', async () => {
    const warehouse = await createWarehouse()
    await add(warehouse.bot, nightly)
    await add(warehouse.bot, mornings)
    await spoil(warehouse)
    expect(linesOf(await firedAt('2026-11-25T03:00:02.000Z', warehouse)).at(-1)).toBe('Nothing is loaded.')
  })

  it('behind the load says that the load was published', async () => {
    const warehouse = await createWarehouse()
    await add(warehouse.bot, { lines: ['etl', 'qa checks', 'share 77'], phrase: 'nightly at 03:00', days: 'nightly' })
    await add(warehouse.bot, mornings)
    const answer = await firedAt('2026-11-24T03:00:02.000Z', warehouse)
    expect(answer.title).toMatch(/ · share id=77 failed after /)
    expect(linesOf(answer).at(-1)).toBe('It published the load of 24 Nov, 03:00 (UTC) before that, which is live.')
    expect(answer.details).toContainEqual(expect.objectContaining({ kind: 'table', title: 'Checks' }))
  })

  it('of red checks shows the rows that say so', async () => {
    const warehouse = await loadedOnce()
    const path = join(warehouse.logData, dayFile)
    const events = (await readFile(path, 'utf8')).replaceAll('"userId":"', '"userId":"x')
    await writeFile(path, events)
    const answer = await firedAt('2026-11-25T03:00:02.000Z', warehouse)
    expect(failureOf(answer).code).toBe('checks_red')
    expect(answer.title).toContain('etl failed at "Audit"')
    expect(answer.replies.some(({ kind }) => kind === 'table')).toBe(true)
    expect(linesOf(answer)[0]).not.toContain('Live tables')
  })

  it('of one line that asks says nothing of live tables', async () => {
    const warehouse = await createWarehouse()
    await add(warehouse.bot, mornings)
    const answer = await firedAt('2026-11-25T07:00:02.000Z', warehouse)
    expect(answer.title).toMatch(/^Daily, 25 Nov, 07:00 \(UTC\) · top-songs failed after /)
    expect(linesOf(answer)).toEqual(['There is no cluster sparkify yet.'])
    expect(answer.next.map(({ line }) => line)).toEqual([
      expect.stringMatching(/^run-again /),
      'spin-up',
      expect.stringMatching(/^runs /),
      'schedule-snooze 1 8h',
    ])
  })
})

it('A night that is said again leaving a row out says all that comes after its load as well', async () => {
  const warehouse = await loadedOnce()
  await spoil(warehouse)
  const failed = await firedAt('2026-11-25T03:00:02.000Z', warehouse)
  const { bot, clock } = warehouse
  const line = failed.next.find(({ label }) => label.startsWith('Run again, leaving out'))?.line ?? ''
  clock.advance(60_000)
  await bot.beat()
  expect((await bot.say(line)).headline).toContain(`continues where run ${failed.run?.id} failed`)
  const answers: Answer[] = []
  for (const { answer } of await runAsked(bot)) answers.push(answer)
  expect(answers.map(({ ok }) => ok)).toEqual([true])
  const [occurrence] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
  const lines = await bot.ledger.runs.list({ parent: occurrence?.id ?? 0, limit: 5 })
  expect(lines.toReversed().map((run) => `${run.line} ${run.state}`)).toEqual([
    'etl max-errors=1 complete',
    'top-songs complete',
  ])
  expect((await bot.say(line)).headline).toContain(`Run ${occurrence?.id} succeeded: there is nothing to continue`)
})

/** What a cluster is, what of it costs money, and what cannot be done to it. */
interface ClusterNow {
  now: ClusterState
  readonly standing: string
  readonly stuck?: 'resume' | 'pause'
}

/** A cluster that costs money and can be woken and put to sleep. */
function costly(state: ClusterNow): Cluster {
  const unused = async () => {
    throw new Error('not asked for here')
  }
  return {
    name: 'sparkify',
    free: false,
    describe: async () => ({ name: 'sparkify', state: state.now, since: null, facts: [] }),
    costStatus: async () => state.standing,
    spinUp: unused,
    tearDown: unused,
    pause: unused,
    resume: unused,
    extend: unused,
    leaseAction: async () => ({ kind: 'nothing' }),
    bill: async (from, to) => [{ from, to, usd: 0.11, price: '$0.54 an hour', until: null }],
  }
}

/** A night on that cluster of which the load fails with these words; `resume` and `pause` change its state. */
async function costlyNight(wrong: OpsError | string, said: Partial<ScheduleRecord>, state: ClusterNow) {
  const world = await createWorld('2026-11-25T03:00:00.000Z')
  const act = (name: string, to: ClusterState) => {
    const put = step(name, () => {
      if (state.stuck === name) throw new OpsError('aws', `AWS does not ${name} it.`)
      state.now = to
    })
    return command(name, async ({ perform }) => void (await perform([put])), { role: 'admin' })
  }
  const etl = command('etl', async ({ perform }) => {
    const fail = () => {
      throw wrong instanceof OpsError ? wrong : new OpsError('bad_data', wrong, 'Mend it.')
    }
    await perform([step('Stage events', fail)])
    return undefined
  })
  const top = command('top-songs', async () => undefined, { effect: 'read', role: 'viewer' })
  const commands = [scheduleRun, act('resume', 'available'), act('pause', 'paused'), etl, top]
  const bot = await world.start('one', commands, { cluster: costly(state) })
  await bot.ledger.loads.begin(1, '2026-11-24T03:00:00.000Z')
  const load = await bot.ledger.runs.open(newRun({ writer: true, started: '2026-11-24T03:00:00.000Z' }))
  if (load.kind !== 'opened') throw new Error('the first run is opened')
  await bot.ledger.loads.publish(1, load.run.id, 'one', '2026-11-24T03:04:00.000Z')
  const ended = { ok: true, exit: 0, headline: '', audience: 'channel', run: null, replies: [], next: [] } as const
  const answer = { ...ended, replies: [], next: [] }
  await bot.ledger.runs.end(
    1,
    'one',
    { state: 'complete', answer, ended: '2026-11-24T03:04:00.000Z', costUsd: null },
    [],
  )
  await add(bot, { ...nightly, ...said })
  await add(bot, { ...mornings, whenPaused: 'wait' })
  await add(bot, { ...mornings, cron: '30 7 * * *', whenPaused: 'last' })
  const failed = await firedAt('2026-11-25T03:00:02.000Z', { bot, clock: world.clock })
  expect(failed.title).toMatch(
    said.catchUpHours === 0
      ? / · Check the warehouse failed after /
      : state.stuck === 'resume'
        ? / · resume failed at "resume" /
        : / · etl failed at "Stage events" /,
  )
  return linesOf(failed)
}

describe('what a failure costs', () => {
  it('is said once the cluster that was woken for it sleeps again, with who has to wait for it', async () => {
    const state = {
      now: 'paused' as ClusterState,
      standing: 'Cluster sparkify is paused; only its storage is billed.',
    }
    expect(
      await costlyNight(
        OpsError.untouched('bad_data', 'Line 212 is no number.', 'Mend it.'),
        { whenPaused: 'resume' },
        state,
      ),
    ).toEqual([
      'Line 212 is no number.',
      'Skipped after that: top-songs.',
      'Live tables are untouched: the load of 24 Nov, 03:04 (UTC). The 07:30 post will use it and show its age. The 07:00 post waits until the cluster is resumed.',
      'Cluster sparkify was resumed for this and is paused again. That cost $0.11. Only its storage is billed now.',
    ])
  })

  it('is said of the cluster that could not be put back to sleep, whose failure is not the night’s', async () => {
    const standing = 'Cluster sparkify is available and costs $0.54 an hour while it runs.'
    const lines = await costlyNight(
      'Line 212 is no number.',
      { whenPaused: 'resume' },
      { now: 'paused', standing, stuck: 'pause' },
    )
    expect(lines[1]).toBe('Skipped after that: top-songs.')
    expect(lines.at(-1)).toBe(
      `Cluster sparkify was resumed for this and could not be paused: AWS does not pause it. The bot retries every minute. That cost $0.11. ${standing}`,
    )
  })

  it('is said also where the cluster could not even be woken', async () => {
    const standing = 'Cluster sparkify is paused; only its storage is billed.'
    const lines = await costlyNight('', { whenPaused: 'resume' }, { now: 'paused', standing, stuck: 'resume' })
    expect(lines).toEqual([
      'AWS does not resume it.',
      'Skipped after that: etl; top-songs.',
      expect.stringMatching(/^Live tables are untouched/),
      `The cluster cost $0.11 in that time. ${standing}`,
    ])
  })

  it('is said where nobody woke the cluster in time, with all lines that were not said', async () => {
    const standing = 'Cluster sparkify is paused; only its storage is billed.'
    const lines = await costlyNight('', { catchUpHours: 0 }, { now: 'paused', standing })
    expect(lines[1]).toBe('Skipped after that: etl; top-songs.')
  })

  it('is said with what goes on costing, where the cluster runs on', async () => {
    const standing = 'Cluster sparkify is available and costs $0.54 an hour while it runs.'
    const lines = await costlyNight('Line 212 is no number.', {}, { now: 'available', standing })
    expect(lines.slice(2)).toEqual([
      'Live tables are untouched: the load of 24 Nov, 03:04 (UTC). The 07:00 and 07:30 posts will use it and show its age.',
      `The cluster cost $0.11 in that time. ${standing}`,
    ])
  })

  it('is not said again where the failure has said it already', async () => {
    const standing = 'Cluster sparkify is available and costs $0.54 an hour while it runs.'
    const refusal = new OpsError('aws', `AWS refuses. ${standing}`, '', { saysBill: true })
    const lines = await costlyNight(refusal, {}, { now: 'available', standing })
    expect(lines.join(' ').split(standing)).toHaveLength(2)
  })
})
