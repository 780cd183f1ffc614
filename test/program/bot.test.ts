import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import { scheduled } from '../support/schedule.ts'
import { sayHere, startBotHere } from './here.ts'
import { type Home, openHomes } from './homes.ts'
import { freePort, messagesIn, rowsOf, type Said, sayJson, start, startBot, until } from './program.ts'

const homes = openHomes()
const ada = 'U0ADA0ADMIN'
const otto = 'U0OTTO0OPER'
const music = 'C0MUSIC0000'
function ledgerOf({ SPARKIFY_HOME }: Home): string {
  return pathToFileURL(join(SPARKIFY_HOME, 'state.db')).href
}

function about(messages: readonly Said[], words: string): Said | undefined {
  return messages.find(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`.includes(words))
}

/** This home with sources that are loaded in a moment. */
async function withSmallSources(home: Home): Promise<Home> {
  const { SPARKIFY_LOG_DATA, SPARKIFY_SONG_DATA } = await homes.twoDays()
  return { ...home, SPARKIFY_LOG_DATA, SPARKIFY_SONG_DATA }
}

describe('the bot as a process', { timeout: 180_000 }, () => {
  it('starts with at most five lines, answers, and leaves in order when it is told to', async () => {
    const home = await homes.twoDays()
    const bot = await startBot(home)
    await bot.write('/sparkify etl')
    await until('the load is told', async () => about(await bot.messages(), 'songplays 160'))
    bot.child.kill('SIGTERM')
    const { status, stdout } = await bot.ended
    expect(status).toBe(0)
    expect(stdout.trim().split('\n').length).toBeLessThanOrEqual(5)
    expect(stdout).toContain(bot.origin)
    const made = await readdir(home.SPARKIFY_HOME, { recursive: true })
    const open: string[] = []
    for (const name of made) {
      const { mode } = await stat(join(home.SPARKIFY_HOME, name))
      if (/\.duckdb|state\.db|jsonl|^loads$/.test(name) && (mode & 0o077) !== 0) open.push(name)
    }
    expect(made.length).toBeGreaterThan(4)
    expect(open).toEqual([])
  })

  it('leaves in order also when it is told to while it starts', async () => {
    const home = await homes.twoDays()
    const { child, ended } = start(['main'], { ...home, SPARKIFY_PORT: String(await freePort()) })
    await until('it has its ledger', async () =>
      (await readdir(home.SPARKIFY_HOME).catch((): string[] => [])).includes('state.db') ? true : undefined,
    )
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ status: 0, signal: null })
    const ledger = await openLedger({ url: ledgerOf(home), now: () => new Date() })
    expect(await ledger.processes.bot(new Date())).toBeNull()
    await ledger.close()
  })

  it('refuses a second bot on the same home, and says whose it is; says plainly that its port is taken', async () => {
    const home = await homes.twoDays()
    const bot = await startBotHere(home)
    const port = new URL(bot.origin).port
    const [second, other] = await Promise.all([
      start(['main'], home).ended,
      start(['main'], { ...(await homes.twoDays()), SPARKIFY_PORT: port }).ended,
    ])
    expect([second.status, second.stderr]).toEqual([
      2,
      expect.stringContaining(`Another bot is already running on this folder: process ${process.pid}`),
    ])
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`)])
    await bot.stop()
  })

  it('says that its configuration is wrong', async () => {
    const wrong = await start(['main'], { ...(await homes.twoDays()), SPARKIFY_ADMINS: 'ada' }).ended
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('SPARKIFY_ADMINS')])
  })

  it('carries a load on after SIGTERM and SIGKILL, in the same message, while the live tables answer all along', async () => {
    const home = await homes.large()
    const small = await withSmallSources(home)
    await sayJson('etl', small, sayHere)

    const bot = await startBot(home)
    await bot.write('/sparkify etl')
    const living = await until('the load has its message', async () => about(await bot.messages(), 'Stage events'))
    const ledger = await openLedger({ url: ledgerOf(home), now: () => new Date() })
    await until('it stages, and the bot knows its message', async () => {
      const [run] = await ledger.runs.list({ limit: 1, command: 'etl', states: ['running'] })
      const stages = run?.steps.some(({ title, state }) => title === 'Stage events' && state !== 'pending')
      return run === undefined || !stages
        ? undefined
        : ((await ledger.messages.find(`run:${run.id}`))?.post ?? undefined)
    })
    await ledger.close()
    // As a supervisor does whose grace period is over: the bot still gives the load its time to end.
    bot.child.kill('SIGTERM')
    await until('it takes no new work', async () => {
      await bot.write('/sparkify status')
      return (await bot.page(ada)).includes('The bot is restarting') || undefined
    })
    bot.child.kill('SIGKILL')
    expect(await bot.ended).toMatchObject({ signal: 'SIGKILL' })
    // A question by another process, while nobody is there to carry the load on.
    expect(rowsOf((await sayJson('qa counts', home, sayHere)).answer)['songplays']).toBe(160)

    // The log is another one by now: what the dead bot had staged of the old one must be gone.
    const next = await startBotHere(small)
    const told = await until('the load is told', async () => {
      const now = (await next.messages()).find(({ ts }) => ts === living.ts)
      return now !== undefined && /events and .* songs read/.test(JSON.stringify(now.blocks)) ? now : undefined
    })
    expect(JSON.stringify(told.blocks)).toContain('191 events')
    expect(
      (await next.messages()).filter(
        ({ thread_ts, blocks }) => thread_ts === undefined && JSON.stringify(blocks ?? '').includes('events and'),
      ),
    ).toHaveLength(1)
    expect(rowsOf((await sayJson('qa counts', home, sayHere)).answer)['staging_events']).toBe(191)
    await next.stop()
  })

  it("closes a terminal's load that was killed, so that the next one can begin", async () => {
    const home = await homes.large()
    const load = start(['cli', 'etl'], home)
    await until('it stages', () => (load.stderr().includes('Create tables') ? true : undefined))
    load.child.kill('SIGKILL')
    await load.ended
    expect((await sayHere('etl', await withSmallSources(home))).status).toBe(0)
    expect((await sayHere('runs', home)).stdout).toMatch(/etl +\S+ +error/)
  })

  it('tells the second writer who holds the warehouse, and stops the first one when its asker says so', async () => {
    const bot = await startBotHere(await homes.large())
    await bot.write('/sparkify etl', ada)
    await bot.write('/sparkify etl', otto)
    await until('Otto is told', async () =>
      (await bot.page(otto)).includes('has been changing the warehouse') ? true : undefined,
    )
    expect(await bot.page(ada)).not.toContain('has been changing the warehouse')
    await bot.write('/sparkify cancel', ada)
    await until('the load is told', async () => about(await bot.messages(), 'Cancelled by ada.'))
    await bot.stop()
  })

  it('posts what a schedule had to say while it was down in one message, once, also when it is killed in the middle of it', async () => {
    const home = await homes.large()
    const minutesAgo = (n: number): Date => new Date(Date.now() - n * 60_000)
    const due = minutesAgo(5)
    await mkdir(home.SPARKIFY_HOME)
    const ledger = await openLedger({ url: ledgerOf(home), now: () => new Date() })
    onTestFinished(() => ledger.close())
    await ledger.schedules.add(
      scheduled({
        lines: ['etl', 'qa part=counts', 'top-songs n=3'],
        cron: `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`,
        place: { kind: 'slack', channel: '#music', direct: false },
        owner: { kind: 'slack', id: otto, name: 'otto' },
        created: minutesAgo(60).toISOString(),
      }),
    )
    const posts = async () =>
      (await messagesIn(home.SPARKIFY_HOME)).filter(
        ({ channel, thread_ts }) => channel === music && thread_ts === undefined,
      )
    const first = await startBot(home)
    await until('its load is in the middle', async () => {
      const [load] = await ledger.runs.list({ limit: 1, command: 'etl', states: ['running'] })
      return load?.steps.some(({ title, state }) => title === 'Stage events' && state === 'in_progress') || undefined
    })
    first.child.kill('SIGKILL')
    await first.ended
    const small = await withSmallSources(home)
    for (let starts = 0; starts < 2; starts++) {
      const bot = await startBotHere(small)
      await until('all lines are posted', async () => ((await posts()).length > 0 ? true : undefined))
      await bot.stop()
    }
    expect(await posts()).toHaveLength(1)
    expect(JSON.stringify(await posts())).toContain('Top songs')
    const said = await ledger.runs.list({ parent: 1, limit: 10 })
    expect(said.map(({ line, state, attempt }) => [line, state, attempt])).toEqual([
      ['top-songs n=3', 'complete', 1],
      ['qa part=counts', 'complete', 1],
      ['etl', 'complete', 2],
    ])
  })
})
