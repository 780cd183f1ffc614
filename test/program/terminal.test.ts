import { spawnSync } from 'node:child_process'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeRealData, realData } from '../support/real-data.ts'
import { sayHere, startBotHere } from './here.ts'
import { openHomes } from './homes.ts'
import { boot, rowsOf, say, sayJson, until } from './program.ts'

const homes = openHomes()
const jsonHere = (line: string, env: Readonly<Record<string, string>>) => sayJson(line, env, sayHere)

const totalsOfTwoDays = {
  staging_events: 191,
  staging_songs: 9,
  songplays: 160,
  users: 27,
  songs: 9,
  artists: 6,
  time: 160,
  page_views: 28,
}

describe('the program in the terminal', { timeout: 60_000 }, () => {
  it('loads, counts, checks and answers the two days, and a second load changes nothing', async () => {
    const home = await homes.twoDays()
    const first = await jsonHere('etl', home)
    expect([first.status, first.answer.ok, first.answer.run?.state]).toEqual([0, true, 'complete'])
    expect(first.answer.run?.steps.every(({ state }) => state === 'complete')).toBe(true)
    const counts = await jsonHere('qa counts', home)
    expect(rowsOf(counts.answer)).toEqual(totalsOfTwoDays)
    const songs = await jsonHere('top-songs', home)
    await jsonHere('etl', home)
    expect(rowsOf((await jsonHere('qa counts', home)).answer)).toEqual(totalsOfTwoDays)
    expect((await jsonHere('top-songs', home)).answer.replies).toEqual(songs.answer.replies)
    const checks = await jsonHere('qa checks', home)
    expect(checks.status).toBe(0)
    const table = checks.answer.replies.find((reply) => reply.kind === 'table')
    expect(table?.kind === 'table' ? table.columns : []).toEqual(['check', 'severity', 'state', 'offending', 'title'])
  })

  it('moves exactly the right counts when one play is added to a log, and back when it is removed', async () => {
    const home = await homes.loaded()
    const file = join(home.SPARKIFY_LOG_DATA, '2018/11/2018-11-11-events.json')
    const before = await readFile(file, 'utf8')
    const [line = ''] = before.split('\n').filter((text) => text.includes('"NextSong"'))
    const play = { ...JSON.parse(line), sessionId: 987654, itemInSession: 1, ts: 1541980799001 }
    await appendFile(file, `\n${JSON.stringify(play)}`)
    await jsonHere('etl', home)
    expect(rowsOf((await jsonHere('qa counts', home)).answer)).toEqual({
      ...totalsOfTwoDays,
      staging_events: 192,
      songplays: 161,
      time: 161,
    })
    await writeFile(file, before)
    await jsonHere('etl', home)
    expect(rowsOf((await jsonHere('qa counts', home)).answer)).toEqual(totalsOfTwoDays)
  })

  it('counts an event that was delivered twice once, and says so', async () => {
    const home = await homes.twoDays()
    const file = join(home.SPARKIFY_LOG_DATA, '2018/11/2018-11-11-events.json')
    const [line = ''] = (await readFile(file, 'utf8')).split('\n').filter((text) => text.includes('"NextSong"'))
    await appendFile(file, `\n${line}`)
    const { stdout, status } = await sayHere('etl', home)
    expect(status).toBe(0)
    expect(stdout).toContain('1 event delivered more than once; each counts once')
    expect(stdout).toContain('songplays 160')
  })

  it('stops at an unreadable row with file and line, leaves live tables alone, and can be told to go on', async () => {
    const home = await homes.loaded()
    const file = join(home.SPARKIFY_LOG_DATA, '2018/11/2018-11-10-events.json')
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    lines[41] = (lines[41] ?? '').slice(0, 30)
    await writeFile(file, lines.join('\n'))
    const failed = await jsonHere('etl', home)
    expect(failed.status).toBe(1)
    const failure = failed.answer.replies.find((reply) => reply.kind === 'failure')
    expect(failure).toMatchObject({
      code: 'bad_data',
      message: expect.stringContaining('2018-11-10-events.json, line 42'),
    })
    expect(rowsOf((await jsonHere('qa counts', home)).answer)).toEqual(totalsOfTwoDays)
    const tolerant = await sayHere('etl max-errors=1', home)
    expect(tolerant.status).toBe(0)
    expect(tolerant.stdout).toContain('1 unreadable row left out')
    expect(rowsOf((await jsonHere('qa counts', home)).answer)['staging_events']).toBe(190)
  })

  it('ends with 2 for a line that must change, 1 for a failure, and says which on stderr', async () => {
    const home = await homes.twoDays()
    for (const [line, saying] of [
      ['tpo songs', say],
      ['tpo songs', sayHere],
      ['top-songs n=-1', sayHere],
      ['top-songs n=1e9', sayHere],
      ['top-songs since=soon', sayHere],
      ['top-songs colour=red', sayHere],
    ] as const) {
      const { status, stdout, stderr } = await saying(line, home)
      expect([line, status, stdout]).toEqual([line, 2, ''])
      expect(stderr).toContain('Nothing was done.')
    }
    const early = await sayHere('top-songs', home)
    expect([early.status, early.stdout]).toEqual([1, ''])
    expect(early.stderr).toContain('There is no cluster sparkify yet.')
  })

  it('prints its version, and a script that completes its commands in bash', async () => {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
    expect(await say('--version', {})).toMatchObject({ status: 0, stdout: `${JSON.parse(text).version}\n`, stderr: '' })
    const { status, stdout } = await say('completion bash', {})
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/^_sparkify\(\) \{[\s\S]*\ncomplete -F _sparkify sparkify\n$/),
    ])
    expect(await say('completion fish', {})).toMatchObject({ status: 2, stdout: '' })
  })

  it('ends with 2 for a wrong variable, naming it and the cure', async () => {
    const { status, stderr } = await sayHere('status', { ...(await homes.twoDays()), SPARKIFY_ENGINE: 'oracle' })
    expect(status).toBe(2)
    expect(stderr).toContain('SPARKIFY_ENGINE is "oracle", which is not duckdb or redshift.')
  })

  it('names the limit of open files that keeps it from starting', () => {
    const limited = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, boot, 'cli', 'help']
    const { status, stderr } = spawnSync('sh', limited, { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toBe(
      '✗ The program could not start: it may have 64 files open, and needs 256.\nRaise the limit first: ulimit -n 256\n',
    )
  })

  it('does what destroys only when it is confirmed by name', async () => {
    const home = await homes.loaded()
    const asked = await jsonHere('tear-down', home)
    expect([asked.status, asked.answer.run]).toEqual([2, null])
    expect((await sayHere('tear-down --yes', home)).status).toBe(2)
    expect((await sayHere('tear-down --confirm sparkfy', home)).status).toBe(2)
    expect(rowsOf((await jsonHere('qa counts', home)).answer)).toEqual(totalsOfTwoDays)
    expect((await sayHere('tear-down --confirm sparkify', home)).status).toBe(0)
    expect((await sayHere('top-songs', home)).stderr).toContain('There is no cluster')
    // What is gone can be built anew.
    expect((await sayHere('spin-up', home)).status).toBe(0)
    expect((await sayHere('top-songs', home)).stderr).toContain('Nothing is loaded yet.')
    expect((await sayHere('create-tables', home)).status).toBe(0)
    expect(rowsOf((await jsonHere('qa counts', home)).answer)['songplays']).toBe(0)
  })

  it('refuses questions while the warehouse is paused, and answers them when it is resumed', async () => {
    const home = await homes.loaded()
    await sayHere('pause', home)
    expect((await sayHere('top-songs', home)).stderr).toContain('has been paused')
    await sayHere('resume', home)
    expect((await sayHere('top-songs', home)).status).toBe(0)
  })

  it('works beside a running bot, on the same warehouse', async () => {
    const home = await homes.twoDays()
    const bot = await startBotHere(home)
    expect((await sayJson('etl', home)).status).toBe(0)
    await bot.write('/sparkify qa counts')
    await until('the bot counts what was loaded', async () =>
      JSON.stringify(await bot.messages()).includes('"160"') ? true : undefined,
    )
    expect(rowsOf((await jsonHere('qa counts', home)).answer)).toEqual(totalsOfTwoDays)
    await bot.stop()
  })
})

describeRealData('the program on the real data', () => {
  it('gives the totals of a correct load', async () => {
    const home = {
      ...(await homes.twoDays()),
      SPARKIFY_LOG_DATA: realData.logData,
      SPARKIFY_SONG_DATA: realData.songData,
    }
    await jsonHere('etl', home)
    expect(rowsOf((await jsonHere('qa counts', home)).answer)).toEqual(realData.counts)
  })
})
