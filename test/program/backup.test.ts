import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBackup, restoreBackup } from '../../src/backup.ts'
import { readConfig } from '../../src/config.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { sayHere, startBotHere } from './here.ts'
import { type Home, openHomes } from './homes.ts'
import { rowsOf, say, sayJson, until } from './program.ts'

const homes = openHomes()
const now = new Date('2026-11-30T03:00:00.000Z')
const planted = {
  SLACK_BOT_TOKEN: 'xoxb-planted-bot-token',
  SLACK_SIGNING_SECRET: 'planted-signing-secret',
  SPARKIFY_HEARTBEAT_URL: 'https://beat.example.com/planted-heartbeat',
  HTTPS_PROXY: 'http://ada:planted-password@127.0.0.1:9',
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparkify-backup-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
const newFile = () => join(folder, `backup-${++files}.tar.gz`)
const configOf = (home: Home, env: Record<string, string> = {}) => readConfig({ ...home, ...env })
const namesIn = (file: string) =>
  spawnSync('tar', ['-tzf', file], { encoding: 'utf8' }).stdout.trim().split('\n').toSorted()

async function emptyHome(home: Home): Promise<Home> {
  return { ...home, SPARKIFY_HOME: join(await mkdtemp(join(folder, 'other-')), 'home') }
}

describe('a backup', { timeout: 120_000 }, () => {
  it('is made beside a running bot, and restored elsewhere: the same load, history and schedules', async () => {
    const home = await homes.loaded()
    await sayHere(['schedule', 'add', 'top songs', 'daily', 'at', '03:00', 'in', '#music', '--yes'], home)
    const bot = await startBotHere(home)
    const file = newFile()
    expect(await makeBackup(configOf(home), file, now)).toMatch(/^The ledger and 1 load are in .*backup-\d+\.tar\.gz: /)
    await bot.stop()
    expect(namesIn(file)).toEqual(['backup.json', 'loads/', 'loads/1.duckdb', 'loads/cluster.json', 'state.db'])
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
    expect((await readdir(home.SPARKIFY_HOME)).filter((name) => name.startsWith('backup'))).toEqual([])

    const other = await emptyHome(home)
    await restoreBackup(configOf(other), file, false)
    expect((await readdir(other.SPARKIFY_HOME)).toSorted()).toEqual(['loads', 'state.db'])
    for (const line of ['qa counts', 'top-songs', 'schedule']) {
      const [before, after] = [await sayJson(line, home, sayHere), await sayJson(line, other, sayHere)]
      expect(after.answer.replies).toEqual(before.answer.replies)
    }
    expect(rowsOf((await sayJson('runs command=etl', other, sayHere)).answer)).toEqual(
      rowsOf((await sayJson('runs command=etl', home, sayHere)).answer),
    )
    expect((await sayHere('doctor all=yes', home)).stdout).toMatch(/Backup +.*30 Nov 2026, 03:00 UTC/)
    // A restored bot goes on from there: it loads, and its next load takes the next number.
    expect((await sayHere('etl full=yes', other)).status).toBe(0)
  })

  it('holds no secret, wherever one was planted', async () => {
    const home = await homes.loaded()
    await writeFile(join(home.SPARKIFY_HOME, '.env'), 'SLACK_BOT_TOKEN=xoxb-planted-bot-token\n')
    await writeFile(join(home.SPARKIFY_HOME, 'sparkify.log'), 'planted-signing-secret\n')
    await sayHere('doctor', { ...home, ...planted })
    const file = newFile()
    await makeBackup(configOf(home, planted), file, now)
    const content = gunzipSync(await readFile(file)).toString('latin1')
    expect(content).toContain('SQLite format 3')
    expect(content).not.toMatch(/planted|xoxb-/)
  })

  it('is refused while a run is changing the warehouse', async () => {
    const home = await homes.large()
    const bot = await startBotHere(home)
    await bot.write('/sparkify etl')
    await until('it stages', async () => JSON.stringify(await bot.messages()).includes('Stage events') || undefined)
    const file = newFile()
    await expect(makeBackup(configOf(home), file, now)).rejects.toMatchObject({
      code: 'busy',
      message: 'Run 1 is changing the warehouse. Nothing was backed up.',
    })
    await expect(stat(file)).rejects.toThrow('ENOENT')
    await bot.write('/sparkify cancel')
    await bot.stop()
  })

  it('never takes the place of a file, and has a ledger to begin with', async () => {
    const home = await homes.loaded()
    const file = newFile()
    await writeFile(file, 'mine')
    await expect(makeBackup(configOf(home), file, now)).rejects.toMatchObject({ code: 'bad_argument' })
    expect(await readFile(file, 'utf8')).toBe('mine')
    await expect(makeBackup(configOf(await emptyHome(home)), newFile(), now)).rejects.toMatchObject({ code: 'storage' })
    await expect(
      makeBackup(configOf(home, { SPARKIFY_LEDGER_URL: 'libsql://ledger.example.com' }), newFile(), now),
    ).rejects.toMatchObject({ code: 'bad_config' })
  })
})

describe('a restore', { timeout: 120_000 }, () => {
  it('is refused, and changes nothing, where the folder is in use or not empty', async () => {
    const home = await homes.loaded()
    const file = newFile()
    await makeBackup(configOf(home), file, now)
    const bot = await startBotHere(home)
    await expect(restoreBackup(configOf(home), file, true)).rejects.toMatchObject({
      code: 'bad_argument',
      message: expect.stringContaining('is not empty'),
    })
    await bot.stop()
    expect((await sayHere('top-songs', home)).status).toBe(0)
  })

  it('is refused for what is no backup, or has anything else in it', async () => {
    const home = await homes.loaded()
    const other = await emptyHome(home)
    const text = newFile()
    await writeFile(text, 'not an archive')
    await expect(restoreBackup(configOf(other), text, true)).rejects.toMatchObject({ code: 'storage' })
    const foreign = newFile()
    const made = join(folder, `made-${files}`)
    await mkdir(join(made, 'loads'), { recursive: true })
    for (const name of ['backup.json', 'state.db', '.env']) await writeFile(join(made, name), '{}')
    spawnSync('tar', ['-czf', foreign, '-C', made, 'backup.json', 'state.db', 'loads', '.env'])
    await expect(restoreBackup(configOf(other), foreign, true)).rejects.toMatchObject({
      code: 'bad_argument',
      message: `${foreign} is not a backup of this program. Nothing was restored.`,
    })
    expect(await readdir(other.SPARKIFY_HOME).catch(() => [])).toEqual([])
  })

  it('is refused for one of a newer program, or one that lacks a load, and changes nothing', async () => {
    const home = await homes.loaded()
    const other = await emptyHome(home)
    const archive = async (manifest: object): Promise<string> => {
      const file = newFile()
      const made = join(folder, `made-${files}`)
      await mkdir(join(made, 'loads'), { recursive: true })
      const whole = { format: 1, made: now.toISOString(), engine: 'duckdb', ledger: 1, loads: [], leases: [] }
      await writeFile(join(made, 'backup.json'), JSON.stringify({ ...whole, ...manifest }))
      await writeFile(join(made, 'state.db'), '')
      spawnSync('tar', ['-czf', file, '-C', made, 'backup.json', 'state.db', 'loads'])
      return file
    }
    const { length: known } = migrations
    await expect(restoreBackup(configOf(other), await archive({ ledger: known + 1 }), true)).rejects.toMatchObject({
      code: 'newer_state',
      message: `The backup was made by a newer version of this program (its tables are version ${known + 1}, known here: ${known}). Nothing was restored.`,
      remedy: 'Update the program.',
    })
    for (const manifest of [{ loads: [7] }, { format: 2 }]) {
      await expect(restoreBackup(configOf(other), await archive(manifest), true)).rejects.toMatchObject({
        code: 'bad_argument',
        remedy: 'Name a file made by sparkify backup.',
      })
    }
    expect(await readdir(other.SPARKIFY_HOME)).toEqual([])
    // A new volume has a folder of its file system.
    await mkdir(join(other.SPARKIFY_HOME, 'lost+found'))
    expect(await restoreBackup(configOf(other), await archive({ ledger: known }), false)).toBe(
      `The ledger and 0 loads of ${now.toISOString()} are in ${other.SPARKIFY_HOME}. Start the bot there, and only there.`,
    )
  })

  it('asks for confirmation where the bot of the backup had a cluster', async () => {
    const home = await homes.loaded()
    const ledger = await openLedger({ url: configOf(home).ledgerUrl, now: () => now })
    await ledger.notes.set('lease:eu-west-1:sparkify', { until: '2026-12-01T00:00:00.000Z' })
    await ledger.close()
    const file = newFile()
    await makeBackup(configOf(home), file, now)
    const other = await emptyHome(home)
    await expect(restoreBackup(configOf(other), file, false)).rejects.toMatchObject({
      code: 'not_confirmed',
      message: expect.stringContaining('(eu-west-1 sparkify)'),
    })
    expect(await readdir(other.SPARKIFY_HOME)).toEqual([])
    await restoreBackup(configOf(other), file, true)
    expect(await sayHere('top-songs', other)).toMatchObject({ stderr: '', status: 0 })
  })

  it('is a command of its own in the terminal, as a backup is', async () => {
    const home = await homes.loaded()
    const file = newFile()
    const other = await emptyHome(home)
    expect(await say(['backup', file], home)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^✓ The ledger/),
    })
    expect(await say(['restore', file], home)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not empty'),
    })
    expect(await say(['restore', file], other)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^✓ The ledger/),
    })
    expect(await say(['restore'], other)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('sparkify restore FILE'),
    })
  })
})
